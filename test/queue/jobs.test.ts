/** What stands in Redis for a job, and what its adder is told when Redis does not take it. */
import { randomBytes } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { freePort } from "../../sandbox/child.ts";
import { jumpClock } from "../../sandbox/clock.ts";
import { promoteDue } from "../../sandbox/promote.ts";
import { startRedis } from "../../sandbox/redis/redis.ts";
import { requestId } from "../../src/domain/ids.ts";
import { StoreDown, StoreUnsure } from "../../src/flow/ports.ts";
import { createJobs } from "../../src/queue/jobs.ts";
import { connect } from "../../src/store/connect.ts";
import { freshKeys, memoryLog, testRedis, until } from "../helpers/redis.ts";

const YEAR = 8760 * 3_600_000;
const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

function jobsOn(connection = redis.commands) {
  const clock = jumpClock();
  return { clock, ...createJobs({ connection, prefix: freshKeys().prefix, clock }) };
}
const newId = () => requestId(randomBytes(5));

test("a job holds its record's id and when it is due, and nothing else; a year is exact", async () => {
  const jobs = jobsOn();
  const id = newId();
  const due = jobs.clock.now() + YEAR;
  await jobs.add("end", id, due, due);
  const [job] = await jobs.queue.getDelayed();
  expect(job).toMatchObject({ id: `end-${id}-${due}`, name: "end", data: { id, due } });
  expect(Object.keys(job?.data)).toEqual(["id", "due"]);
  expect((job?.timestamp ?? 0) + (job?.delay ?? 0)).toBeGreaterThan(due - 50);
  expect((job?.timestamp ?? 0) + (job?.delay ?? 0)).toBeLessThanOrEqual(due + 50);
  await jobs.close();
});

test("what is past due is due at once; the same key once, another key again", async () => {
  const jobs = jobsOn();
  const id = newId();
  await Promise.all([1, 1, 2].map((key) => jobs.add("draw", id, 0, key)));
  const ids = (await jobs.queue.getWaiting()).map((job) => job.id).sort();
  expect(ids).toEqual([`draw-${id}-1`, `draw-${id}-2`]);
  await jobs.close();
});

test("a jump of the clock starts what it made due", async () => {
  const jobs = jobsOn();
  const due = (hours: number) => jobs.clock.now() + hours * 3_600_000;
  await jobs.add("remind", newId(), due(1), "a");
  await jobs.add("end", newId(), due(3), "b");
  jobs.clock.jump(2 * 3_600_000);
  expect(await promoteDue(jobs.queue, jobs.clock.now())).toBe(1);
  expect((await jobs.queue.getWaiting()).map(({ name }) => name)).toEqual(["remind"]);
  await jobs.close();
});

test("a frozen Redis: unsure in time", async () => {
  await using frozen = await testRedis({ commandTimeout: 250 });
  const jobs = jobsOn(frozen.commands);
  await jobs.add("draw", newId(), 0, 1);
  frozen.server.pause();
  await expect(jobs.add("draw", newId(), 0, 1)).rejects.toBeInstanceOf(StoreUnsure);
  frozen.server.resume();
});

test("a key that BullMQ refuses is a mistake of ours, not an outage", async () => {
  const jobs = jobsOn();
  await expect(jobs.add("draw", newId(), 0, "a:b")).rejects.toThrow("cannot contain :");
  await jobs.close();
});

test("a full Redis: down", async () => {
  await using full = await testRedis();
  const jobs = jobsOn(full.commands);
  await full.commands.config("SET", "maxmemory", "1");
  await expect(jobs.add("draw", newId(), 0, 1)).rejects.toBeInstanceOf(StoreDown);
});

test("made while Redis is away: down at once, and it works when Redis is there", async () => {
  const port = await freePort();
  const connections = connect(`redis://127.0.0.1:${port}`, { log: memoryLog() });
  const jobs = jobsOn(connections.commands);
  await expect(jobs.add("draw", newId(), 0, 1)).rejects.toBeInstanceOf(StoreDown);
  await using _server = await startRedis({ port });
  await until(() => connections.commands.status === "ready");
  await jobs.add("draw", newId(), 0, 1);
  expect(await jobs.queue.getWaiting()).toHaveLength(1);
  await jobs.close();
  connections.close();
});
