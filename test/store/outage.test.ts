/** What callers are told when Redis is frozen, gone, full or read-only: whether something may have been stored. */
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startRedis } from "../../sandbox/redis/redis.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import { StoreDown, StoreUnsure } from "../../src/flow/ports.ts";
import { type TestRedis, testRedis, until } from "../helpers/redis.ts";
import { type Fixture, fixture, unsettledIds } from "./requests.contract.ts";
import { ana, asked, inState } from "./samples.ts";

/** Not waited for: less than any outage. */
const SOON_MS = 5_000;
const TIMEOUT = 250;
let redis: TestRedis;
let f: Fixture;
let request: ReturnType<typeof asked>;
beforeEach(async () => {
  redis = await testRedis({ commandTimeout: TIMEOUT });
  f = fixture(redis);
  request = asked();
});
afterEach(() => redis[Symbol.asyncDispose]());

const toPending = (r: AccessRequest) => inState(r, "pending");

/** The error a call ends with, and after how many milliseconds. */
async function failure(call: Promise<unknown>): Promise<{ error: unknown; ms: number }> {
  const start = performance.now();
  const error = await call.then(
    () => null,
    (why) => why,
  );
  return { error, ms: performance.now() - start };
}

describe("a frozen Redis", () => {
  test("make is unsure, and its redelivery finds what was made", async () => {
    // Redis knows the script already: the frozen call is the one that stores.
    await f.requests.make(asked({ role: "admin" }), "t0");
    redis.server.pause();
    const { error, ms } = await failure(f.requests.make(request, "t1"));
    expect(error).toBeInstanceOf(StoreUnsure);
    expect(ms).toBeLessThan(SOON_MS);
    redis.server.resume();
    await answering();
    expect(await f.requests.make(request, "t1")).toEqual({ made: false, taken: "trigger", request });
    expect(await f.trail()).toHaveLength(2);
  });

  test("a read that gets no answer has stored nothing", async () => {
    await f.requests.make(request, "t1");
    const { requests } = fixture(redis, f.keys);
    redis.server.pause();
    expect((await failure(requests.get(request.id))).error).toBeInstanceOf(StoreDown);
    expect((await failure(requests.update(request.id, toPending))).error).toBeInstanceOf(StoreDown);
    redis.server.resume();
    await answering();
    expect(await f.requests.get(request.id)).toEqual(request);
  });

  test("update is unsure when it was frozen before the swap; again and whole finds it done", async () => {
    await f.requests.make(request, "t1");
    const change = (r: AccessRequest) => {
      redis.server.pause();
      return toPending(r);
    };
    expect((await failure(f.requests.update(request.id, change))).error).toBeInstanceOf(StoreUnsure);
    redis.server.resume();
    await answering();
    const once = (r: AccessRequest) => (r.state === "requested" ? toPending(r) : null);
    const { before, after } = await f.requests.update(request.id, once);
    expect(after).toMatchObject({ state: "pending", version: 2 });
    expect(after).toEqual(before);
    expect((await f.trail()).map(({ to }) => to)).toEqual(["requested", "pending"]);
  });

  test("after two time-outs the connection is given up: from then on no call waits", async () => {
    redis.server.pause();
    await failure(f.requests.make(request, "t1"));
    await until(() => redis.commands.status !== "ready");
    const { error, ms } = await failure(f.requests.make(request, "t1"));
    expect(error).toBeInstanceOf(StoreDown);
    expect(ms).toBeLessThan(SOON_MS);
    redis.server.resume();
    await answering();
  });
});

describe("a Redis that is gone", () => {
  test("is told at once, logged once, and used again when it is back", async () => {
    await f.requests.make(request, "t1");
    await redis.server.stop();
    await until(() => redis.commands.status !== "ready");
    for (const call of [() => f.requests.make(asked(), "t2"), () => f.requests.ping()]) {
      const { error, ms } = await failure(call());
      expect(error).toBeInstanceOf(StoreDown);
      expect(ms).toBeLessThan(SOON_MS);
    }
    await delay(200);
    await using _again = await startRedis({ port: redis.server.port });
    // It came back empty, and knows no script.
    await answering();
    expect(await f.requests.make(request, "t1")).toMatchObject({ made: true });
    await redis.ready(5000);
    expect(redis.log.lines.map(({ message }) => message)).toEqual([
      "Redis does not answer",
      "Redis answers again",
    ]);
  });

  test("a call under way when the connection breaks is unsure", async () => {
    redis.server.pause();
    const call = failure(f.requests.make(request, "t1"));
    await redis.server.stop();
    expect((await call).error).toBeInstanceOf(StoreUnsure);
  });
});

describe("a Redis that refuses writes", () => {
  const full = () => redis.commands.config("SET", "maxmemory", "1");
  const replica = () => redis.commands.call("REPLICAOF", "127.0.0.1", "1");

  test.each([
    ["full", full, "OOM"],
    ["a replica", replica, "READONLY"],
  ])("%s: StoreDown, and nothing is half done", async (_name, refuse, word) => {
    await f.requests.make(request, "t1");
    await refuse();
    const calls = [
      () => f.requests.make(asked({ role: "admin" }), "t2"),
      () => f.requests.update(request.id, (r) => inState(r, "withdrawn")),
      () => f.requests.ping(),
    ];
    for (const call of calls) {
      // A replica is left at once, in case the primary is elsewhere now.
      await until(() => redis.commands.status === "ready");
      const { error } = await failure(call());
      expect(error).toBeInstanceOf(StoreDown);
      expect((error as Error).message).toContain(word);
      await until(() => word !== "READONLY" || redis.commands.status !== "ready");
    }
    await until(() => redis.commands.status === "ready");
    expect(await f.requests.open(ana.id)).toEqual([request]);
    expect(await unsettledIds(f.requests)).toEqual([request.id]);
    expect(await f.trail()).toHaveLength(1);
  });
});

const answering = () =>
  until(() =>
    f.requests.ping().then(
      () => true,
      () => false,
    ),
  );
