/** One holder a name, renewed while held, given up before it could be another's. */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, expect, test, vi } from "vitest";
import { LeaseLost, StoreUnsure } from "../../src/flow/ports.ts";
import { createLease } from "../../src/store/lease.ts";
import { freshKeys, testRedis, until } from "../helpers/redis.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

const TIMES = { ttl: 5000, renewEvery: 20, margin: 1000 };
const keys = freshKeys();
const here = createLease(redis.commands, keys, TIMES);
const there = createLease(redis.commands, keys, TIMES);

test("while one holds it nobody else does; another name is free; afterwards it is", async () => {
  const inside = await here.hold("a", async () => [
    await there.hold("a", async () => 1),
    await there.hold("b", async () => 2),
  ]);
  expect(inside).toEqual({ done: [null, { done: 2 }] });
  expect(await there.hold("a", async () => 3)).toEqual({ done: 3 });
});

test("of many at once one works", async () => {
  const all = await Promise.all(Array.from({ length: 50 }, () => here.hold("many", () => delay(20))));
  expect(all.filter((one) => one !== null)).toHaveLength(1);
});

test("it is renewed while the work runs", async () => {
  const key = keys.lease("long");
  const outcome = await here.hold("long", async ({ signal }) => {
    await redis.commands.pexpire(key, 3000);
    await until(async () => (await redis.commands.pttl(key)) > 3000);
    return signal.aborted;
  });
  expect(outcome).toEqual({ done: false });
});

test("what the work throws comes out, and the lease is free", async () => {
  const boom = new Error("boom");
  await expect(here.hold("c", () => Promise.reject(boom))).rejects.toBe(boom);
  expect(await there.hold("c", async () => 1)).toEqual({ done: 1 });
});

test("taken by another: the signal aborts, and the other's lease is left alone", async () => {
  const outcome = await here.hold("d", async ({ signal }) => {
    await redis.commands.set(keys.lease("d"), "another", "PX", 60_000);
    return aborted(signal);
  });
  expect(outcome?.done).toBeLessThan(TIMES.ttl);
  expect(await redis.commands.get(keys.lease("d"))).toBe("another");
});

test("cannot be renewed: the signal aborts a margin before Redis would give it away", async () => {
  await using frozen = await testRedis({ commandTimeout: 200 });
  const times = { ttl: 2000, renewEvery: 20, margin: 1850 };
  const lease = createLease(frozen.commands, keys, times);
  const outcome = await lease.hold("e", async ({ signal }) => {
    frozen.server.pause();
    const after = await aborted(signal);
    frozen.server.resume();
    return after;
  });
  expect(outcome?.done).toBeLessThan(times.ttl);
});

test("the process stood still for longer: whoever asks is told before any timer has run", async () => {
  const lease = createLease(redis.commands, keys, { ttl: 300, renewEvery: 50, margin: 200 });
  const outcome = lease.hold("h", async ({ signal, assertHeld }) => {
    assertHeld();
    const wakes = performance.now() + 120;
    while (performance.now() < wakes);
    expect(signal.aborted).toBe(false);
    expect(assertHeld).toThrow(LeaseLost);
    expect(signal.aborted).toBe(true);
  });
  expect(await outcome).not.toBeNull();
});

test("the machine was suspended: the clock that no correction moves stood still, too", async () => {
  await here.hold("i", async ({ assertHeld }) => {
    const wall = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 60_000);
    expect(assertHeld).toThrow(LeaseLost);
    wall.mockRestore();
  });
});

test("taken, and the answer came too late: it is given back at once, not when it runs out", async () => {
  await using slow = await testRedis({ commandTimeout: 200 });
  const own = createLease(slow.commands, keys, { ...TIMES, ttl: 60_000 });
  slow.server.pause();
  await expect(own.hold("f", async () => 1)).rejects.toThrow(StoreUnsure);
  slow.server.resume();
  await until(async () => (await slow.commands.exists(keys.lease("f"))) === 0);
  expect(await own.hold("f", async () => 2)).toEqual({ done: 2 });
});

/** After how many milliseconds it aborted. */
function aborted(signal: AbortSignal): Promise<number> {
  const start = performance.now();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(performance.now() - start), { once: true });
  });
}

test("taken over from who died with it, and only then, it is told", async () => {
  const told: string[] = [];
  const heir = createLease(redis.commands, keys, TIMES, (name) => told.push(name));
  await here.hold("f", async () => 1);
  await heir.hold("f", async () => 2);
  expect(told).toEqual([]);
  await here.hold("f", async () => {
    // Redis forgets it, as of a holder that renews nothing any more.
    await redis.commands.del(keys.lease("f"));
    await heir.hold("f", async () => 3);
  });
  await heir.hold("f", async () => 4);
  expect(told).toEqual(["f"]);
});
