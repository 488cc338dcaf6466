/** What stands in Redis for a job, and what its adder is told when Redis does not take it. */
import { randomBytes } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { freePort } from "../../sandbox/child.ts";
import { jumpClock } from "../../sandbox/clock.ts";
import { promoteDue } from "../../sandbox/promote.ts";
import { startRedis } from "../../sandbox/redis/redis.ts";
import { requestId } from "../../src/domain/ids.ts";
import type { Due, Step } from "../../src/domain/lifecycle.ts";
import { LANES, StoreDown, StoreUnsure } from "../../src/flow/ports.ts";
import { createJobs } from "../../src/queue/jobs.ts";
import { connect } from "../../src/store/connect.ts";
import { freshKeys, memoryLog, testRedis, until } from "../helpers/redis.ts";

const HOUR = 3_600_000;
const YEAR = 8760 * HOUR;
const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

function jobsOn(connection = redis.commands) {
  const clock = jumpClock();
  return { clock, ...createJobs({ connection, prefix: freshKeys().prefix, clock }) };
}
type OurJobs = ReturnType<typeof jobsOn>;
const newId = () => requestId(randomBytes(5));
const due = ({ clock }: OurJobs, step: Step, ms: number): Due => ({ step, at: clock.now() + ms });

/** The ids of all that stands, by lane. */
async function standing({ lanes }: OurJobs): Promise<Record<string, unknown[]>> {
  const all = await Promise.all(LANES.map((lane) => lanes[lane].getJobs(["waiting", "delayed"])));
  return Object.fromEntries(LANES.map((lane, i) => [lane, all[i]?.map((job) => job?.id).sort() ?? []]));
}

test("a job holds its record's id and when it is due, and nothing else; a year is exact", async () => {
  const jobs = jobsOn();
  const id = newId();
  const end = due(jobs, "end", YEAR);
  await jobs.setTimer(id, null, end);
  const [job] = await jobs.lanes.timers.getDelayed();
  expect(job).toMatchObject({ id: `end-${id}-${end.at}`, name: "end", data: { id, due: end.at } });
  expect(Object.keys(job?.data)).toEqual(["id", "due"]);
  expect((job?.timestamp ?? 0) + (job?.delay ?? 0)).toBeGreaterThan(end.at - 50);
  expect((job?.timestamp ?? 0) + (job?.delay ?? 0)).toBeLessThanOrEqual(end.at + 50);
  await jobs.add("urgent", "provision", id, 7);
  const [now] = await jobs.lanes.urgent.getWaiting();
  expect(now).toMatchObject({ id: `provision-${id}-7`, name: "provision" });
  expect(Object.keys(now?.data)).toEqual(["id", "due"]);
  await jobs.close();
});

test("the same step of the same version once, in its lane; another version again", async () => {
  const jobs = jobsOn();
  const id = newId();
  await Promise.all([1, 1, 2].map((version) => jobs.add("messages", "syncMessages", id, version)));
  await jobs.add("messages", "takeTokenOff", id, 2);
  await jobs.add("urgent", "end", id, 2);
  expect(await standing(jobs)).toEqual({
    urgent: [`end-${id}-2`],
    timers: [],
    messages: [`syncMessages-${id}-1`, `syncMessages-${id}-2`, `takeTokenOff-${id}-2`],
  });
  await jobs.close();
});

test("a step that a sweep asks for again and again is one job", async () => {
  const jobs = jobsOn();
  const id = newId();
  for (let sweep = 0; sweep < 20; sweep++) {
    await jobs.add("timers", "end", id, 5);
    await jobs.setTimer(id, null, { step: "end", at: 1 });
    jobs.clock.jump(60_000);
  }
  expect(await standing(jobs)).toMatchObject({ timers: [`end-${id}-1`, `end-${id}-5`] });
  await jobs.close();
});

test("a timer that moves leaves one job, whichever step it is for", async () => {
  const jobs = jobsOn();
  const id = newId();
  const moves = [due(jobs, "timeOut", HOUR), due(jobs, "remind", 2 * HOUR), due(jobs, "end", 3 * HOUR)];
  let last: Due | null = null;
  for (const next of moves) {
    await jobs.setTimer(id, last, next);
    expect(await standing(jobs)).toMatchObject({ timers: [`${next.step}-${id}-${next.at}`] });
    last = next;
  }
  await jobs.setTimer(id, last, null);
  expect(await standing(jobs)).toEqual({ urgent: [], timers: [], messages: [] });
  await jobs.close();
});

test("a timer set again is one job; one that was lost can be set as if it were the first", async () => {
  const jobs = jobsOn();
  const id = newId();
  const [first, next] = [due(jobs, "remind", HOUR), due(jobs, "end", 2 * HOUR)];
  await Promise.all([1, 2, 3].map(() => jobs.setTimer(id, null, first)));
  await jobs.setTimer(newId(), first, null);
  expect((await standing(jobs)).timers).toHaveLength(1);
  await jobs.lanes.timers.remove(`remind-${id}-${first.at}`);
  await jobs.setTimer(id, first, next);
  expect((await standing(jobs)).timers).toEqual([`end-${id}-${next.at}`]);
  await jobs.close();
});

test("a timer that is past due is due at once", async () => {
  const jobs = jobsOn();
  const id = newId();
  await jobs.setTimer(id, null, due(jobs, "end", -HOUR));
  expect(await jobs.lanes.timers.getWaiting()).toHaveLength(1);
  expect(await jobs.lanes.timers.getDelayed()).toEqual([]);
  await jobs.close();
});

test("a timer that stands, and by the clock as it is now is overdue, is due at once when it is set again", async () => {
  const jobs = jobsOn();
  const id = newId();
  const end = due(jobs, "end", HOUR / 6);
  await jobs.setTimer(id, null, end);
  jobs.clock.jump(HOUR / 6);
  await jobs.setTimer(id, null, end);
  expect((await jobs.lanes.timers.getWaiting()).map((job) => job.id)).toEqual([`end-${id}-${end.at}`]);
  expect(await jobs.lanes.timers.getDelayed()).toEqual([]);
  await jobs.close();
});

test("a jump of the clock starts what it made due", async () => {
  const jobs = jobsOn();
  await jobs.setTimer(newId(), null, due(jobs, "remind", HOUR));
  await jobs.setTimer(newId(), null, due(jobs, "end", 3 * HOUR));
  jobs.clock.jump(2 * HOUR);
  expect(await promoteDue(jobs.lanes.timers, jobs.clock.now())).toBe(1);
  expect((await jobs.lanes.timers.getWaiting()).map(({ name }) => name)).toEqual(["remind"]);
  await jobs.close();
});

/** Both ways to leave a job. */
const WAYS: [string, (jobs: OurJobs) => Promise<void>][] = [
  ["a step", (jobs) => jobs.add("messages", "syncMessages", newId(), 1)],
  ["a timer", (jobs) => jobs.setTimer(newId(), due(jobs, "remind", HOUR), due(jobs, "end", 2 * HOUR))],
];

test.each(WAYS)("a frozen Redis: %s is unsure in time", async (_way, leave) => {
  await using frozen = await testRedis({ commandTimeout: 2_000 });
  const jobs = jobsOn(frozen.commands);
  await leave(jobs);
  frozen.server.pause();
  await expect(leave(jobs)).rejects.toBeInstanceOf(StoreUnsure);
  frozen.server.resume();
});

test("an id that BullMQ refuses is a mistake of ours, not an outage", async () => {
  const jobs = jobsOn();
  await expect(jobs.add("messages", "syncMessages", "a:b" as never, 1)).rejects.toThrow("cannot contain :");
  await jobs.close();
});

test.each(WAYS)("a full Redis: %s is down", async (_way, leave) => {
  await using full = await testRedis();
  const jobs = jobsOn(full.commands);
  await full.commands.config("SET", "maxmemory", "1");
  await expect(leave(jobs)).rejects.toBeInstanceOf(StoreDown);
});

test("made while Redis is away: down at once, and it works when Redis is there", async () => {
  const port = await freePort();
  const connections = connect(`redis://127.0.0.1:${port}`, { log: memoryLog() });
  const jobs = jobsOn(connections.commands);
  for (const [, leave] of WAYS) await expect(leave(jobs)).rejects.toBeInstanceOf(StoreDown);
  await using _server = await startRedis({ port });
  await until(() => connections.commands.status === "ready");
  for (const [, leave] of WAYS) await leave(jobs);
  expect(await jobs.lanes.messages.getWaiting()).toHaveLength(1);
  expect(await jobs.lanes.timers.getDelayed()).toHaveLength(1);
  await jobs.close();
  connections.close();
});
