/** A running bot tells the hub how far Redis has come; when that is emptied its administrators are asked, and one word in Slack or on the command line goes on. */
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buttonsOf, visibleText } from "../sandbox/slack/index.ts";
import { MINUTE, SECOND } from "../src/domain/duration.ts";
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

const OWN = "karpor-access-instance-test";

/** What the hub remembers; 0 where that is nothing. */
async function epoch(): Promise<number> {
  const { serviceAccounts } = await world.hub.objects();
  const own = serviceAccounts.find(({ metadata }) => metadata.name === OWN);
  return Number(own?.metadata.annotations?.["karpor-access.io/epoch"] ?? 0);
}

/** Several minutes pass, and the bot looks at it again and again. */
async function minutes(): Promise<void> {
  let looks = 0;
  const stop = world.localHub?.onRequest(({ method, path }) => {
    if (method === "GET" && path.endsWith(OWN)) looks += 1;
  });
  await world.until(async () => {
    await world.jump(MINUTE);
    await delay(50);
    return looks >= 20;
  });
  stop?.();
}
/** The hub is told of a later one; resolves to that. */
async function risenFrom(told: number): Promise<number> {
  await world.until(async () => {
    await world.jump(2 * SECOND);
    await delay(100);
    return (await epoch()) > told;
  });
  return epoch();
}

/** Bob's live grant is released, the hub has heard of it, and Redis loses everything; then Carol's is approved. */
async function heldBack(): Promise<void> {
  await world.slack.click(BOB, await it.get("guest 1h", "once upon"), "End now", { confirm: true });
  await world.until(async () => (await epoch()) > 0);
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

test("nothing changes beside a live grant: the hub is told no later epoch", async () => {
  await it.get("guest 7d", "lives");
  await minutes();
  const told = await epoch();
  expect(told).toBeGreaterThan(0);
  await minutes();
  expect(await epoch()).toBe(told);
});

test("approved after a quiet time: the hub is told a later epoch within the minute", async () => {
  const card = await it.ask("guest 7d", "once");
  await minutes();
  const told = await epoch();
  await world.slack.click(ALICE, card, "approve");
  await world.until(async () => (await world.records()).every(({ state }) => state === "active"));
  await world.jump(MINUTE);
  await world.until(async () => (await epoch()) > told);
});

test("approved soon after the hub was told an epoch: it is told the next when a minute has passed", async () => {
  const [first, second] = [await it.ask("guest 7d", "one"), await it.ask("guest 7d", "two", CAROL)];
  await minutes();
  const before = await epoch();
  await world.slack.click(ALICE, first, "approve");
  const told = await risenFrom(before);
  await world.slack.click(ALICE, second, "approve");
  const next = await risenFrom(told);
  expect(next - told).toBeGreaterThanOrEqual(MINUTE);
  expect(next - told).toBeLessThan(2 * MINUTE);
});

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
