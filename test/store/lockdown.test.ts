/** The flag stands in the Lua of every change that leads to access: on a real Redis, whoever comes first. */
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { jumpClock } from "../../sandbox/clock.ts";
import type { Lockdown, LockdownEntry } from "../../src/domain/lockdown.ts";
import { massEndOf } from "../../src/domain/mass-end.ts";
import type { AccessRequest, Sent } from "../../src/domain/request.ts";
import type { Lockdowns, Requests } from "../../src/flow/ports.ts";
import { createEpochs } from "../../src/store/epoch.ts";
import { createLockdowns } from "../../src/store/lockdown.ts";
import { createMassEnds } from "../../src/store/mass-ends.ts";
import { createRequests } from "../../src/store/requests.ts";
import { trail } from "../../src/store/trail.ts";
import { freshKeys, type TestRedis, testRedis } from "../helpers/redis.ts";
import { activeSample, ana, asked, ben, inState } from "./samples.ts";

const NOW = 1_700_000_000_000;
const lockdown = (at = NOW): Lockdown => ({ by: ben, qualified: ben.id, at, reason: "laptop stolen" });
const why = { by: ana, qualified: "S0ADMINS", reason: "found again" };
const refused = { refusal: { kind: "locked-down", by: ben, at: NOW, reason: "laptop stolen" } };

let redis: TestRedis;
let keys: ReturnType<typeof freshKeys>;
let lockdowns: Lockdowns;
let requests: Requests;
let told: LockdownEntry[];

beforeAll(async () => {
  redis = await testRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

beforeEach(() => {
  keys = freshKeys();
  told = [];
  const shared = { redis: redis.commands, keys, clock: jumpClock() };
  lockdowns = createLockdowns({ ...shared, onChange: (entry) => void told.push(entry) });
  requests = createRequests({ ...shared, onTransition: () => {}, onBroken: () => {} });
});

async function entries() {
  const found = [];
  for await (const entry of trail({ redis: redis.commands, keys })) found.push(entry);
  return found;
}

/** As it came to stand, before anybody locked anything. */
async function made(state: AccessRequest["state"], over: Partial<AccessRequest> = {}) {
  const request = asked();
  await requests.make(request, request.id);
  return (await requests.update(request.id, (r) => ({ ...inState(r, state), ...over }) as AccessRequest))
    .after;
}

const set = (one = lockdown()) => lockdowns.set(one, massEndOf(one));

const token = (one: Sent["token"]): { messages: AccessRequest["messages"] } => ({
  messages: {
    token: { channel: "D1", ts: "1.1", shows: "setting-up", revision: 1, ...(one && { token: one }) },
  },
});

describe("while it stands", () => {
  test.each<[string, AccessRequest["state"], (r: AccessRequest) => AccessRequest]>([
    ["an approval", "pending", (r) => inState(r, "approved")],
    ["an approval by policy", "requested", (r) => inState(r, "approved")],
    [
      "one approval of several",
      "pending",
      (r) => ({ ...r, approvals: [{ by: ben, qualified: ben.id, at: 1, terms: 1 }] }),
    ],
    ["a token about to be shown", "approved", (r) => ({ ...inState(r, "delivering"), ...token("sending") })],
    ["a token shown anew", "delivering", (r) => ({ ...r, ...token("sending") })],
    ["a token shown beside the one that stands", "active", (r) => ({ ...r, ...token("sending") })],
    ["a token shown at a click", "active", (r) => ({ ...r, reveals: { count: 1, recent: [1], views: [] } })],
    ["what its holder is to be shown at a click", "approved", (r) => inState(r, "delivering")],
    ["a generation after a leak", "active", (r) => ({ ...inState(r, "approved"), generation: 2 })],
    ["more time", "active", (r) => ("expiresAt" in r ? { ...r, expiresAt: r.expiresAt + 1 } : r)],
  ])("%s is refused, and leaves no trace", async (_, state, change) => {
    const request = await made(state);
    await set();
    const before = await entries();
    await expect(requests.update(request.id, change)).rejects.toMatchObject(refused);
    expect(await requests.get(request.id)).toEqual(request);
    expect(await entries()).toEqual(before);
    await lockdowns.lift(lockdown(), why);
    expect((await requests.update(request.id, change)).after.version).toBe(request.version + 1);
  });

  test.each<[string, AccessRequest["state"], (r: AccessRequest) => AccessRequest]>([
    ["an end", "active", (r) => inState(r, "ending")],
    ["an end of what is set up", "delivering", (r) => inState(r, "ending")],
    ["a withdrawal", "pending", (r) => inState(r, "withdrawn")],
    ["what is known of a token that was shown", "delivering", (r) => inState(r, "active")],
    ["a message", "approved", (r) => ({ ...r, ...token(undefined) })],
    ["its time", "active", (r) => ("expiresAt" in r ? { ...r, expiresAt: r.expiresAt - 1 } : r)],
  ])("%s lands", async (_, state, change) => {
    const request = await made(state);
    await set();
    expect((await requests.update(request.id, change)).after.version).toBe(request.version + 1);
  });

  test("nobody asks; whoever asked before is told of that", async () => {
    const before = asked();
    await requests.make(before, "t1");
    await set();
    await expect(requests.make(asked({ role: "admin" }), "t2")).rejects.toMatchObject(refused);
    expect(await requests.make(asked(), "t1")).toMatchObject({
      taken: "trigger",
      request: { id: before.id },
    });
  });

  test("what stands on the hub is adopted, so that it can end", async () => {
    await set();
    expect(await requests.adopt(activeSample())).toBe(true);
  });
});

describe("the flag", () => {
  test("is one: whoever comes second is told of the first", async () => {
    expect(await set()).toEqual(lockdown());
    expect(await set({ ...lockdown(NOW + 5), by: ana })).toEqual(lockdown());
    expect(await lockdowns.read()).toEqual({ standing: lockdown(), lifted: 0 });
    expect(told).toHaveLength(1);
  });

  test("brings what it ends with it, in one call, and once", async () => {
    const { open, close } = createMassEnds({ redis: redis.commands, keys, onBroken: () => {} });
    await set();
    expect(await open()).toEqual([massEndOf(lockdown())]);
    await close(`lockdown-${NOW}`);
    await set(lockdown(NOW + 5));
    await lockdowns.lift(lockdown(), why);
    await set();
    // That it is over is to be told.
    expect(await open()).toMatchObject([{ id: `unlock-${NOW}`, reason: why.reason, unlocked: lockdown() }]);
  });

  test("of what another version ends at once, and ours cannot read, it is said once, however far that goes on", async () => {
    const broken: Error[] = [];
    const { open } = createMassEnds({ redis: redis.commands, keys, onBroken: (e) => void broken.push(e) });
    const goesOn = (left: string[]) =>
      redis.commands.hset(keys.massEnds, "team-1", JSON.stringify({ id: "team-1", scope: "sre", left }));
    for (const left of [["R-7K2Q9FXT"], []]) {
      await goesOn(left);
      expect(await open()).toEqual([]);
    }
    expect(broken).toHaveLength(1);
  });

  test("stands on the trail with its end, and both are lasting", async () => {
    const lasting = async () => (await createEpochs({ redis: redis.commands, keys }).read()).lasting;
    await set();
    expect(await lasting()).toBe(1);
    expect(await lockdowns.lift(lockdown(), why)).toBe(true);
    expect(await lasting()).toBe(2);
    expect(await entries()).toMatchObject([
      { lockdown: "began", at: NOW, who: ben.id, why: "laptop stolen", qualified: ben.id },
      { lockdown: "lifted", who: ana.id, why: "found again", qualified: "S0ADMINS", began: NOW },
    ]);
    expect(told).toEqual(await entries());
  });

  test("is lifted once, and only by who names it", async () => {
    await set();
    expect(await lockdowns.lift(lockdown(NOW + 1), why)).toBe(false);
    expect(await lockdowns.lift(lockdown(), why)).toBe(true);
    expect(await lockdowns.lift(lockdown(), why)).toBe(false);
    expect(await lockdowns.read()).toEqual({ standing: null, lifted: NOW });
  });

  test("one that was lifted does not come back, however late it is learnt", async () => {
    await set();
    await lockdowns.lift(lockdown(), why);
    expect(await set()).toBeNull();
    expect(await set(lockdown(NOW - 1))).toBeNull();
    expect(await set(lockdown(NOW + 1))).toEqual(lockdown(NOW + 1));
  });
});

test("raced at any moment, on the trail no token is on its way after it", async () => {
  const deliver = (r: AccessRequest): AccessRequest => ({ ...inState(r, "delivering"), ...token("sending") });
  const other = createRequests({
    ...{ redis: redis.worker, keys, clock: jumpClock() },
    ...{ onTransition: () => {}, onBroken: () => {} },
  });
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 12 }), async (lockedAt) => {
      const all = await Promise.all(Array.from({ length: 12 }, (_, i) => approved(`r${i}`)));
      const acts = all.map(
        ({ id }, i) =>
          () =>
            (i % 2 ? requests : other).update(id, deliver),
      );
      const settled = await Promise.allSettled(
        [...acts.slice(0, lockedAt), () => set(), ...acts.slice(lockedAt)].map((act) => act()),
      );
      const history = (await entries()).map((entry) =>
        "lockdown" in entry ? "locked" : "to" in entry && entry.to,
      );
      expect(history.lastIndexOf("delivering")).toBeLessThan(history.indexOf("locked"));
      expect(history.filter((to) => to === "delivering")).toHaveLength(
        settled.filter(({ status }) => status === "fulfilled").length - 1,
      );
      const reserved = all.flatMap(({ role }) => [keys.open(ana.id, role), keys.windows(ana.id, role)]);
      await redis.commands.del(keys.lockdown, keys.trail, ...reserved);
    }),
    { numRuns: 20 },
  );
});

async function approved(role: string): Promise<AccessRequest> {
  const request = asked({ role });
  await requests.make(request, request.id);
  return (await requests.update(request.id, (r) => inState(r, "approved"))).after;
}
