/** All that stands in Redis, whatever Redis it is: records, leases, jobs and the sweep's schedule. */
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { requestId } from "../../src/domain/ids.ts";
import { createLease } from "../../src/store/lease.ts";
import { freshKeys, type Served, type TestRedis, until } from "../helpers/redis.ts";
import { work } from "../queue/fixture.ts";
import { requestsContract } from "./requests.contract.ts";

export function wholeContract(redis: TestRedis<Served>): void {
  describe("requests", () => requestsContract(redis));

  test("both connections speak RESP2: the other protocol's numbers were decoded wrongly", async () => {
    for (const connection of [redis.commands, redis.worker]) {
      const said = (await connection.call("HELLO")) as unknown[];
      expect(said[said.indexOf("proto") + 1]).toBe(2);
    }
  });

  test("the lease, its renewal and release", async () => {
    const keys = freshKeys();
    const lease = createLease(redis.commands, keys, { ttl: 5000, renewEvery: 20, margin: 1000 });
    await lease.hold("a", async () => {
      await redis.commands.pexpire(keys.lease("a"), 3000);
      await until(async () => (await redis.commands.pttl(keys.lease("a"))) > 3000);
    });
    expect(await redis.commands.exists(keys.lease("a"))).toBe(0);
  });

  test("jobs, their retries and delays, and the sweep's schedule", async () => {
    let calls = 0;
    const end = async () => {
      if (++calls === 1) throw new Error("once");
      return calls === 2 ? { again: clock.now() } : undefined;
    };
    const { jobs, clock, sweep, log, close } = work(redis, { end });
    const due = { at: clock.now() + 20, step: "end" } as const;
    await jobs.setTimer(requestId(randomBytes(5)), null, due);
    await until(() => calls === 3 && sweep.mock.calls.length > 0);
    await until(async () => (await jobs.lanes.timers.getJobSchedulersCount()) === 1);
    await close();
    expect(log.lines.filter(({ message }) => message !== "A job failed")).toEqual([]);
  });
}
