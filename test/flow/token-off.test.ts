/** A token is visible in Slack only while its grant is active and not hidden, whatever Slack does meanwhile. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { buttonsOf, visibleText } from "../../sandbox/slack/index.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import { isSettled } from "../../src/domain/messages.ts";
import { ALICE, APPROVALS, BOB, CAROL, MEI, startBot, startWorld, type World } from "../helpers/bot.ts";
import { scene, TOKEN, tokenIn } from "../helpers/scene.ts";
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
  world.slack.clearFailures();
  world.slack.meddle(undefined);
  await bot.stop();
  await world.close();
});

const MANY = 100_000;
const EDITS_AND_DELETES = ["chat.update", "chat.delete"] as const;
const tokensShown = () =>
  [BOB, CAROL, MEI].flatMap((user) => world.slack.dm(user)).filter((message) => tokenIn(message) !== "");
const waits = () => world.slack.dm(BOB).some((m) => visibleText(m).includes("Waiting for approval"));
const leftOnTrail = () =>
  bot.trail().filter(({ why }) => why?.startsWith("a token is left in Slack, dead since 20"));
const settled = async () => (await world.records()).every(isSettled);

/** Time passes, and what comes due is done. */
async function pass(ms: number): Promise<void> {
  await world.jump(ms);
  await world.until(async () => (await world.atWork()).length === 0);
}

async function passUntil(holds: () => Promise<boolean> | boolean, step = 2 * SECOND): Promise<void> {
  for (let steps = 0; steps < 60 && !(await holds()); steps++) await pass(step);
  expect(await holds()).toBe(true);
}

async function diesWithJobs(): Promise<void> {
  await bot.stop();
  for (const lane of Object.values(world.jobs.lanes)) await lane.obliterate({ force: true });
}

/** Three people hold a token. */
async function threeTokens(): Promise<void> {
  await it.get("guest 1h", "bobs", BOB);
  await it.get("guest 1h", "carols", CAROL);
  await it.get("guest 1h", "meis", MEI);
  expect(tokensShown()).toHaveLength(3);
}

test.each([
  ["answers 503", { status: 503 }],
  ["answers with a proxy's 404", { status: 404, body: "<html>not here</html>" }],
  ["says that it is broken", "fatal_error"],
] as const)(
  "Slack %s for an hour at the end: afterwards no token stands, and all is settled",
  async (_, failure) => {
    await threeTokens();
    world.slack.failNext("*", failure, MANY);
    await pass(HOUR);
    await world.until(async () => (await it.standing()).length === 0);
    for (let minutes = 0; minutes < 60; minutes += 10) await pass(10 * MINUTE);
    expect(tokensShown()).toHaveLength(3);
    world.slack.clearFailures();
    await passUntil(() => tokensShown().length === 0);
    await swept(world);
    await passUntil(settled, 20 * SECOND);
  },
);

test("Slack limits edits for ten minutes: the tokens are deleted instead, at once", async () => {
  await threeTokens();
  world.slack.failNext("chat.update", { retryAfter: 600 }, MANY);
  await pass(HOUR);
  await passUntil(() => tokensShown().length === 0, SECOND);
});

test("Slack limits edits and deletions: it is waited for, and then they go", async () => {
  await threeTokens();
  for (const method of EDITS_AND_DELETES) world.slack.failNext(method, { retryAfter: 30 }, 9);
  await pass(HOUR);
  await passUntil(() => tokensShown().length === 0, 10 * SECOND);
  await passUntil(settled, 20 * SECOND);
});

test("Slack limits deletions for ten minutes: the tokens are edited away at once, and their messages deleted later", async () => {
  const first = await it.get("guest 1h", "bobs", BOB);
  await world.slack.waitFor(() => !waits());
  world.slack.failNext("chat.delete", { retryAfter: 600 }, 1);
  await pass(HOUR);
  await passUntil(() => tokensShown().length === 0, SECOND);
  await it.proveEnd();
  expect(world.slack.dm(BOB).map(({ ts }) => ts)).toContain(first.ts);
  expect(await settled()).toBe(false);
  await passUntil(settled, 20 * SECOND);
  expect(world.slack.dm(BOB).map(({ ts }) => ts)).not.toContain(first.ts);
});

test("tidying that had no room outlives the bot and its jobs: a sweep of the next one does it when there is room", async () => {
  const card = await it.ask("long 72h", "first");
  await it.dm(BOB, "Waiting for approval");
  world.slack.failNext("chat.delete", { retryAfter: DAY / SECOND });
  await world.slack.click(ALICE, card, "approve");
  await world.slack.waitFor(() => world.slack.calls.find(({ method }) => method === "chat.delete"));
  await diesWithJobs();
  bot = await startBot(world);
  await swept(world);
  expect(waits()).toBe(true);
  await pass(DAY);
  await passUntil(() => !waits());
});

test("the bot dies at the end while Slack is away: the next one takes the token off", async () => {
  const ready = await it.get("guest 1h", "first");
  for (const method of EDITS_AND_DELETES) world.slack.failNext(method, { status: 503 }, MANY);
  await world.slack.click(BOB, ready, "End now", { confirm: true });
  await world.until(async () => (await it.standing()).length === 0);
  await diesWithJobs();
  bot = await startBot(world);
  world.slack.clearFailures();
  await passUntil(() => tokensShown().length === 0, 20 * SECOND);
  await pass(20 * SECOND);
  await swept(world);
  await world.until(settled, 20_000);
});

test("a hide that Slack does not take says so, and is done later", async () => {
  const ready = await it.get("guest 2h", "first");
  for (const method of EDITS_AND_DELETES) world.slack.failNext(method, { status: 503 }, MANY);
  await world.slack.click(BOB, ready, "I've copied it, hide");
  await it.whisper(BOB, "Not hidden yet:");
  expect(tokenIn(ready)).toMatch(TOKEN);
  world.slack.clearFailures();
  await passUntil(() => tokenIn(ready) === "");
  expect(visibleText(ready)).toContain("Token hidden.");
  expect((await world.records())[0]?.state).toBe("active");
});

test("a message that is gone bears no token: nothing is left to do", async () => {
  const ready = await it.get("guest 1h", "first");
  world.slack.remove(ready);
  await pass(HOUR);
  await it.proveEnd();
  await passUntil(settled, 20 * SECOND);
});

test("Slack refuses to edit and to delete for good: tried daily for a week, then told once and settled", async () => {
  const { ts } = await it.get("guest 1h", "first");
  world.slack.failNext("chat.update", "edit_window_closed", MANY);
  world.slack.failNext("chat.delete", "compliance_exports_prevent_deletion", MANY);
  await pass(HOUR);
  await it.proveEnd();
  const tries = () =>
    world.slack.calls.filter(({ method, args }) => method === "chat.delete" && args.ts === ts).length;
  await world.until(() => Promise.resolve(tries() === 1));
  for (let day = 2; day <= 7; day++) {
    await passUntil(() => tries() >= day, 6 * HOUR);
    expect(tries()).toBe(day);
  }
  const told = () =>
    world.slack
      .messages(APPROVALS)
      .filter((m) => visibleText(m).includes("A token is left in Slack, dead since"));
  await passUntil(() => told().length === 1);
  await pass(3 * DAY);
  expect(tries()).toBe(7);
  expect(told()).toHaveLength(1);
  expect(leftOnTrail()).toHaveLength(1);
});

test("one that gave way to others and that Slack refuses for good: tried on across them and past the end, and told", async () => {
  const first = await it.get("long 720h", "first");
  const kept = [first];
  world.slack.meddle({
    before: async ({ method, args }) =>
      /^chat\.(update|delete)$/.test(method) && kept.some(({ ts }) => ts === args.ts)
        ? "compliance_exports_prevent_deletion"
        : undefined,
    after: async () => true,
  });
  const renew = async (old: (typeof kept)[number]) => {
    await world.slack.select(BOB, old, "menu", "New token", { confirm: true });
    const isNew = (m: typeof old) => tokenIn(m) !== "" && !kept.some(({ ts }) => ts === m.ts);
    const next = await world.slack.waitFor(() => world.slack.dm(BOB).find(isNew));
    await pass(14 * SECOND);
    return next;
  };
  const second = await renew(first);
  await pass(DAY);
  kept.push(second);
  const third = await renew(second);
  const tries = ({ ts }: typeof first) =>
    world.slack.calls.filter(({ method, args }) => method === "chat.delete" && args.ts === ts).length;
  const told = () =>
    world.slack.messages(APPROVALS).filter((m) => visibleText(m).includes("A token is left in Slack, dead"));
  await passUntil(() => tries(first) === 3, 6 * HOUR);
  await world.slack.click(BOB, third, "End now", { confirm: true });
  await it.proveEnd();
  await passUntil(() => told().length === 1, 6 * HOUR);
  expect([tries(first), tries(second)]).toEqual([7, 6]);
  await passUntil(() => told().length === 2, 6 * HOUR);
  await passUntil(settled, 20 * SECOND);
  await pass(3 * DAY);
  expect([tries(first), tries(second), told().length]).toEqual([7, 7, 2]);
  expect(leftOnTrail()).toHaveLength(2);
  expect(tokensShown().map(({ ts }) => ts)).toEqual([first.ts, second.ts]);
});

test("posts whose answers are lost are repeated once at most, and no copy ever bears a token", async () => {
  world.slack.failNext("chat.postMessage", { lost: true }, MANY);
  await it.say(BOB, "guest 2h first");
  const cards = () => world.slack.messages(APPROVALS).filter((m) => visibleText(m).includes("first"));
  await world.until(() => Promise.resolve(cards().length === 2));
  for (let minutes = 0; minutes < 5; minutes++) await pass(MINUTE);
  expect(cards()).toHaveLength(2);
  world.slack.clearFailures();
  // Each copy decides, by the record alone.
  const [copy, other] = cards();
  if (!copy || !other) throw new Error("no copies");
  await world.slack.click(ALICE, copy, "approve");
  const ready = await world.slack.waitFor(() => world.slack.dm(BOB).find((m) => tokenIn(m) !== ""));
  expect(tokensShown()).toEqual([ready]);
  await world.slack.click(CAROL, other, "approve");
  await it.whisper(CAROL, "approved this");
  expect(buttonsOf(ready)).toContain("I've copied it, hide");
});

test("the answer to the token's own post is lost: its place is found again, and there is one message", async () => {
  const card = await it.ask("guest 2h", "first");
  await world.until(async () => Boolean((await world.records())[0]?.messages.waiting?.ts));
  world.slack.failNext("chat.postMessage", { lost: true }, 1);
  await world.slack.click(ALICE, card, "approve");
  const ready = await world.slack.waitFor(() => world.slack.dm(BOB).find((m) => tokenIn(m) !== ""));
  expect(
    world.slack.dm(BOB).filter((m) => visibleText(m).includes("The token comes in seconds") && m !== ready),
  ).toHaveLength(0);
});
