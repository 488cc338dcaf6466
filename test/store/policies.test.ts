/** What each replica goes by, in Redis: seen by the others while it lives; of each change one entry on the trail. */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeEach, expect, test } from "vitest";
import { jumpClock } from "../../sandbox/clock.ts";
import { isReadable, type Policy, policyFrom } from "../../src/domain/policy-file.ts";
import type { TrailEntry } from "../../src/domain/trail-entry.ts";
import { createAgreement } from "../../src/flow/agree/agree-on-policy.ts";
import type { PolicyRegister } from "../../src/flow/ports.ts";
import type { Keys } from "../../src/store/keys.ts";
import { createPolicies } from "../../src/store/policies.ts";
import { trail } from "../../src/store/trail.ts";
import { freshKeys, testRedis } from "../helpers/redis.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());
let keys: Keys;
beforeEach(() => {
  keys = freshKeys();
});

const clock = jumpClock();
const role = {
  clusterRole: "karpor-guest",
  description: { en: "View", zh: "查看" },
  duration: { default: "1h", max: "8h" },
  approval: "none",
};
const of = (digest: string, file: object = { roles: { guest: role } }): Policy =>
  policyFrom(JSON.stringify(file), digest);
const [one, two] = [of("1a"), of("2b", { roles: { guest: role }, admins: ["U0ALICE"] })];
const replica = (policy: Policy, silentMs?: number): PolicyRegister =>
  createPolicies({ redis: redis.commands, keys, clock, policy, ...(silentMs ? { silentMs } : {}) });
const digests = (policies: readonly Policy[]) => policies.map(({ digest }) => digest).sort();
const onTrail = async () => {
  const all: TrailEntry[] = [];
  for await (const entry of trail({ redis: redis.commands, keys })) all.push(entry);
  return all;
};

test("a replica sees what others go by and it does not, each once; never its own", async () => {
  const [a, b, c] = [replica(one), replica(two), replica(two)];
  expect(await a.hold(one)).toEqual([]);
  expect(digests(await b.hold(two))).toEqual(["1a"]);
  await c.hold(two);
  expect(await a.others()).toEqual([two]);
  expect(digests(await c.others())).toEqual(["1a"]);
  await a.hold(two);
  expect(await b.others()).toEqual([]);
});

test("one that is gone, or says nothing any more, is heeded no longer", async () => {
  const [a, b, c] = [replica(one, 2_000), replica(two, 2_000), replica(of("3c"), 2_000)];
  for (const [who, policy] of [
    [a, one],
    [b, two],
    [c, of("3c")],
  ] as const)
    await who.hold(policy);
  await b.leave();
  expect(digests(await a.others())).toEqual(["3c"]);
  await delay(2_100);
  expect(await a.others()).toEqual([]);
  await a.hold(one);
  expect(await redis.commands.hlen(keys.policies)).toBe(1);
});

test("what another version wrote and this one cannot read allows nothing", async () => {
  await replica(of("9f")).hold(of("9f", { roles: { guest: role }, curfew: "22:00" }));
  const [strange] = await replica(one).others();
  expect(strange).toMatchObject({ digest: "9f", roles: {} });
  expect(strange && isReadable(strange)).toBe(false);
});

test("a change is on the trail once for all replicas, and the first start is none", async () => {
  expect(await replica(one).record(one)).toBe(true);
  expect(await onTrail()).toEqual([]);
  const both = await Promise.all([replica(two).record(two), replica(two).record(two)]);
  expect(both).toContain(true);
  expect(await replica(two).record(two)).toBe(true);
  const changes = [{ kind: "listed", field: "admins", added: ["U0ALICE"], removed: [] }];
  expect(await onTrail()).toEqual([{ took: "2b", was: "1a", at: expect.any(Number), changes }]);
});

const keeping = (policy: Policy, register: PolicyRegister) =>
  createAgreement({ clock, policy, register, holds: { report: () => {} } });

test("a Redis that lost what was gone by is told it again, so that the next change is on the trail", async () => {
  const keep = keeping(one, replica(one));
  await keep();
  await redis.commands.del(keys.policy);
  await keep();
  await keeping(two, replica(two))();
  expect(await onTrail()).toEqual([expect.objectContaining({ took: "2b", was: "1a" })]);
});

test("a file that one replica took, and went away with, is not what is gone by: the trail tells that too, once they agree", async () => {
  const [a, b, c] = [replica(one), replica(two), replica(one)];
  const [keepA, keepB, keepC] = [keeping(one, a), keeping(two, b), keeping(one, c)];
  for (const keep of [keepA, keepC, keepB, keepA, keepB, keepC, keepA]) await keep();
  const tookB = expect.objectContaining({ took: "2b", was: "1a" });
  expect(await onTrail()).toEqual([tookB]);
  await b.leave();
  await Promise.all([keepA(), keepC()]);
  for (const keep of [keepA, keepC]) await keep();
  const back = [{ kind: "listed", field: "admins", added: [], removed: ["U0ALICE"] }];
  expect(await onTrail()).toEqual([tookB, { took: "1a", was: "2b", at: expect.any(Number), changes: back }]);
});
