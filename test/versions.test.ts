/** The next version beside this one, a process each, on the same records: everybody is served, and neither loses what the other wrote. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { visibleText } from "../sandbox/slack/index.ts";
import { HOUR, SECOND } from "../src/domain/duration.ts";
import { transitions } from "../src/store/trail.ts";
import { ALICE, BOB, CAROL, MEI, startWorld, type World } from "./helpers/bot.ts";
import { login } from "./helpers/login.ts";
import { QUICK, type Replica, startReplica } from "./helpers/replicas.ts";
import { type Scene, scene, TOKEN, tokenIn } from "./helpers/scene.ts";

const NEXT = "next-version.ts";
const PATH = ["requested", "pending", "approved", "delivering", "active", "ending", "ended"];

let world: World;
let it: Scene;
let running: Replica[];
beforeEach(async () => {
  world = await startWorld();
  it = scene(world);
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((one) => one.kill()));
  await world.close();
});

const start = {
  ours: () => started(startReplica(world, `ours${running.length}`, QUICK)),
  next: () => started(startReplica(world, `next${running.length}`, QUICK, NEXT)),
};
type Version = keyof typeof start;

async function started(starting: Promise<Replica>): Promise<Replica> {
  const one = await starting;
  running.push(one);
  return one;
}

const through = ({ url }: Replica) => world.slack.deliverTo(url);

async function jump(ms: number): Promise<void> {
  for (const one of running) one.jump(ms);
  await world.jump(ms);
}

/** As they stand in Redis, with all that any version wrote. */
interface Raw {
  [key: string]: unknown;
  id: string;
  state: string;
  schema: number;
  version: number;
  reason: string;
  deletedAt?: number;
  /** `granted`: the next version wrote it when the grant stood in it. */
  quorum?: { count: number; of: string[]; granted: boolean };
  outage?: { what: string };
  end?: { cause: string; reason?: string };
  grant?: { region?: string };
  messages: Record<string, { thread?: string; token?: string; shows: string }>;
}
async function raw(): Promise<Raw[]> {
  const keys = await world.commands.keys(`${world.keys.request("")}*`);
  const jsons = await Promise.all(keys.map((key) => world.commands.hget(key, "record")));
  return jsons.map((json) => JSON.parse(json ?? "") as Raw);
}
const about = async (reason: string) => (await raw()).find((r) => r.reason === reason);
const reach = (state: string, ...reasons: string[]) =>
  world.until(async () => {
    const records = await raw();
    return reasons.every((reason) => records.find((r) => r.reason === reason)?.state === state);
  });

/** What stands on the trail for each request. */
async function histories(): Promise<string[][]> {
  const found = new Map<string, string[]>();
  for await (const { id, to } of transitions({ redis: world.commands, keys: world.keys }))
    found.set(id, [...(found.get(id) ?? []), to]);
  return [...found.values()];
}

const tokenOf = (user: string) => world.slack.waitFor(() => world.slack.dm(user).findLast((m) => tokenIn(m)));

/** One of those that wait for the hub dies while so many requests at least are worked on; the others go on. */
async function inTheMiddle(requests: number, act: () => Promise<unknown>): Promise<Replica> {
  for (const { gate } of running) gate.hold("answers");
  await act();
  const leases = () => world.commands.keys(`${world.keys.lease("R-")}*`);
  await world.until(async () => (await leases()).length >= requests);
  const busy = () => running.find(({ gate }) => gate.isBusy());
  await world.until(async () => busy() !== undefined);
  const dead = busy();
  if (!dead) throw new Error("nobody is busy");
  await dead.kill();
  for (const { gate } of running) gate.release();
  running = running.filter((one) => one !== dead);
  return dead;
}

/** Over the time that a proof takes, until nothing is left to do on the hub or in Slack. */
async function settle(): Promise<void> {
  await world.until(async () => (await raw()).every((r) => r.state !== "ending" || r.deletedAt));
  await jump(11 * SECOND);
  const over = async () => (await raw()).every(({ state }) => state === "ended");
  await world.until(over, 1_000).catch(() => jump(3 * SECOND));
  await world.until(over);
  await world.until(async () => (await world.commands.scard(world.keys.unsettled)) === 0);
}

async function nothingIsLost(): Promise<void> {
  const records = await raw();
  expect(records.some(({ quorum }) => quorum?.granted)).toBe(true);
  for (const record of records) {
    expect(record).toMatchObject({ schema: 2, state: "ended" });
    expect(record.grant?.region).toBe(record.quorum?.granted ? "eu" : undefined);
    expect(record.messages.survey).toMatchObject({ shows: "asked" });
    // Both had their hands in it, and the next version counted its own at each of them.
    expect(record.quorum).toMatchObject({ count: expect.any(Number), of: ["U0X"] });
    expect(record.quorum?.count).toBeLessThan(record.version);
  }
  expect(await it.standing()).toEqual([]);
  for (const user of [BOB, MEI, CAROL])
    expect(world.slack.dm(user).map(visibleText).join("\n")).not.toMatch(TOKEN);
  const lines = running.flatMap((one) => one.lines).map(({ msg }) => msg);
  expect(lines).not.toContain("a record cannot be read; it is left alone");
}

// Real processes, several of them: a machine that is busy with others takes its time.
vi.setConfig({ testTimeout: 180_000 });

describe.each<[Version, Version]>([
  ["ours", "next"],
  ["next", "ours"],
])("%s asks, %s decides", (asking, deciding) => {
  let one: Replica;
  let other: Replica;
  beforeEach(async () => {
    [one, other] = await Promise.all([start[asking](), start[deciding]()]);
  });

  test("three lives, with a hidden token, a revoke and reminders, and a kill while access is made and while it ends", async () => {
    through(one);
    const asks = [
      [BOB, "guest 8h", "for bob"],
      [MEI, "guest 8h", "for mei"],
      [CAROL, "guest 2h", "for carol"],
    ] as const;
    const cards = await Promise.all(asks.map(([who, text, reason]) => it.ask(text, reason, who)));
    through(other);
    const dead = await inTheMiddle(asks.length, async () => {
      await Promise.all(cards.map((card) => world.slack.click(ALICE, card, "approve")));
      await reach("approved", ...asks.map(([, , reason]) => reason));
    });
    if (dead === one) one = await start[asking]();
    else other = await start[deciding]();
    await reach("active", ...asks.map(([, , reason]) => reason));
    const ready = await Promise.all([BOB, MEI, CAROL].map(tokenOf));
    for (const message of ready) expect(await login(world.hub, tokenIn(message))).toBe(200);

    through(one);
    const [bobs, meis] = ready;
    if (!bobs || !meis) throw new Error("no token");
    await world.slack.click(BOB, bobs, "I've copied it, hide");
    await it.dm(BOB, "Token hidden.");
    through(other);
    await it.say(ALICE, `revoke ${(await about("for carol"))?.id} over`);
    await reach("ending", "for carol");
    await world.until(async () => (await about("for carol"))?.deletedAt !== undefined);
    await jump(14 * SECOND);
    await reach("ended", "for carol");

    await jump(7 * HOUR - 10 * SECOND);
    await it.dm(BOB, " left:");
    await inTheMiddle(1, () => jump(HOUR));
    await settle();
    await nothingIsLost();
    for (const history of await histories()) expect(history).toEqual(PATH);
  });

  test("two approvers and then two ends at once, each on another version: one of each counts", async () => {
    const people = [BOB, MEI] as const;
    for (const [i, who] of people.entries()) {
      through(i === 0 ? one : other);
      await it.ask("guest 8h", `for ${who}`, who);
    }
    const both = async (act: (who: string, replica: Replica) => Promise<unknown>) => {
      const all = people.flatMap((who) => [one, other].map((replica) => [who, replica] as const));
      await Promise.all(
        all.map(([who, replica]) => {
          through(replica);
          return act(who, replica);
        }),
      );
    };
    await both(async (who, replica) => {
      const card = world.slack.messages("C0APPROVALS").find((m) => visibleText(m).includes(`for ${who}`));
      if (card) await world.slack.click(replica === one ? ALICE : CAROL, card, "approve");
    });
    await reach("active", ...people.map((who) => `for ${who}`));
    through(asking === "next" ? one : other);
    await world.slack.click(BOB, await tokenOf(BOB), "I've copied it, hide");
    const ids = new Map((await raw()).map(({ reason, id }) => [reason, id]));
    await both((who, replica) =>
      it.say(replica === one ? who : ALICE, `revoke ${ids.get(`for ${who}`)} both`),
    );
    await reach("ending", ...people.map((who) => `for ${who}`));
    await settle();
    await nothingIsLost();
    for (const history of await histories()) expect(history).toEqual(PATH);
  });
});

test("the next version is taken back in an outage: ours finishes what it began, in its own words", async () => {
  let away = false;
  const next = await start.next();
  through(next);
  await it.get("guest 8h", "to end", MEI);
  const card = await it.ask("guest 8h", "to begin", BOB);
  world.localHub?.failNext(1_000_000, 503, (method) => away && method !== "GET");
  away = true;
  await world.slack.click(ALICE, card, "approve");
  await it.say(ALICE, `revoke ${(await about("to end"))?.id} at once`);
  const quota = async (reason: string) => (await about(reason))?.outage?.what === "quota";
  await world.until(async () => (await quota("to begin")) && (await quota("to end")));
  await it.channel("its quota");
  await next.kill();
  running = [];

  away = false;
  const ours = await start.ours();
  through(ours);
  await world.jobs.lanes.timers.add("sweep", {}, { jobId: "by-hand" });
  await jump(15 * SECOND);
  await world.until(async () => (await about("to end"))?.deletedAt !== undefined);
  await jump(14 * SECOND);
  await reach("ended", "to end");
  expect(await about("to end")).toMatchObject({
    end: { cause: "locked-down", reason: "at once" },
    schema: 2,
  });
  expect(visibleText(await it.channel("another version of the bot ended it"))).toContain("Ended");
  await reach("active", "to begin");
  expect(await login(world.hub, tokenIn(await tokenOf(BOB)))).toBe(200);
  expect(await about("to begin")).toMatchObject({ schema: 2, quorum: { of: ["U0X"] } });

  // A step that only the next version knows waits for it.
  const { urgent } = world.jobs.lanes;
  const left = () => urgent.getJob("left");
  await urgent.add("audit", { id: (await about("to begin"))?.id, due: 0 }, { jobId: "left" });
  await world.until(async () => (await (await left())?.isDelayed()) ?? false);
  await ours.kill();
  await start.next();
  await (await left())?.promote().catch(() => {});
  await world.until(async () => (await left()) === undefined);
});
