/** One live message a request: what rings, what is left at rest, and how many calls of Slack's a whole grant costs. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { buttonsOf, visibleText } from "../../sandbox/slack/index.ts";
import { DAY, HOUR, MINUTE } from "../../src/domain/duration.ts";
import { isSettled } from "../../src/domain/messages.ts";
import { ALICE, APPROVALS, BOB, GENERAL, startBot, startWorld, type World } from "../helpers/bot.ts";
import { scene, tokenIn } from "../helpers/scene.ts";
import { swept } from "../helpers/swept.ts";

let world: World;
let bot: Awaited<ReturnType<typeof startBot>>;
let it: ReturnType<typeof scene>;

beforeEach(async () => {
  world = await startWorld();
  bot = await startBot(world);
  it = scene(world);
});
afterEach(async () => {
  await bot.stop();
  await world.close();
});

const WRITES = ["chat.postMessage", "chat.update", "chat.delete", "conversations.open"];
const inDm = () => world.slack.dm(BOB).map(visibleText);
/** What rang for Bob, oldest first. */
const rang = () => world.slack.notifications(BOB).map(({ text }) => text);
const settled = () => world.until(async () => (await world.records()).every(isSettled));

function counted(): Record<string, number> {
  const made = world.slack.calls.map(({ method }) => method).filter((method) => WRITES.includes(method));
  return Object.fromEntries(WRITES.map((method) => [method, made.filter((one) => one === method).length]));
}

test("a whole grant with approval and two reminders: six posts, three edits, four deletions", async () => {
  // Whoever was here before was welcomed already.
  await it.say(BOB, "help");
  await it.dm(BOB, "Welcome.");
  await world.until(async () => world.slack.calls.some(({ method }) => method === "chat.postMessage"));
  world.slack.calls.length = 0;
  const before = rang().length;
  const waiting = await (async () => {
    await it.say(BOB, "guest 8h the whole life");
    return it.dm(BOB, "Waiting for approval:");
  })();
  await world.slack.click(ALICE, await it.channel("the whole life"), "approve");
  await it.channel("Active until");
  await world.slack.waitFor(() => !world.slack.dm(BOB).includes(waiting));
  await world.jump(7 * HOUR);
  const hourly = await it.dm(BOB, "1 h left:");
  await world.jump(50 * MINUTE);
  await it.dm(BOB, "10 min left:");
  await world.slack.waitFor(() => !world.slack.dm(BOB).includes(hourly));
  await world.jump(10 * MINUTE);
  await it.proveEnd();
  await settled();
  expect(counted()).toEqual({
    "chat.postMessage": 6,
    "chat.update": 3,
    "chat.delete": 4,
    // The welcome has opened it.
    "conversations.open": 0,
  });
  expect(rang().slice(before)).toEqual([
    "Waiting for approval: guest on production for 8 h.",
    "Approved by alice: guest on production for 8 h.",
    "1 h left: guest on production.",
    "10 min left: guest on production.",
    expect.stringMatching(/^Ended, time was up: guest on production\. Karpor refuses the token\.$/),
  ]);
  expect(inDm().filter((words) => !words.includes("Welcome."))).toHaveLength(1);
  expect(world.slack.messages(APPROVALS)).toHaveLength(1);
});

test("a reminder that comes late says what is left by then", async () => {
  await it.get("guest 8h", "late");
  const [request] = await world.records();
  if (request?.state !== "active") throw new Error("not active");
  await bot.stop();
  world.clock.jump(request.expiresAt - 15 * MINUTE - world.clock.now());
  bot = await startBot(world);
  await it.dm(BOB, " left:");
  expect(rang().at(-1)).toMatch(/^1[45] min left: guest on production\.$/);
});

test("after an outage the token comes in a message that rings, and the one that said so goes", async () => {
  const hub = world.localHub;
  const card = await it.ask("guest 8h", "first");
  await hub?.down();
  await world.slack.click(ALICE, card, "approve");
  await it.outlast();
  const delay = await it.dm(BOB, "Approved, not ready yet:");
  await hub?.up();
  await swept(world);
  const ready = await world.slack.waitFor(() => world.slack.dm(BOB).find((m) => tokenIn(m) !== ""));
  expect(ready).not.toBe(delay);
  await world.slack.waitFor(() => !world.slack.dm(BOB).includes(delay));
  expect(rang().at(-1)).toBe("Approved by alice: guest on production for 8 h.");
  const delays = async () =>
    Object.keys((await world.records())[0]?.messages ?? {}).filter((key) => key.startsWith("delay"));
  await expect.poll(delays).toEqual([]);
});

test("whoever is revoked hears at once who did it and why, and reads later that it is proved", async () => {
  const ready = await it.get("guest 1h", "first");
  await it.say(ALICE, "revoke @bob leaving the team");
  const told = await it.dm(BOB, "Revoked by");
  expect(rang().at(-1)).toBe("alice revoked your guest access: leaving the team");
  expect(visibleText(told)).toMatch(/<@U0ALICE>.*leaving the team.*The token stops within 10 s\./s);
  expect(buttonsOf(told)).toEqual([]);
  await it.channel("Revoked by");
  const receipt = await it.proveEnd();
  expect(receipt.ts).toBe(told.ts);
  expect(visibleText(receipt)).toMatch(/leaving the team.*Confirmed .*Karpor refuses the token\./s);
  await settled();
  expect(world.slack.dm(BOB).filter((m) => visibleText(m).includes("guest"))).toEqual([receipt]);
  expect(world.slack.dm(BOB)).not.toContain(ready);
});

test("of an access that lasted days the receipt and the card say from which day to which", async () => {
  await it.get("guest 3d", "days of it");
  await world.jump(2 * DAY);
  await it.say(BOB, "revoke");
  await it.proveEnd();
  await settled();
  const period = /(<!date\S+ \{time\}[^>]*>)–(<!date\S+ \{time\}[^>]*>)/;
  for (const message of [world.slack.dm(BOB).at(-1), await it.channel("days of it")])
    expect(JSON.stringify(message?.blocks)).toMatch(period);
});

test("where Slack deletes nothing, each is one line without buttons, and all is settled", async () => {
  world.slack.settings.deletionForbidden = true;
  await it.get("guest 1h", "first");
  await world.slack.command(BOB, GENERAL, "revoke");
  await it.proveEnd();
  await settled();
  const old = world.slack.dm(BOB).filter((m) => visibleText(m).includes("Out of date:"));
  expect(old.length).toBeGreaterThanOrEqual(2);
  expect(old.flatMap(buttonsOf)).toEqual([]);
  expect(world.slack.dm(BOB).some((m) => tokenIn(m) !== "")).toBe(false);
});
