/**
 * Any mix of callers at two replicas, who come again when they are told to, late, early or never; Slack refuses some, a replica
 * dies, Redis takes no writes for a while. Nobody is left standing: whoever comes again has its turn as soon as Slack's
 * limits allow it to all who ever asked, but for some seconds; Slack need not refuse anybody; and nothing is left in a line.
 */
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { MINUTE, SECOND } from "../../src/domain/duration.ts";
import { type Room, SlackBusy } from "../../src/flow/ports.ts";
import { retryAfter, type SlackClients } from "../../src/slack/outbound/client.ts";
import { roomsOf, URGENCIES, type Urgency } from "../../src/slack/outbound/limits.ts";
import { lineOf, type Weather } from "../helpers/line.ts";
import { testRedis } from "../helpers/redis.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

const WITHIN_MS = 12 * SECOND;
const LATEST_MS = 25 * MINUTE;
const CHANNELS = ["C0", "C1", "D0", "D1"];

type Kind = "post" | "edit" | "erase" | "open" | "look" | "home" | "token";
/** Who calls so, most urgent first. */
const URGENT: Record<Kind, readonly Urgency[]> = {
  post: ["show", "trouble", "cards", "tidying"],
  edit: ["take-off", "show", "trouble", "cards", "tidying"],
  erase: ["take-off", "tidying"],
  open: ["show", "trouble", "cards", "tidying"],
  look: ["show", "trouble", "ask", "tidying"],
  home: ["show", "tidying"],
  token: ["show"],
};

const OFTEN: readonly Kind[] = ["post", "edit", "token"];

interface Crowd {
  kind: Kind;
  urgency: Urgency;
  count: number;
  at: number;
  apart: number;
  /** The channel, or whose DM. */
  where: number;
  /** Comes so much later than it is told, or at such a part of the wait; or gives up after so many tries. */
  again: { late: number } | { part: number } | { tries: number };
}

interface World extends Weather {
  crowds: readonly Crowd[];
  death: number | null;
}

/** So close that what is used up by one is needed by another. */
const moment = fc.nat({ max: 20 * SECOND });
const few = (max: number) => fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max }));
const crowd: fc.Arbitrary<Crowd> = fc
  .constantFrom(...(Object.keys(URGENT) as Kind[]), ...OFTEN)
  .chain((kind) =>
    fc.record({
      kind: fc.constant(kind),
      urgency: fc.constantFrom(...URGENT[kind]),
      count: few(60),
      at: moment,
      apart: fc.oneof(fc.constant(0), fc.nat({ max: 200 })),
      where: fc.nat({ max: 1 }),
      again: fc.oneof(
        { weight: 4, arbitrary: fc.constant({ late: 0 }) },
        fc.record({ late: fc.nat({ max: 15_000 }) }),
        fc.record({ part: fc.constantFrom(0.1, 0.5, 0.9) }),
        fc.record({ tries: fc.integer({ min: 1, max: 3 }) }),
      ),
    }),
  );
const METHODS = ["chat.postMessage", "chat.update", "chat.delete", "conversations.open", "users.info"];
const world: fc.Arbitrary<World> = fc.record({
  crowds: fc.array(crowd, { minLength: 1, maxLength: 7 }),
  refusals: fc.array(
    fc.record({
      at: moment,
      method: fc.constantFrom(...METHODS),
      seconds: fc.integer({ min: 1, max: 40 }),
    }),
    { maxLength: 3 },
  ),
  death: fc.option(moment),
  away: fc.option(fc.record({ at: moment, ms: fc.integer({ min: 100, max: 10_000 }) }), {
    freq: 6,
  }),
  latencies: fc.array(fc.nat({ max: 900 }), { minLength: 1, maxLength: 7 }),
});

interface Caller extends Crowd {
  name: string;
  /** Of two callers. */
  person: string;
  replica: number;
  done: number | null;
  isGone: boolean;
}

const EDIT = { method: "chat.update" };
const postIn = (where: string) => ({ method: "chat.postMessage", where });

/** What each may have to pass through. */
function roomsFor({ kind, urgency, where, person }: Caller): Room[] {
  const post = roomsOf("chat.postMessage", CHANNELS[where] ?? null, urgency);
  if (kind === "post") return post;
  if (kind === "edit") return roomsOf("chat.update", null, urgency);
  if (kind === "erase") return roomsOf("chat.delete", null, urgency);
  if (kind === "open") return roomsOf("conversations.open", person, urgency);
  if (kind === "look") return roomsOf("users.info", null, urgency);
  if (kind === "home") return roomsOf("views.publish", null, urgency);
  return [...roomsOf("chat.update", null, urgency), ...post];
}

/** Throws where it is told to wait. */
async function call(slack: SlackClients, { kind, urgency, where, name, person }: Caller): Promise<void> {
  const [client, channel] = [slack.to(urgency), CHANNELS[where] ?? ""];
  const blocks = [{ type: "divider" as const, block_id: name }];
  if (kind === "post") await client.chat.postMessage({ channel, text: "x", blocks });
  if (kind === "edit") await client.chat.update({ channel, ts: name, text: "x" });
  if (kind === "erase") await client.chat.delete({ channel, ts: name });
  if (kind === "open") await client.conversations.open({ users: person });
  if (kind === "look") await client.users.info({ user: name });
  if (kind === "home") await client.views.publish({ user_id: name, view: { type: "home", blocks: [] } });
  if (kind !== "token") return;
  await using room = await slack.reserve([EDIT, postIn(channel)], "show", name);
  if (room.use("chat.update")) await slack.reserved.chat.update({ channel, ts: name, text: "x" });
}

const waitOf = (error: unknown): number | null =>
  error instanceof SlackBusy ? error.retryAfterMs : retryAfter(error);

async function played({ crowds, death, ...weather }: World) {
  const line = lineOf(redis.commands, weather);
  const always = line.clockOf(-1);
  const callers = crowds.flatMap((one, n): Caller[] =>
    Array.from({ length: one.count }, (_, i) => ({
      ...one,
      // Tokens are shown in DMs.
      where: one.kind === "token" || (one.kind === "post" && i % 2) ? one.where + 2 : one.where,
      ...{
        at: one.at + i * one.apart,
        name: `${n}-${i}`,
        person: `U${n}-${i >> 1}`,
        replica: (n + i) % 2,
        done: null,
        isGone: false,
      },
    })),
  );
  const isDead = ({ replica }: Caller) => line.dead.has(replica);
  async function come(caller: Caller) {
    await always.sleep(caller.at);
    for (let tries = 1; !isDead(caller); tries++) {
      const wait = await call(line.replicas[caller.replica] as SlackClients, caller).then(() => null, waitOf);
      if (wait === null) caller.done = line.now();
      caller.isGone = "tries" in caller.again && tries >= caller.again.tries;
      if (wait === null || caller.isGone) return;
      const { late = 0, part = 1 } = { late: 0, part: 1, ...caller.again };
      await always.sleep(wait * part + late);
    }
  }
  for (const caller of callers) void come(caller);
  if (death !== null) void always.sleep(death).then(() => line.dead.add(1));
  const isLeft = (one: Caller) => one.done === null && !one.isGone && !isDead(one);
  await line.play(() => !callers.some(isLeft), LATEST_MS);
  return { line, callers: callers.filter((one) => !isDead(one) && !one.isGone) };
}

type Played = Awaited<ReturnType<typeof played>>;

/** Of each room, how many places were asked for, or used. */
function demandOf({ asked }: Played["line"]): Map<string, number> {
  const used = new Map<string, number>();
  const standing = new Map<string, Set<string>>();
  for (const { rooms, place, wait } of asked)
    for (const { name } of rooms) {
      const places = standing.get(name) ?? new Set();
      standing.set(name, places);
      if (wait > 0) places.add(place);
      else places.delete(place);
      if (wait === 0) used.set(name, (used.get(name) ?? 0) + 1);
    }
  return new Map([...standing].map(([name, { size }]) => [name, size + (used.get(name) ?? 0)]));
}

const through = ({ most, windowMs, refills }: Room, count: number): number =>
  refills ? (count * windowMs) / most : Math.floor(Math.max(0, count - 1) / most) * windowMs;

/** Who came again when told, or late, and yet was done later than it may be. */
function leftStanding({ refusals, away }: World, { line, callers }: Played) {
  const demand = demandOf(line);
  const last = Math.max(...callers.map(({ at }) => at));
  const closed = refusals.reduce((ms, { seconds }) => ms + (seconds + 1) * SECOND, 0);
  // What was not counted Slack refuses for a minute.
  const spell = away ? away.ms + MINUTE : 0;
  const holds = 3 * SECOND * callers.filter(({ urgency }) => urgency === "take-off").length;
  return callers.filter((one) => {
    if ("part" in one.again) return false;
    const lateMs = "late" in one.again ? 4 * one.again.late : 0;
    const rooms = roomsFor(one).map((room) => through(room, demand.get(room.name) ?? 0));
    const needed = rooms.reduce((all, ms) => all + ms, 0);
    return (one.done ?? Infinity) > last + closed + spell + holds + needed + lateMs + WITHIN_MS;
  });
}

async function leftInLine({ turns, jump }: Played["line"]): Promise<string[]> {
  jump(10 * MINUTE);
  const all = [
    ...METHODS.map((method) => roomsOf(method, null, "tidying")),
    ...CHANNELS.map((channel) => roomsOf("chat.postMessage", channel, "tidying")),
  ];
  const rank = URGENCIES.indexOf("tidying");
  const waits = await Promise.all(
    all.map((rooms, i) => turns.take(rooms, { id: `${i}`, place: `${i}`, rank })),
  );
  return all.flatMap(([room], i) => (waits[i] === 0 ? [] : [room?.name ?? ""]));
}

async function endless({ keys }: Played["line"]): Promise<string[]> {
  const all = await redis.commands.keys(keys.line("*").replace(":line:", ":*:"));
  const lives = await Promise.all(all.map((key) => redis.commands.pttl(key)));
  return all.filter((_, i) => (lives[i] ?? 0) < 0);
}

/** Found once: tokens of one person that waited for an edit kept their DM from all else. */
const FOUND: World = {
  crowds: [
    { kind: "edit", urgency: "show", count: 50, at: 0 },
    { kind: "post", urgency: "show", count: 4, at: 1_000 },
    { kind: "token", urgency: "show", count: 4, at: 1_500 },
    { kind: "post", urgency: "trouble", count: 6, at: 2_000 },
  ].map((one) => ({ ...one, apart: 0, where: 0, again: { late: 0 } }) as Crowd),
  ...{ refusals: [], death: null, away: null, latencies: [50] },
};

test(
  "whoever calls, and whatever becomes of the others: everybody who comes again has its turn",
  async () => {
    await fc.assert(
      fc.asyncProperty(world, async (one) => {
        const all = await played(one);
        expect(leftStanding(one, all)).toEqual([]);
        // Whom nobody counted Slack counts.
        if (!one.away) expect(all.line.refused).toEqual([]);
        expect(await endless(all.line)).toEqual([]);
        expect(await leftInLine(all.line)).toEqual([]);
      }),
      {
        examples: [[FOUND]],
        numRuns: Number(process.env.LINE_RUNS ?? 30),
        interruptAfterTimeLimit: Number(process.env.LINE_MS ?? 10 * MINUTE),
        endOnFailure: !process.env.LINE_SHRINK,
      },
    );
  },
  15 * MINUTE,
);
