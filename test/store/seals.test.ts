/** Seals on a real Redis: what came is sealed once, what is older than is kept goes by whole seals, a lost Redis leaves a named gap. */
import { afterAll, beforeEach, expect, test } from "vitest";
import { readTrail } from "../../src/cli/audit/from-seal.ts";
import { verifyLive } from "../../src/cli/audit/live.ts";
import { verifyExport } from "../../src/cli/audit/verify-export.ts";
import { verifyShipped } from "../../src/cli/audit/verify-shipped.ts";
import type { Alarm } from "../../src/domain/alarm.ts";
import { DAY, HOUR, MINUTE } from "../../src/domain/duration.ts";
import { isSeal, type Seal } from "../../src/domain/seal.ts";
import type { Anchor, Anchored } from "../../src/flow/ports.ts";
import { createHolds } from "../../src/flow/support/holds.ts";
import { keepSeals } from "../../src/flow/trail/keep-seals.ts";
import { createSealWatch } from "../../src/flow/trail/watch-seals.ts";
import { hashesOf } from "../../src/store/chain.ts";
import { createLease } from "../../src/store/lease.ts";
import { createSeals } from "../../src/store/seals.ts";
import { createTold } from "../../src/store/told.ts";
import { trail as entriesOf } from "../../src/store/trail.ts";
import { read, resigned } from "../cli/audit/lines.ts";
import { openTrail, type Trail } from "../cli/audit/trail.ts";
import { memoryLog } from "../helpers/memory-log.ts";
import { testRedis } from "../helpers/redis.ts";
import { asked } from "./samples.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

let trail: Trail;
beforeEach(() => {
  trail = openTrail(redis);
});

const sealsOf = async (): Promise<Seal[]> => {
  const found: Seal[] = [];
  for await (const { trail: entry } of (await readTrail(trail.store)).lines)
    if (isSeal(entry)) found.push(entry);
  return found;
};
async function count(): Promise<number> {
  let found = 0;
  for await (const _ of entriesOf(trail.store)) found += 1;
  return found;
}
const whole = { faults: [], notes: [] };
/** A request for the role, sealed. */
async function walked(role: string): Promise<void> {
  await trail.walk(["pending"], { role });
  await trail.seal();
}
let asks = 0;
/** So many at once. */
async function burst(size: number): Promise<void> {
  const requestedAt = trail.clock.now();
  const all = Array.from({ length: size }, () => asked({ role: `role-${++asks}`, requestedAt }));
  await Promise.all(all.map((r) => trail.requests.make(r, r.id)));
}
const live = async () => verifyLive(trail.store, { heads: [], hub: await trail.seals.head() });

test("what came is sealed once, whoever seals at the same time, and nothing is when nothing came", async () => {
  expect(await trail.seals.add(null)).toBeNull();
  await trail.walk(["pending", "denied"]);
  const others = [1, 2, 3].map(() => createSeals({ ...trail.store, onSeal: () => {}, onUnlogged: () => {} }));
  await Promise.all([trail.seals, ...others].map((seals) => seals.add(null)));
  expect(await sealsOf()).toMatchObject([{ seal: 1, entries: { length: 3 } }]);
  expect(await trail.seals.add(null)).toBeNull();
  expect(await live()).toMatchObject({ ...whole, entries: 3, seals: 1, unsealed: 0 });
});

test("of many entries one seal is made after the other, each short enough for a line of the log", async () => {
  await burst(230);
  await trail.seal();
  const made = (await sealsOf()).flatMap(({ entries }) => entries.length);
  expect(await count()).toBe(230);
  expect(made.every((length) => length <= 100)).toBe(true);
  expect(made.reduce((a, b) => a + b, 0)).toBe(await count());
  expect(Math.max(...trail.logged.map((line) => JSON.stringify(line).length))).toBeLessThan(8_000);
});

test("what is older than 400 days goes by whole seals, with its texts; the rest is whole, and begins with a seal", async () => {
  const { clock, seals, store } = trail;
  await trail.walk(["pending", "denied"]);
  await trail.seal();
  clock.jump(10 * DAY);
  await trail.walk(["pending", "denied"]);
  await trail.seal();
  clock.jump(385 * DAY);
  await trail.walk(["pending"]);
  await trail.seal();
  await seals.trim();
  expect(await count()).toBe(8);
  clock.jump(8 * DAY);
  await seals.trim();
  expect(await count()).toBe(5);
  expect(await redis.commands.xlen(store.keys.texts)).toBe(5);
  expect(await live()).toMatchObject({ ...whole, from: { seal: 1 }, entries: 5, seals: 3 });
  clock.jump(9 * DAY);
  await seals.trim();
  expect(await live()).toMatchObject({ ...whole, from: { seal: 2 }, entries: 2, seals: 2 });
});

test("a hub that is two years ahead for a while takes nothing of the trail away", async () => {
  const { clock, seals, store } = trail;
  await trail.walk(["pending", "denied"]);
  await trail.seal();
  await trail.walk(["pending"]);
  await trail.seal();
  const before = await count();
  clock.jump(800 * DAY);
  const ahead = { ...store, hubAhead: () => 800 * DAY, onSeal: () => {}, onUnlogged: () => {} };
  await createSeals(ahead).trim();
  expect(await count()).toBe(before);
  await seals.trim();
  expect(await count()).toBeLessThan(before);
});

test("what was sealed in one go is whole, taken out from later on, and after 400 days", async () => {
  const { clock, seals } = trail;
  await burst(250);
  await trail.seal();
  clock.jump(2 * DAY);
  await burst(120);
  await trail.seal();
  clock.jump(DAY);
  await trail.walk(["pending"], { role: "later" });
  await trail.seal();
  const lines = await trail.exported({ since: clock.now() - 1.5 * DAY });
  expect((await verifyExport(read(lines), [])).faults).toEqual([]);
  expect(await live()).toMatchObject(whole);
  clock.jump(399 * DAY);
  await seals.trim();
  expect((await live()).faults).toEqual([]);
  clock.jump(2 * DAY);
  await seals.trim();
  expect((await live()).faults).toEqual([]);
});

test("from a time on it is whole, also after a clock that was a day ahead for a while", async () => {
  const { clock } = trail;
  await walked("one");
  clock.jump(DAY);
  await walked("ahead");
  clock.jump(-DAY);
  await walked("two");
  await walked("three");
  clock.jump(DAY / 24);
  const since = clock.now();
  clock.jump(1);
  await walked("four");
  const lines = await trail.exported({ since });
  expect((await verifyExport(read(lines), [])).faults).toEqual([]);
});

test("up to a time it is whole, and shows what came after a clock that was ahead of that time for a while", async () => {
  const { clock } = trail;
  await walked("one");
  clock.jump(DAY);
  await walked("ahead");
  clock.jump(-DAY);
  await walked("two");
  clock.jump(HOUR);
  const until = clock.now();
  clock.jump(1);
  await walked("three");
  await walked("four");
  const lines = await trail.exported({ until });
  const roles = lines.flatMap((json) => JSON.parse(json).trail?.role ?? []);
  expect([...new Set(roles)]).toEqual(["one", "two"]);
  expect(await verifyExport(read(lines), [])).toMatchObject({ faults: [], seals: 3 });
});

test("past as many seals as were ever made in one go it is sealed on", async () => {
  const { redis: commands, keys } = trail.store;
  await trail.walk(["pending"]);
  await trail.seal();
  const [[, fields] = ["", []]] = await commands.xrevrange(keys.trail, "+", "-", "COUNT", 1);
  const copies = commands.pipeline();
  for (let i = 0; i < 450; i++) copies.xadd(keys.trail, "*", ...fields);
  await copies.exec();
  await trail.walk(["pending"], { role: "later" });
  expect(await trail.seal()).toMatchObject({ seal: 2 });
});

test("whoever cuts its beginning off is found", async () => {
  for (let n = 0; n < 3; n++) await walked(`role-${n}`);
  const [, second] = await sealsOf();
  await redis.commands.xtrim(trail.store.keys.trail, "MINID", second?.to as unknown as number);
  expect((await live()).faults[0]?.what).toMatch(/beginning is cut off|missing/);
});

test("also right behind a seal, where all that is left is whole by itself", async () => {
  for (let n = 0; n < 3; n++) {
    await trail.walk(["pending", "denied"], { role: `role-${n}` });
    await trail.seal();
  }
  const { redis: commands, keys } = trail.store;
  const lines = await commands.xrange(keys.trail, "-", "+");
  const first = lines.findIndex(([, fields]) => isSeal(JSON.parse(fields[1] ?? "{}")));
  await commands.xtrim(keys.trail, "MINID", lines[first + 1]?.[0] as unknown as number);
  expect((await live()).faults[0]?.what).toBe("seal 1 is missing before seal 2");
  const exported = await trail.exported();
  expect((await verifyExport(read(exported), [])).faults[0]?.what).toBe("seal 1 is missing before seal 2");
});

test("an export whose beginning is cut off, with all else made to fit, is found by its dates, and says that it is a part", async () => {
  const { clock, seals } = trail;
  for (let n = 0; n < 3; n++) {
    await walked(`role-${n}`);
    clock.jump(DAY);
  }
  const lines = await trail.exported();
  const second = lines.findIndex((json) => JSON.parse(json).trail?.seal === 2);
  const heading = { ...JSON.parse(lines[0] ?? ""), first: 2, later: true };
  const head = await seals.head();
  const heads = head ? [head] : [];
  const verified = (over: object) =>
    verifyExport(read(resigned([JSON.stringify({ ...heading, ...over }), ...lines.slice(second)])), heads);
  const part = "It says that it shows a part alone: what came after the seal that it begins with.";
  const cut = (why: string) => [
    { at: 1, what: expect.stringMatching(`^its beginning is cut off: .* seal 2 of \\S+, and ${why}`) },
  ];
  expect(await verified({})).toMatchObject({ faults: cut("400 days are kept$"), notes: [part] });
  const since = heading.made - 30 * DAY;
  expect((await verified({ since })).faults).toMatchObject(cut("it says that it shows what came from"));
  expect(await verified({ made: heading.made + 400 * DAY })).toMatchObject({ faults: [], notes: [part] });
  const bare = { first: undefined, later: undefined };
  const [missing] = (await verified(bare)).faults;
  expect(missing?.what).toMatch(/^seals? 1 .*missing before seal 2/);
  // As it is where nobody cut it.
  clock.jump(398 * DAY);
  await seals.trim();
  const trimmed = await verifyExport(read(await trail.exported()), heads);
  expect(trimmed).toMatchObject({ faults: [], notes: [part] });
});

test("an entry edited, removed or moved in Redis itself is found and named", async () => {
  const id = await trail.walk(["pending", "denied"]);
  await trail.seal();
  const { keys } = trail.store;
  const [, second] = await redis.commands.xrange(keys.trail, "-", "+");
  await redis.commands.xdel(keys.trail, second?.[0] ?? "");
  expect((await live()).faults[0]?.what).toMatch(`of ${id} entry 2 is missing before ${id} pending → denied`);
});

test("a lost seal is named once, by whichever replica is the first", async () => {
  await trail.walk(["pending"]);
  await trail.seal();
  const lost = { seal: 1, hash: "f".repeat(64), at: trail.clock.now(), place: "1-1" };
  const other = createSeals({ ...trail.store, onSeal: () => {}, onUnlogged: () => {} });
  await Promise.all([trail.seals.add(lost), other.add(lost)]);
  // The hub was not told of it.
  await trail.seals.add(lost);
  await trail.walk(["pending"], { role: "admin" });
  await other.add(lost);
  const found = await sealsOf();
  expect(found.map(({ seal, gap }) => ({ seal, gap: gap?.hash }))).toEqual([
    { seal: 1, gap: undefined },
    { seal: 2, gap: lost.hash },
    { seal: 3, gap: undefined },
  ]);
});

/** Redis was restored from an older copy, and goes on: seals 1, 2 and 5. */
async function restored(): Promise<void> {
  for (const role of ["one", "two"]) {
    await trail.walk(["pending", "denied"], { role });
    await trail.seal();
  }
  await trail.walk(["pending", "denied"], { role: "three" });
  await trail.seals.add({ seal: 4, hash: "f".repeat(64), at: trail.clock.now(), place: "1-1" });
}

test("what stands before a gap is held by the seal that names it: taken off it is missed", async () => {
  await restored();
  expect(await live()).toMatchObject({ faults: [], seals: 3 });
  const { redis: commands, keys } = trail.store;
  const lines = await commands.xrange(keys.trail, "-", "+");
  const second = lines.findLastIndex(([, fields]) => JSON.parse(fields[1] ?? "{}").seal === 2);
  await commands.xtrim(keys.trail, "MINID", lines[second + 1]?.[0] as unknown as number);
  expect((await live()).faults[0]?.what).toBe("what was sealed before seal 5 is missing");
});

test("and made anew it is found", async () => {
  await restored();
  const lines = (await trail.exported({ names: false })).map((json) => JSON.parse(json));
  const written = () => lines.map((line) => JSON.stringify(line));
  const head = await trail.seals.head();
  const heads = head ? [head] : [];
  expect(await verifyExport(read(written()), heads)).toMatchObject({ faults: [], notes: { length: 1 } });
  // Of a seal that went with what was lost a witness proves nothing, and it is said.
  const lost = [{ seal: 3, hash: "a".repeat(64) }];
  expect((await verifyExport(read(written()), lost)).notes.at(-1)).toBe(
    "Seal 3, which was witnessed, went with what was lost before seal 5.",
  );
  const anew = (line: { chain: { hash: string } }) => {
    const before = line.chain.hash;
    line.chain.hash = hashesOf(line as never).hash;
    const text = (one: object) => JSON.stringify(one).replaceAll(before, line.chain.hash);
    for (const [i, one] of lines.entries()) if (one.trail?.seal < 5) lines[i] = JSON.parse(text(one));
  };
  const entry = lines.find(({ trail: one }) => one?.to === "denied");
  entry.trail.who = "U0EVE";
  anew(entry);
  for (const n of [1, 2]) anew(lines.find(({ trail: one }) => one?.seal === n));
  expect((await verifyExport(read(resigned(written())), heads)).faults).toMatchObject([
    { what: expect.stringMatching(/^seal 5 does not follow seal 2: what stands before it was edited/) },
  ]);
});

test("the log, which has what Redis lost, is whole over the gap", async () => {
  const { keys } = trail.store;
  const all = [keys.trail, keys.texts, keys.seal];
  for (const role of ["one", "two"]) await walked(role);
  const copies = await Promise.all(all.map((key) => redis.commands.dumpBuffer(key)));
  await trail.walk(["pending"], { role: "three" });
  const lost = await trail.seals.add(null);
  for (const [i, key] of all.entries())
    await redis.commands.restore(key, 0, copies[i] ?? Buffer.of(), "REPLACE");
  await trail.walk(["pending"], { role: "four" });
  await trail.seals.add(lost);
  const logged = trail.logged.map((line) => JSON.stringify(line));
  expect(await verifyShipped(read(logged), [])).toMatchObject({ faults: [], seals: 4, notes: { length: 1 } });
});

test("where a seal was made anew, the gap's own words say it", async () => {
  await trail.walk(["pending"]);
  await trail.seal();
  await trail.seals.add({ seal: 1, hash: "f".repeat(64), at: trail.clock.now(), place: "1-1" });
  expect((await live()).notes).toMatchObject([
    expect.stringMatching(/What stands here up to seal 1 is not what was witnessed: it was made anew\.$/),
  ]);
});

/** The hub, in memory. */
function memoryAnchor() {
  let anchored: Anchored | null = null;
  let isAway = false;
  const anchor: Anchor = {
    read: async () => {
      if (isAway) throw new Error("away");
      return anchored;
    },
    write: async (what, from) => {
      if (isAway || from?.version !== anchored?.version) return false;
      const version = `${Number(anchored?.version ?? 0) + 1}`;
      anchored = { epoch: 0, lockdown: null, seal: null, ended: [], ...anchored, ...what, version };
      return true;
    },
  };
  const away = (is: boolean) => {
    isAway = is;
  };
  return { anchor, seal: () => anchored?.seal ?? null, away };
}

/** One that seals, what it logs, and what its administrators are told. */
function replica({ anchor }: Pick<ReturnType<typeof memoryAnchor>, "anchor">) {
  const { clock } = trail;
  const log = memoryLog();
  const alarms: Alarm[] = [];
  let isBehind = false;
  const behind = (is: boolean) => {
    isBehind = is;
  };
  const needs = {
    ...{ clock, log, seals: trail.seals, anchor, checkpoint: null },
    told: createTold(trail.store),
    lease: createLease(redis.commands, trail.store.keys),
    epoch: {
      look: async () => (isBehind ? null : { before: 0 }),
      ...{ before: () => 0, settle: async () => {}, confirm: async () => true },
    },
    holds: createHolds({ clock, log }),
    admins: {
      tell: async (alarm: Alarm) => {
        alarms.push(alarm);
        return true;
      },
    },
  };
  const watch = createSealWatch(needs);
  const keep = () => keepSeals(needs).finally(() => watch(new AbortController().signal));
  return { log, alarms, behind, keep };
}

test("the newest seal stands on the hub; a Redis that lost it goes on with a gap that the next seal names", async () => {
  const hub = memoryAnchor();
  const { log, behind, keep } = replica(hub);
  const { keys } = trail.store;
  await trail.walk(["pending"]);
  await keep();
  const copies = await Promise.all(
    [keys.trail, keys.texts, keys.seal].map((key) => redis.commands.dumpBuffer(key)),
  );
  // The hub is away: sealed all the same, and told when it is back.
  hub.away(true);
  await trail.walk(["pending"], { role: "admin" });
  await keep();
  expect(hub.seal()).toMatchObject({ seal: 1 });
  hub.away(false);
  await keep();
  expect(hub.seal()).toMatchObject({ seal: 2 });
  expect(await live()).toMatchObject(whole);
  for (const [i, key] of [keys.trail, keys.texts, keys.seal].entries())
    await redis.commands.restore(key, 0, copies[i] ?? Buffer.of(), "REPLACE");
  await trail.walk(["pending"], { role: "peek" });
  behind(true);
  await keep();
  expect(await sealsOf()).toHaveLength(1);
  behind(false);
  await keep();
  expect(log.lines.find(({ level }) => level === "error")?.fields).toMatchObject({
    hub: { seal: 2 },
    redis: { seal: 1 },
  });
  expect(await sealsOf()).toMatchObject([{ seal: 1 }, { seal: 3, gap: { seal: 2 } }]);
  expect(hub.seal()).toMatchObject({ seal: 3 });
  expect(await verifyLive(trail.store, { heads: [], hub: hub.seal() })).toMatchObject({
    faults: [],
    notes: [expect.stringMatching(/^Between seal 2 .* and seal 3 .* Redis was lost or restored/)],
  });
  // An emptied one: while the hub is away nobody knows whether it is new.
  await redis.commands.del(keys.trail, keys.texts, keys.seal);
  hub.away(true);
  await trail.walk(["pending"], { role: "other" });
  await keep();
  expect(await sealsOf()).toEqual([]);
  hub.away(false);
  await keep();
  expect(await sealsOf()).toMatchObject([{ seal: 4, gap: { seal: 3 } }]);
  expect((await verifyLive(trail.store, { heads: [], hub: hub.seal() })).faults).toEqual([]);
});

test.each(["x", "[]", '{"chain":1}', '{"seal":1}'])(
  "an entry that is none of ours, as anybody can put into Redis, keeps nothing from being sealed: %s",
  async (entry) => {
    const hub = memoryAnchor();
    const one = replica(hub);
    await redis.commands.xadd(trail.store.keys.trail, "*", "entry", entry);
    await trail.walk(["pending"]);
    await one.keep();
    expect(hub.seal()).toMatchObject({ seal: 1 });
    expect(await trail.seals.isLeft(hub.seal())).toBe(false);
    const { faults } = await verifyLive(trail.store, { heads: [], hub: hub.seal() });
    expect(faults[0]).toEqual({ at: 1, what: "an entry was edited" });
  },
);

test("the hub hears of a seal at once, also where its epoch was written in that moment", async () => {
  const hub = memoryAnchor();
  let epoch = 0;
  const anchor: Anchor = {
    ...hub.anchor,
    write: async (what, from, signal) => {
      if (epoch < 2) await hub.anchor.write({ epoch: ++epoch }, await hub.anchor.read(signal), signal);
      return hub.anchor.write(what, from, signal);
    },
  };
  await trail.walk(["pending"]);
  await replica({ anchor }).keep();
  expect(hub.seal()).toMatchObject({ seal: 1 });
});

test("whoever has Redis go on from an older seal does not have the hub go back: the next one names what the hub had", async () => {
  const hub = memoryAnchor();
  const { log, keep } = replica(hub);
  const { redis: commands, keys } = trail.store;
  await trail.walk(["pending"]);
  await keep();
  const older = await commands.dumpBuffer(keys.seal);
  await trail.walk(["pending"], { role: "admin" });
  await keep();
  const had = hub.seal();
  await commands.restore(keys.seal, 0, older ?? Buffer.of(), "REPLACE");
  await keep();
  expect(log.lines).toMatchObject([{ level: "error", fields: { hub: { seal: 2 }, redis: { seal: 1 } } }]);
  expect(await sealsOf()).toMatchObject([{ seal: 1 }, { seal: 2 }, { seal: 3, gap: { hash: had?.hash } }]);
  expect(hub.seal()).toMatchObject({ seal: 3 });
  // So that its seal can be taken off the trail, and not the word of it.
  await commands.xdel(keys.trail, had?.place ?? "");
  expect(await verifyLive(trail.store, { heads: [], hub: hub.seal() })).toMatchObject({
    faults: [],
    notes: [expect.stringMatching(/^Between seal 2 .* and seal 3 .* Redis was lost or restored/)],
  });
});

/** A replica's own look, minute by minute. */
async function pass(minutes: number, replicas: readonly ReturnType<typeof replica>[]): Promise<void> {
  for (let n = 0; n < minutes; n++) {
    trail.clock.jump(MINUTE);
    for (const one of replicas) await one.keep();
  }
}

/** As whoever can write to Redis keeps it from being sealed. */
const KEPT_BY: [string, () => Promise<unknown>][] = [
  ["a head of another hash", () => redis.commands.hset(trail.keys.seal, "hash", "x")],
  ["a head that is past all", () => moveHead({ to: "9999999999999-0" })],
  ["a lease without an end", () => redis.commands.set(trail.keys.lease("seal"), "x")],
];
async function moveHead(to: object): Promise<void> {
  const head = JSON.parse((await redis.commands.hget(trail.keys.seal, "head")) ?? "{}");
  await redis.commands.hset(trail.keys.seal, "head", JSON.stringify({ ...head, ...to }));
}

test.each(KEPT_BY)(
  "what %s keeps from being sealed each replica says, to its log and the administrators, until it is sealed",
  async (_, keepFrom) => {
    const hub = memoryAnchor();
    const both = [replica(hub), replica(hub)];
    await trail.walk(["pending"]);
    await pass(1, both);
    const { keys } = trail.store;
    const before = await redis.commands.dumpBuffer(keys.seal);
    const { at: since } = hub.seal() ?? {};
    await keepFrom();
    await pass(20, both);
    expect(both.flatMap(({ log }) => log.lines)).toEqual([]);
    await trail.walk(["pending"], { role: "admin" });
    await pass(9, both);
    expect(both.flatMap(({ log }) => log.lines)).toEqual([]);
    await pass(3, both);
    for (const { log, alarms } of both) {
      expect(log.lines).toMatchObject([
        { level: "error", fields: { cause: "sealing" }, message: expect.stringMatching(/since seal 1 of/) },
      ]);
      expect(alarms[0]).toEqual({ kind: "unsealed", seal: 1, since });
    }
    await redis.commands.restore(keys.seal, 0, before ?? Buffer.of(), "REPLACE");
    await redis.commands.del(keys.lease("seal"));
    await pass(1, both);
    expect(hub.seal()).toMatchObject({ seal: 2 });
    for (const { log } of both)
      expect(log.lines.at(-1)).toMatchObject({ level: "info", message: expect.stringMatching(/^over: /) });
  },
);

test("while nothing came, the hub is away or an administrator is waited for, nobody is told that nothing is sealed", async () => {
  const hub = memoryAnchor();
  const one = replica(hub);
  await trail.walk(["pending"]);
  await pass(30, [one]);
  one.behind(true);
  await trail.walk(["pending"], { role: "admin" });
  await pass(30, [one]);
  one.behind(false);
  hub.away(true);
  await pass(30, [one]);
  hub.away(false);
  await pass(1, [one]);
  expect(hub.seal()).toMatchObject({ seal: 2 });
  expect(one.alarms).toEqual([]);
});

test("what is not sealed is a fault ten minutes after it came; what was sealed two hours late says so for good", async () => {
  await trail.walk(["pending"]);
  await trail.seal();
  const { keys } = trail.store;
  await redis.commands.hset(keys.seal, "hash", "x");
  await trail.walk(["pending"], { role: "admin" });
  expect(await trail.seal()).toBeNull();
  expect(await live()).toMatchObject({ ...whole, unsealed: 2 });
  trail.clock.jump(2 * HOUR);
  expect((await live()).faults).toMatchObject([
    { what: expect.stringMatching(/^what came since seal 1 of \S+ is in no seal that was witnessed: 2/) },
  ]);
  const head = await trail.seals.head();
  await redis.commands.hset(keys.seal, "hash", head?.hash ?? "");
  await trail.seal();
  await trail.walk(["pending"], { role: "reader" });
  await trail.seal();
  const late = {
    faults: [],
    notes: [expect.stringMatching(/^What came from \S+ on was not sealed before \S+, by seal 2: until then/)],
  };
  expect(await live()).toMatchObject(late);
  expect(await verifyExport(read(await trail.exported()), [])).toMatchObject(late);
  const logged = trail.logged.map((line) => JSON.stringify(line));
  expect(await verifyShipped(read(logged), [])).toMatchObject(late);
});

test("a seal that the hub was never told of holds nothing where the hub answers", async () => {
  await trail.walk(["pending"]);
  const hub = await trail.seal();
  await trail.walk(["pending"], { role: "admin" });
  await trail.seal();
  trail.clock.jump(HOUR);
  expect((await verifyLive(trail.store, { heads: [], hub })).faults).toMatchObject([
    { what: expect.stringMatching(/^what came since seal 1 of \S+ is in no seal that was witnessed: 2/) },
  ]);
  const head = await trail.seals.head();
  const heads = head ? [head] : [];
  expect((await verifyLive(trail.store, { heads, hub })).faults).toEqual([]);
  expect((await verifyLive(trail.store, { heads: [], hub: undefined })).faults).toEqual([]);
});
