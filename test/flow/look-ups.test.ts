/** Who may do what, known to all replicas at once, and asked of Slack no more often than it allows. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { visibleText } from "../../sandbox/slack/index.ts";
import { MINUTE, SECOND } from "../../src/domain/duration.ts";
import { isSettled } from "../../src/domain/messages.ts";
import { createLooks } from "../../src/store/looks.ts";
import { ALICE, BOB, CAROL, MEI, startBot, startWorld, type World } from "../helpers/bot.ts";
import { scene } from "../helpers/scene.ts";

type Bot = Awaited<ReturnType<typeof startBot>>;
let world: World;
let bots: Bot[];
let it: ReturnType<typeof scene>;

beforeEach(async () => {
  world = await startWorld();
  bots = [await startBot(world), await startBot(world)];
  it = scene(world);
  await firstLooks();
});
afterEach(async () => {
  for (const bot of bots) await bot.stop();
  await world.close();
});

const deliverTo = (bot: Bot | undefined) =>
  world.slack.deliverTo(`http://127.0.0.1:${bot?.app.port}/slack/events`);
const calls = (method: string) => world.slack.calls.filter((call) => call.method === method);
/** Who left was looked at since, and nothing that follows from it is under way. */
const looked = (since: number) =>
  world.until(async () => {
    const { asked, look, peopleAt } = await createLooks({ redis: world.commands, keys: world.keys }).last();
    if (look?.asked !== asked || Math.min(look.at, peopleAt) <= since) return false;
    const lane = world.jobs.lanes.messages;
    return (await lane.getWaitingCount()) + (await lane.getActiveCount()) === 0;
  });
/** On a slow machine they would come in the middle of a test; and what they saw decides nothing any more. */
async function firstLooks(): Promise<void> {
  await world.jump(2 * SECOND);
  await looked(0);
  await world.jump(10_001);
}

test.each([
  ["leaves the group", () => world.slack.people.setGroup("S0SRE", [ALICE])],
  ["has a group that is disabled", () => world.slack.people.disableGroup("S0SRE")],
])("an approver %s: one replica is told, and the other refuses their click at once", async (_, change) => {
  deliverTo(bots[0]);
  const first = await it.ask("guest 1h", "for-bob");
  const second = await it.ask("guest 1h", "for-mei", MEI);
  await world.slack.click(CAROL, first, "approve");
  await world.slack.waitFor(() => visibleText(first).includes("Active until"));
  await change();
  deliverTo(bots[1]);
  await world.slack.click(CAROL, second, "approve");
  await it.whisper(CAROL, "S0SRE");
  expect(visibleText(second)).toContain("asks for");
});

test("an approver becomes a guest: one replica is told, and the other refuses their click", async () => {
  deliverTo(bots[0]);
  const card = await it.ask("guest 1h", "for-bob");
  await it.say(CAROL, "revoke R-00000000");
  await world.slack.people.change(CAROL, { isRestricted: true });
  deliverTo(bots[1]);
  await world.slack.click(CAROL, card, "approve");
  await world.slack.waitFor(() => world.slack.ephemerals(CAROL).length > 1);
  expect((await world.records())[0]?.state).toBe("pending");
});

test("what one replica looked up, the other need not; and what is of ten seconds ago decides nothing", async () => {
  deliverTo(bots[0]);
  const [first, second] = [await it.ask("guest 1h", "for-bob"), await it.ask("guest 1h", "for-mei", MEI)];
  const third = await it.ask("guest 1h", "for-carol", CAROL);
  await world.slack.click(ALICE, first, "approve");
  await it.channel("Active until");
  const before = calls("usergroups.list").length;
  deliverTo(bots[1]);
  await world.slack.click(ALICE, second, "approve");
  await world.slack.waitFor(() => visibleText(second).includes("Active until"));
  expect(calls("usergroups.list")).toHaveLength(before);
  await world.jump(10_001);
  await world.slack.click(ALICE, third, "approve");
  await world.until(async () => (await world.records()).every(({ state }) => state === "active"));
  expect(calls("usergroups.list")).toHaveLength(before + 1);
});

test("what nobody must approve is given by what is known of ten seconds ago: who became a guest since they asked last is refused", async () => {
  deliverTo(bots[0]);
  await it.ask("guest 1h", "for-mei", MEI);
  world.slack.settings.events = [];
  await world.slack.people.change(MEI, { isRestricted: true });
  await world.jump(11_000);
  await it.say(MEI, "peek 15m at once");
  const made = async () => (await world.records()).find(({ role }) => role === "peek");
  await world.until(async () => !["requested", "approved"].includes((await made())?.state ?? "requested"));
  expect(await made()).toMatchObject({ state: "refused" });
});

test("Slack asks to wait: an approver's click waits with it, is told so, and counts", async () => {
  deliverTo(bots[0]);
  const card = await it.ask("guest 1h", "for-bob");
  world.slack.failNext("usergroups.list", { retryAfter: 30 });
  await world.jump(11_000);
  await world.slack.click(ALICE, card, "approve");
  await it.whisper(ALICE, "Slack asks to wait:");
  expect((await world.records())[0]?.state).toBe("pending");
  await world.jump(30_000);
  await it.dm(BOB, "Only for you.");
});

test("a revoke and a denial rest on what is an hour old, and wait for nobody", async () => {
  deliverTo(bots[0]);
  const card = await it.ask("guest 1h", "for-mei", MEI);
  await it.get("guest 8h", "for-bob");
  await world.jump(59 * MINUTE);
  world.slack.failNext("usergroups.list", { retryAfter: 60 }, 99);
  world.slack.failNext("users.info", { retryAfter: 60 }, 99);
  deliverTo(bots[1]);
  await world.slack.click(ALICE, card, "deny");
  const { id } = await world.slack.waitFor(() => world.slack.views(ALICE).at(-1));
  await world.slack.submit(ALICE, id, { why: "not today" });
  await it.channel("Denied by");
  const held = async () => (await world.records()).find(({ reason }) => reason === "for-bob");
  const grant = await held();
  await it.say(ALICE, `revoke ${grant?.id} no more`);
  await it.channel("Revoked by");
  expect((await it.proveEnd()) && (await held())?.state).toBe("ended");
});

test("status and help ask Slack for nothing", async () => {
  deliverTo(bots[0]);
  // Whoever comes for the first time is welcomed beside the answer.
  await it.say(CAROL, "help");
  await world.until(async () => world.slack.dm(CAROL).length === 1);
  const before = world.slack.calls.length;
  await it.say(CAROL, "status");
  await it.say(CAROL, "help");
  await world.until(async () => world.slack.ephemerals(CAROL).length === 3);
  expect(world.slack.calls.slice(before)).toEqual([]);
});

test("whose DM is known to one replica, is written to by the other without opening it", async () => {
  deliverTo(bots[0]);
  await it.get("guest 1h", "for-bob");
  const opened = calls("conversations.open").length;
  deliverTo(bots[1]);
  await it.say(BOB, "peek 15m again");
  await world.until(
    async () => (await world.records()).filter(({ state }) => state === "active").length === 2,
  );
  expect(calls("conversations.open")).toHaveLength(opened);
});

test("one whole grant costs so many calls of each method, and no more", async () => {
  deliverTo(bots[0]);
  const before = world.slack.calls.length;
  await it.get("guest 30m", "for-bob");
  await world.jump(20 * MINUTE);
  await it.dm(BOB, "10 min left:");
  await world.jump(10 * MINUTE);
  await it.proveEnd();
  await world.until(async () => (await world.records()).every(isSettled));
  const counts: Record<string, number> = {};
  for (const { method } of world.slack.calls.slice(before)) counts[method] = (counts[method] ?? 0) + 1;
  // What the bot asks once a minute about itself.
  for (const method of ["auth.test", "conversations.info"]) delete counts[method];
  for (const [method, most] of Object.entries(ONE_GRANT))
    expect(counts[method] ?? 0, method).toBeLessThanOrEqual(most);
  expect(Object.keys(counts).filter((method) => !(method in ONE_GRANT))).toEqual([]);
});

/** Asked for the first time (the welcome opens the DM and posts too), approved, reminded once, ended: before who left is looked at again. */
const ONE_GRANT = {
  "usergroups.list": 1,
  "users.info": 3,
  "conversations.members": 1,
  "conversations.open": 1,
  "chat.postMessage": 6,
  "chat.update": 3,
  "chat.delete": 3,
};

test("who left is looked at once within the hour, whatever the number of replicas", async () => {
  deliverTo(bots[0]);
  await it.get("guest 8h", "for-bob");
  const [people, groups] = [calls("users.info").length, calls("usergroups.list").length];
  const since = world.clock.now();
  await world.jump(50 * MINUTE);
  await looked(since);
  expect(calls("users.info")).toHaveLength(people + 1);
  // Whoever looks at Bob needs the groups, too: what was seen at the same moment, unless the other replica still asks for it.
  expect(calls("usergroups.list").length).toBeLessThanOrEqual(groups + 2);
});
