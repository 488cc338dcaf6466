/** Two processes whose files change apart: what is given meanwhile holds under each, and people hear of it when it lasts. */
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { visibleText } from "../sandbox/slack/index.ts";
import { MINUTE } from "../src/domain/duration.ts";
import { ALICE, BOB, CAROL, MEI, startWorld, type World } from "./helpers/bot.ts";
import { startReplicas } from "./helpers/replicas.ts";
import { scene } from "./helpers/scene.ts";

let world: World;
let fleet: Awaited<ReturnType<typeof startReplicas>>;
let it: ReturnType<typeof scene>;

beforeAll(async () => {
  world = await startWorld();
  fleet = await startReplicas(world);
  it = scene(world);
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await world.close();
});

type Roles = Record<string, Record<string, unknown>>;
/** Both files are as they were, but for this change of the first replica's, or of both. */
async function edit(change: (roles: Roles) => unknown, of: readonly string[] = ["a"]): Promise<void> {
  for (const [i, name] of ["a", "b"].entries()) {
    if (!of.includes(name)) continue;
    const path = world.env.KARPOR_ACCESS_CONFIG.replace("config.yml", `${name}.yml`);
    const file = parse(readFileSync(path, "utf8")) as { roles: Roles };
    change(file.roles);
    const before = taken(i);
    writeFileSync(path, stringify(file));
    for (let second = 0; second < 5 && taken(i) === before; second += 1) {
      await fleet.jump(1_000);
      await delay(100);
    }
    await world.until(async () => taken(i) > before);
  }
}
const taken = (i: number) =>
  fleet.pair[i]?.lines.filter(({ msg }) => msg.startsWith("took in a changed configuration")).length ?? 0;
const through = (i: number) => world.slack.deliverTo(fleet.pair[i]?.url ?? "");
const status = async (i: number) =>
  JSON.stringify(await (await fetch(`http://127.0.0.1:${fleet.pair[i]?.metricsPort}/status`)).json());
const stateOf = async (reason: string) => (await world.records()).find((r) => r.reason === reason)?.state;

test.each([
  ["the one that has the old file", 1],
  ["the one that has the new file", 0],
])("an approval through %s holds under both, and nothing is closed meanwhile", async (_which, at) => {
  const reason = `through ${at}`;
  const person = at === 1 ? BOB : MEI;
  through(1);
  const card = await it.ask("guest 1h", reason, person);
  await edit((roles) => Object.assign(roles.guest ?? {}, { approval: { by: [CAROL], within: "4h" } }));
  through(at);
  await world.slack.click(ALICE, card, "approve");
  await it.whisper(ALICE, "the rules of access were just changed");
  expect(await stateOf(reason)).toBe("pending");
  await world.slack.click(CAROL, card, "approve");
  await world.slack.waitFor(() => visibleText(card).includes("Active until"));
  await edit((roles) => Object.assign(roles.guest ?? {}, { approval: { by: ["S0SRE"], within: "4h" } }));
});

test("a role that is gone from one file closes nothing that the other still has, until both agree", async () => {
  const card = await it.ask("long 1h", "role gone");
  await edit((roles) => delete roles.long);
  through(0);
  await world.slack.click(ALICE, card, "approve");
  await it.whisper(ALICE, "the rules of access were just changed");
  expect(await stateOf("role gone")).toBe("pending");
  await edit((roles) => delete roles.long, ["b"]);
  await world.slack.click(ALICE, card, "approve");
  await world.slack.waitFor(() => visibleText(card).includes("no longer offered"));
  expect(await stateOf("role gone")).toBe("refused");
});

test("what needs no approval in one file waits, and both say so after five minutes", async () => {
  await edit((roles) => Object.assign(roles.peek ?? {}, { approval: { by: ["S0SRE"] } }));
  through(1);
  await it.say(CAROL, "peek 15m waits for both");
  await fleet.jump(20_000);
  await delay(200);
  expect(await stateOf("waits for both")).toBe("requested");
  expect(await status(1)).not.toContain("policies differ");
  await fleet.jump(5 * MINUTE);
  for (const i of [0, 1]) await world.until(async () => (await status(i)).includes("policies differ"));
  await edit((roles) => Object.assign(roles.peek ?? {}, { approval: "none" }));
  for (const i of [0, 1])
    await world.until(async () => {
      await fleet.jump(2_000);
      return !(await status(i)).includes("policies differ");
    });
  // The queue counts in the machine's time.
  await world.until(async () => (await stateOf("waits for both")) === "active");
});
