/** What people tried and may not, on a real Redis: once an hour each, and so many of one person. */
import { afterAll, beforeEach, expect, test } from "vitest";
import { verifyLive } from "../../src/cli/audit/live.ts";
import { ATTEMPTS_KEPT, type Attempt } from "../../src/domain/attempt.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import { RequestId } from "../../src/domain/ids.ts";
import { trail as entriesOf } from "../../src/store/trail.ts";
import { openTrail, type Trail } from "../cli/audit/trail.ts";
import { testRedis } from "../helpers/redis.ts";
import { ana, ben } from "./samples.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

let trail: Trail;
beforeEach(() => {
  trail = openTrail(redis);
});

const request = (n: number) => RequestId.parse(`R-${String(n).padStart(8, "0")}`);
const note = (n: number, over: Partial<Attempt> = {}) =>
  trail.attempts.note({
    ...{ attempt: "approve", at: trail.clock.now(), who: ben.id, why: "not-approver", id: request(n) },
    ...over,
  });
async function kept(): Promise<Attempt[]> {
  const found: Attempt[] = [];
  for await (const entry of entriesOf(trail.store)) if ("attempt" in entry) found.push(entry);
  return found;
}

test("the same is kept once an hour, another or another's is kept beside it", async () => {
  await Promise.all(Array.from({ length: 50 }, () => note(1)));
  expect(await kept()).toHaveLength(1);
  await note(1, { attempt: "deny" });
  await note(1, { who: ana.id, why: "own-request" });
  await note(2);
  expect(await kept()).toHaveLength(4);
  trail.clock.jump(HOUR - SECOND);
  await note(1);
  expect(await kept()).toHaveLength(4);
  trail.clock.jump(2 * SECOND);
  await note(1);
  expect(await kept()).toHaveLength(5);
});

test("of one person no more than so many an hour are, and the last of them says so", async () => {
  for (let n = 1; n <= 3 * ATTEMPTS_KEPT; n++) {
    await note(n);
    trail.clock.jump(SECOND);
  }
  await note(1, { who: ana.id });
  const all = await kept();
  expect(all).toHaveLength(ATTEMPTS_KEPT + 1);
  expect(all.filter(({ full }) => full).map(({ id }) => id)).toEqual([request(ATTEMPTS_KEPT)]);
  expect(trail.logged).toHaveLength(ATTEMPTS_KEPT + 1);
  trail.clock.jump(HOUR);
  await note(99);
  expect(await kept()).toHaveLength(ATTEMPTS_KEPT + 2);
  // Nothing of the count outlives its use.
  expect(await redis.commands.pttl(trail.keys.attempts(ben.id))).toBeGreaterThan(HOUR - MINUTE);

  await trail.seal();
  expect(await verifyLive(trail.store, { heads: [], hub: await trail.seals.head() })).toMatchObject({
    ...{ faults: [], entries: ATTEMPTS_KEPT + 2, unsealed: 0 },
  });
});
