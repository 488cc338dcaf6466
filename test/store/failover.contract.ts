/** A primary that is lost: nobody waits, nobody is told wrong, and the next primary carries on. */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { expect, vi } from "vitest";
import { requestId } from "../../src/domain/ids.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import { StoreDown, StoreUnsure } from "../../src/flow/ports.ts";
import { type Served, type TestRedis, until } from "../helpers/redis.ts";
import { nothing, work } from "../queue/fixture.ts";
import type { Fixture } from "./requests.contract.ts";
import { asked } from "./samples.ts";

const CLOSED_WITHIN_MS = 5_000;

/** Records: each call meanwhile is refused in time as what it is, and one lands in the end. */
export async function writesAgain(f: Fixture, lose: () => unknown): Promise<void> {
  const request = asked();
  await f.requests.make(request, "t1");
  await lose();
  const told = await untilWritten(f, request.id);
  expect(told.length).toBeGreaterThan(0);
  for (const { error, ms } of told) {
    expect([StoreDown, StoreUnsure].some((known) => error instanceof known)).toBe(true);
    expect(ms).toBeLessThan(5_000);
  }
  // An unsure call may have landed too; it is never counted twice.
  expect(await f.requests.get(request.id)).toMatchObject({ terms: 2 });
}

/** The same, and jobs: the worker finds the new primary by itself. */
export async function worksAgain(
  redis: TestRedis<Served>,
  f: Fixture,
  lose: () => Promise<void>,
): Promise<void> {
  const end = vi.fn(nothing);
  const { jobs, close } = work(redis, { end }, f.keys);
  const add = () => jobs.add("urgent", "end", requestId(randomBytes(5)), 1);
  await add();
  await until(() => end.mock.calls.length === 1);
  await writesAgain(f, lose);
  await add();
  await until(() => end.mock.calls.length === 2);
  // A read that was under way in the failover may never be answered (taskforcesh/bullmq#4479): who stops a bot sets a deadline.
  await Promise.race([close(), delay(CLOSED_WITHIN_MS, undefined, { ref: false })]);
}

/** What each call was told, and after how long, until one lands. */
async function untilWritten({ requests }: Fixture, id: AccessRequest["id"]) {
  const told: { error: unknown; ms: number }[] = [];
  const once = (r: AccessRequest) => (r.terms === 1 ? { ...r, terms: 2 } : null);
  const write = async () => {
    const start = performance.now();
    await requests.update(id, once).catch((error: unknown) => {
      told.push({ error, ms: performance.now() - start });
      throw error;
    });
  };
  await vi.waitFor(write, { timeout: 60_000, interval: 20 });
  return told;
}
