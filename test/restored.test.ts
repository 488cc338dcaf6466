/** Redis is emptied under a running bot: its administrators are asked, and one word in Slack or on the command line goes on. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { buttonsOf, visibleText } from "../sandbox/slack/index.ts";
import { SECOND } from "../src/domain/duration.ts";
import type { RestoreConfirmed } from "../src/domain/epoch.ts";
import { trail } from "../src/store/trail.ts";
import { ALICE, BOB, CAROL, startBot, startWorld, type World } from "./helpers/bot.ts";
import { run } from "./helpers/process.ts";
import { type Scene, scene, tokenIn } from "./helpers/scene.ts";

const GO_ON = "Go on with this Redis";

let world: World;
let bot: Awaited<ReturnType<typeof startBot>>;
let it: Scene;

beforeEach(async () => {
  world = await startWorld();
  bot = await startBot(world);
  it = scene(world);
});
afterEach(async () => {
  await bot.stop();
  await world.close();
});

const remembered = async () => {
  const { serviceAccounts } = await world.hub.objects();
  return serviceAccounts.some(({ metadata }) => metadata.annotations?.["karpor-access.io/epoch"]);
};

/** Bob's live grant is released, the hub has heard of it, and Redis loses everything; then Carol's is approved. */
async function heldBack(): Promise<void> {
  await world.slack.click(BOB, await it.get("guest 1h", "once upon"), "End now", { confirm: true });
  await world.until(remembered);
  await world.commands.flushall();
  await world.jump(10 * SECOND);
  const card = await it.ask("guest 1h", "afterwards", CAROL);
  await world.slack.click(ALICE, card, "approve");
  expect(visibleText(await it.channel("New access waits until"))).toContain("Approved, not ready yet:");
  expect(visibleText(await it.dm(CAROL, "held back"))).toContain("administrator");
}

async function confirmed(): Promise<RestoreConfirmed[]> {
  const found: RestoreConfirmed[] = [];
  for await (const entry of trail({ redis: world.commands, keys: world.keys }))
    if ("restore" in entry) found.push(entry);
  return found;
}

/** By itself: the job that waits looks every five seconds. */
async function granted(): Promise<void> {
  await world.jump(5 * SECOND);
  await world.until(async () => world.slack.dm(CAROL).some((m) => tokenIn(m) !== ""));
}

test("an administrator presses the button, and what waited is granted", async () => {
  await heldBack();
  const message = await it.dm(ALICE, "New access waits for you");
  expect(visibleText(message)).toContain("Redis is empty");
  expect(buttonsOf(message)).toEqual([GO_ON]);
  expect(world.slack.dm(CAROL).some((m) => tokenIn(m) !== "")).toBe(false);
  await world.slack.click(ALICE, message, GO_ON, { confirm: true });
  expect(visibleText(await it.dm(ALICE, "Confirmed:"))).toContain("confirmed by");
  expect(world.slack.dm(ALICE).flatMap(buttonsOf)).not.toContain(GO_ON);
  expect(await confirmed()).toEqual([
    {
      restore: "confirmed",
      who: ALICE,
      qualified: ALICE,
      at: expect.any(Number),
      before: expect.any(Number),
    },
  ]);
  expect(bot.lines.map(({ msg }) => msg)).toContain(`restore confirmed by ${ALICE}`);
  await granted();
});

test("the operator says it on the command line, once", async () => {
  await heldBack();
  const say = async (as = "dana") => {
    const { ended, output } = run(
      "src/main.ts",
      ["grants", "confirm-restore", "--as", as],
      world.env as Record<string, string>,
    );
    expect(await ended, output()).toBe(0);
    return output();
  };
  expect(await say()).toContain("Confirmed:");
  await granted();
  expect(await say("eve")).toContain("Nothing to confirm");
  expect(await confirmed()).toMatchObject([{ who: "operator dana", qualified: "operator" }]);
});
