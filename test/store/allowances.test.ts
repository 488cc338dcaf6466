/** What was allowed beforehand, on a real Redis: of many at once one counts, and what is not ours is kept or left alone. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeEach, expect, test } from "vitest";
import { type JumpClock, jumpClock } from "../../sandbox/clock.ts";
import { type Allowance, type AllowanceEntry, disallowed, joined } from "../../src/domain/allowance.ts";
import { DAY, HOUR } from "../../src/domain/duration.ts";
import { allowanceId } from "../../src/domain/ids.ts";
import type { Allowances } from "../../src/flow/ports.ts";
import { createAllowances } from "../../src/store/allowances.ts";
import { createEpochs } from "../../src/store/epoch.ts";
import { schemaTrouble } from "../../src/store/schema.ts";
import { trail } from "../../src/store/trail.ts";
import { allower, anna, one, person } from "../domain/allowances.ts";
import { freshKeys, testRedis } from "../helpers/redis.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

let keys: ReturnType<typeof freshKeys>;
let clock: JumpClock;
let allowances: Allowances;
let told: AllowanceEntry[];
let broken: Error[];
beforeEach(() => {
  keys = freshKeys();
  clock = jumpClock();
  told = [];
  broken = [];
  allowances = createAllowances({
    ...{ redis: redis.commands, keys, clock },
    onChange: (entry) => void told.push(entry),
    onBroken: (error) => void broken.push(error),
  });
});

const fresh = (over: Partial<Allowance> = {}): Allowance => ({
  ...one,
  id: allowanceId(randomBytes(5)),
  madeAt: clock.now(),
  until: clock.now() + 3 * DAY,
  ...over,
});
const history = async () => {
  const all: { id: string; to: string }[] = [];
  for await (const entry of trail({ redis: redis.commands, keys }))
    if ("to" in entry) all.push({ id: entry.id, to: entry.to });
  return all;
};

test("made, found for its person and among all, and told on the trail by the same call", async () => {
  const a = fresh();
  expect(await allowances.make(a, "t1")).toEqual({ made: true, allowance: a });
  expect(await allowances.get(a.id)).toEqual(a);
  expect(await allowances.of(a.person.id)).toEqual([a]);
  expect(await allowances.of(anna.id)).toEqual([]);
  const b = fresh({ person: person("U0CAROL"), until: clock.now() + DAY });
  await allowances.make(b, "t2");
  expect(await allowances.all()).toEqual([b, a]);
  expect(await history()).toMatchObject([
    { id: a.id, to: "standing" },
    { id: b.id, to: "standing" },
  ]);
  expect(told.map(({ id }) => id)).toEqual([a.id, b.id]);
});

test("a redelivered command makes nothing", async () => {
  const a = fresh();
  await allowances.make(a, "t1");
  expect(await allowances.make(fresh(), "t1")).toEqual({ made: false, allowance: a });
  expect(await allowances.all()).toHaveLength(1);
});

test("of many who ask for the same at one moment, one is made where others must allow it too", async () => {
  const made = await Promise.all(
    Array.from({ length: 30 }, (_, i) => allowances.make(fresh({ count: 2 }), `t${i}`)),
  );
  expect(made.filter((one) => one.made)).toHaveLength(1);
  expect(new Set(made.map(({ allowance }) => allowance.id)).size).toBe(1);
  // Another time is another question.
  expect(await allowances.make(fresh({ count: 2, duration: HOUR }), "other")).toMatchObject({ made: true });
});

test("once it has enough, or is withdrawn, the same is made anew", async () => {
  const a = fresh({ count: 2 });
  await allowances.make(a, "t1");
  await allowances.update(a.id, (now) => joined(now, allower(person("U0CAROL")), clock.now()));
  const b = fresh({ count: 2 });
  expect(await allowances.make(b, "t2")).toMatchObject({ made: true });
  await allowances.update(b.id, (now) => disallowed(now, { by: anna }, clock.now()));
  expect(await allowances.make(fresh({ count: 2 }), "t3")).toMatchObject({ made: true });
});

test("of withdrawn and allowed too at the same moment, whoever comes second is told", async () => {
  for (let i = 0; i < 10; i++) {
    const a = fresh({ count: 2, duration: HOUR + i });
    await allowances.make(a, `t${i}`);
    const carol = allower(person("U0CAROL"));
    const done = await Promise.allSettled([
      allowances.update(a.id, (now) => joined(now, carol, clock.now())),
      allowances.update(a.id, (now) => disallowed(now, { by: anna }, clock.now())),
      allowances.update(a.id, (now) => disallowed(now, carol, clock.now())),
    ]);
    const after = await allowances.get(a.id);
    expect(after?.withdrawn).toBeDefined();
    expect(done.filter(({ status }) => status === "rejected").length).toBeGreaterThanOrEqual(1);
    expect((await history()).filter(({ id, to }) => id === a.id && to === "withdrawn")).toHaveLength(1);
  }
});

test("of many who allow it too, as many as are needed are kept", async () => {
  const a = fresh({ count: 3 });
  await allowances.make(a, "t1");
  const others = Array.from({ length: 12 }, (_, i) => allower(person(`U0X${i}`)));
  const done = await Promise.allSettled(
    others.map((one) => allowances.update(a.id, (now) => joined(now, one, clock.now()))),
  );
  expect((await allowances.get(a.id))?.allowedBy).toHaveLength(3);
  expect(done.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
});

test("withdrawing is what an older copy of Redis must not undo", async () => {
  const epochs = createEpochs({ redis: redis.commands, keys });
  const a = fresh();
  await allowances.make(a, "t1");
  expect(await epochs.read()).toMatchObject({ changes: 1, lasting: 0 });
  await allowances.update(a.id, (now) => disallowed(now, { by: anna }, clock.now()));
  expect(await epochs.read()).toMatchObject({ changes: 2, lasting: 1 });
});

test("it is listed for a day after its end, and gone by itself a day after what may have passed by it", async () => {
  const a = fresh({ until: clock.now() + HOUR });
  await allowances.make(a, "t1");
  const left = await redis.commands.pttl(keys.allowance(a.id));
  expect(left).toBeGreaterThan(DAY + a.duration);
  expect(left).toBeLessThanOrEqual(DAY + a.duration + HOUR);
  clock.jump(HOUR + DAY + 1);
  expect(await allowances.all()).toEqual([]);
  await allowances.make(fresh(), "t2");
  expect(await redis.commands.zcard(keys.allowances)).toBe(1);
});

test("what another version wrote is kept, and what cannot be read allows nothing", async () => {
  const a = fresh();
  await allowances.make(a, "t1");
  const key = keys.allowance(a.id);
  const written = JSON.parse((await redis.commands.hget(key, "record")) ?? "");
  await redis.commands.hset(key, "record", JSON.stringify({ ...written, schema: 2, region: "eu" }));
  await allowances.update(a.id, (now) => disallowed(now, { by: anna }, clock.now()));
  expect(JSON.parse((await redis.commands.hget(key, "record")) ?? "")).toMatchObject({ region: "eu" });
  await redis.commands.hset(key, "record", JSON.stringify({ ...written, schema: 9 }));
  expect(await allowances.of(a.person.id)).toEqual([]);
  expect(await allowances.get(a.id)).toBeNull();
  expect(broken).not.toEqual([]);
});

test("an unmarked Redis whose trail tells of it alone is started on", async () => {
  await allowances.make(fresh(), "t1");
  expect(await schemaTrouble({ redis: redis.commands, keys })).toBeNull();
});
