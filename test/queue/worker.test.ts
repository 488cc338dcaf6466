/** The worker on a real Redis: retries, looking again, outages, and what a failure leaves behind. */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "bullmq";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { freePort, scratch } from "../../sandbox/child.ts";
import { promoteDue } from "../../sandbox/promote.ts";
import { startRedis } from "../../sandbox/redis/redis.ts";
import { type RequestId, requestId } from "../../src/domain/ids.ts";
import { LANES, SlackBusy } from "../../src/flow/ports.ts";
import { CONCURRENCY } from "../../src/queue/worker.ts";
import { connect } from "../../src/store/connect.ts";
import { freshKeys, memoryLog, testRedis, until } from "../helpers/redis.ts";
import { nothing, work } from "./fixture.ts";

const shared = await testRedis();
afterAll(() => shared[Symbol.asyncDispose]());
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const id = requestId(randomBytes(5));
const some = (count: number) => Array.from({ length: count }, () => requestId(randomBytes(5)));

function running(handlers: Parameters<typeof work>[1] = {}, keys = freshKeys()) {
  const one = work(shared, handlers, keys);
  cleanups.push(one.close);
  return one;
}

test("a job reaches its flow with the record's id, and is gone", async () => {
  const provision = vi.fn(nothing);
  const { jobs } = running({ provision });
  await jobs.add("urgent", "provision", id, 1);
  await until(() => provision.mock.calls.length === 1);
  expect(provision).toHaveBeenCalledExactlyOnceWith(id, "urgent", 1);
  await until(async () => (await jobs.lanes.urgent.getJob(`provision-${id}-1`)) === undefined);
});

test.each(LANES)("a job of the lane %s tells its flow which it is", async (lane) => {
  const remind = vi.fn(nothing);
  const { jobs } = running({ remind });
  await jobs.add(lane, "remind", id, 1);
  await until(() => remind.mock.calls.length === 1);
  expect(remind).toHaveBeenCalledExactlyOnceWith(id, lane);
});

test("a timer reaches its flow when it is due, in the lane of timers", async () => {
  const end = vi.fn(nothing);
  const { jobs, clock } = running({ end });
  await jobs.setTimer(id, null, { step: "end", at: clock.now() + 20 });
  await until(() => end.mock.calls.length === 1);
  expect(end).toHaveBeenCalledExactlyOnceWith(id, "timers");
});

test("a timer says first that it fired, and when it was due; a job of another lane does not", async () => {
  const order: unknown[] = [];
  const { jobs, clock } = running({
    onTimer: async (one, due) => void order.push([one, due]),
    end: async () => void order.push("end"),
  });
  const due = { step: "end", at: clock.now() + 20 } as const;
  await jobs.add("urgent", "end", id, 1);
  await until(() => order.length === 1);
  await jobs.setTimer(id, null, due);
  await until(() => order.length === 3);
  expect(order).toEqual(["end", [id, due], "end"]);
});

test("a timer is told whose timers for the same came too and wait, and of nobody whose time is to come", async () => {
  const release = Promise.withResolvers<void>();
  const asked: (() => Promise<unknown>)[] = [];
  const { jobs, clock } = running({
    onTimer: async (_, __, waiting) => {
      asked.push(waiting);
      await release.promise;
    },
  });
  const set = (step: "end" | "remind", ids: RequestId[], at: number) =>
    Promise.all(ids.map((one) => jobs.setTimer(one, null, { step, at })));
  await set("end", some(CONCURRENCY.timers), clock.now());
  await until(() => asked.length === CONCURRENCY.timers);
  const waiting = some(3);
  await set("end", waiting, clock.now());
  await set("remind", some(1), clock.now());
  await set("end", some(1), clock.now() + 60_000);
  expect(new Set((await asked[0]?.()) as RequestId[])).toEqual(new Set(waiting));
  release.resolve();
});

test("whoever waits in one lane waits for nobody of another", async () => {
  const release = Promise.withResolvers<void>();
  let busy = 0;
  const stuck = async () => {
    busy++;
    await release.promise;
    return undefined;
  };
  const provision = vi.fn(nothing);
  const { jobs } = running({ end: stuck, syncMessages: stuck, provision });
  const many = Array.from({ length: 100 }, () => requestId(randomBytes(5)));
  await Promise.all(
    many.flatMap((one) => [
      jobs.setTimer(one, null, { step: "end", at: 0 }),
      jobs.add("messages", "syncMessages", one, 1),
    ]),
  );
  // As many as the two lanes do at once: the others wait behind them.
  await until(async () => busy > 1 && (await jobs.lanes.timers.getWaitingCount()) > 0);
  await jobs.add("urgent", "provision", id, 1);
  await until(() => provision.mock.calls.length === 1);
  release.resolve();
  await until(() => busy === 200);
});

test("a job that runs is not made again beside itself; one that is done can be", async () => {
  const release = Promise.withResolvers<void>();
  let calls = 0;
  const { jobs } = running({
    end: async () => {
      calls++;
      await release.promise;
      return undefined;
    },
  });
  await jobs.add("urgent", "end", id, 1);
  await until(() => calls === 1);
  await jobs.add("urgent", "end", id, 1);
  expect(await jobs.lanes.urgent.getWaitingCount()).toBe(0);
  release.resolve();
  await until(async () => (await jobs.lanes.urgent.getJob(`end-${id}-1`)) === undefined);
  expect(calls).toBe(1);
  await jobs.add("urgent", "end", id, 1);
  await until(() => calls === 2);
});

test("a flow that asks for later is called then, not counted as failed", async () => {
  let calls = 0;
  const { jobs, clock, log } = running({
    end: async () => (++calls < 3 ? { again: clock.now() + 20 } : undefined),
  });
  await jobs.add("urgent", "end", id, 1);
  await until(() => calls === 3);
  await until(async () => (await jobs.lanes.urgent.getJob(`end-${id}-1`)) === undefined);
  expect(log.lines).toEqual([]);
});

test("a timer that fires early is due again at its time, as the same one job", async () => {
  let calls = 0;
  const { jobs, clock } = running({
    end: async () => (++calls < 2 ? { again: due.at } : undefined),
  });
  const due = { step: "end", at: clock.now() + 86_400_000 } as const;
  await jobs.setTimer(id, null, due);
  const job = await jobs.lanes.timers.getJob(`end-${id}-${due.at}`);
  await job?.promote();
  // The other is the sweep's.
  await until(async () => calls === 1 && (await jobs.lanes.timers.getDelayedCount()) === 2);
  expect(await job?.getState()).toBe("delayed");
  await jobs.setTimer(id, null, due);
  expect(await jobs.lanes.timers.getDelayedCount()).toBe(2);
  expect(calls).toBe(1);
  await job?.promote();
  await until(() => calls === 2);
});

test("a timer that its own job moves leaves the next one alone", async () => {
  const [last, next] = [
    { step: "remind", at: 5 },
    { step: "end", at: Date.now() + 86_400_000 },
  ] as const;
  const moving = running({
    remind: async () => {
      await moving.jobs.setTimer(id, last, next);
      return undefined;
    },
  });
  const { timers } = moving.jobs.lanes;
  await moving.jobs.setTimer(id, null, last);
  await until(async () => (await timers.getJob(`remind-${id}-5`)) === undefined);
  expect(await (await timers.getJob(`end-${id}-${next.at}`))?.getState()).toBe("delayed");
  expect(moving.log.lines).toEqual([]);
});

test("what is due again far later is reached by a jump of the clock", async () => {
  let calls = 0;
  const { jobs, clock } = running({
    end: async () => (++calls < 2 ? { again: clock.now() + 86_400_000 } : undefined),
  });
  await jobs.add("urgent", "end", id, 1);
  await until(async () => (await jobs.lanes.urgent.getDelayedCount()) === 1);
  clock.jump(86_400_000);
  await promoteDue(jobs.lanes.urgent, clock.now());
  await until(() => calls === 2);
});

test("of many that wait for Slack, whoever must wait least brings the job that waits for them all forward", async () => {
  const waits = [300_000, 300];
  const syncMessages = vi.fn(async () => {
    const wait = waits.shift();
    if (wait) throw new SlackBusy(wait);
    return undefined;
  });
  const { jobs } = running({ syncMessages });
  await jobs.add("messages", "syncMessages", id, 1);
  await until(async () => (await jobs.lanes.messages.getDelayedCount()) === 1);
  await jobs.add("messages", "syncMessages", id, 2);
  await until(() => syncMessages.mock.calls.length === 3);
});

test("Slack's asking to wait is waited for: no attempt is counted, nothing is given up, and one job waits for many", async () => {
  let asked = 0;
  const syncMessages = vi.fn(async () => {
    if (asked++ < 20) throw new SlackBusy(30_000);
    return undefined;
  });
  const { jobs, clock, log } = running({ syncMessages });
  for (let version = 1; version <= 3; version++) await jobs.add("messages", "syncMessages", id, version);
  await until(async () => asked === 3 && (await jobs.lanes.messages.getActiveCount()) === 0);
  expect((await jobs.lanes.messages.getDelayed()).map((job) => job?.id)).toEqual([
    `syncMessages-${id}-waiting`,
  ]);
  for (let times = 4; times <= 21; times++) {
    await until(async () => (await jobs.lanes.messages.getDelayedCount()) === 1);
    clock.jump(30_000);
    await promoteDue(jobs.lanes.messages, clock.now());
    await until(() => asked === times);
  }
  await until(async () => (await jobs.lanes.messages.getDelayedCount()) === 0);
  expect(log.lines.filter(({ message }) => message === "A job failed")).toEqual([]);
});

test("a failing flow is tried again; neither job nor Redis keeps what it said", async () => {
  let calls = 0;
  let kept = "";
  const { jobs, log, prefix } = running({
    syncMessages: async () => {
      if (++calls === 1) throw Object.assign(new Error("Bearer hunter2"), { body: "hunter2", code: 500 });
      kept = await everything(prefix);
      return undefined;
    },
  });
  await jobs.add("messages", "syncMessages", id, 1);
  await until(() => calls === 2 && kept !== "");
  expect(kept).not.toContain("hunter2");
  expect(log.lines).toMatchObject([
    { fields: { job: "syncMessages", attempt: 1, error: "Error", code: 500 } },
  ]);
  expect(JSON.stringify(log.lines)).not.toContain("hunter2");
});

test("a job that only another version knows is left to it, with a word, and looked at ever less often", async () => {
  const { jobs, log } = running();
  const { urgent } = jobs.lanes;
  await urgent.add("end", { who: id }, { jobId: "form" });
  await urgent.add("mystery", { id, due: 0 }, { jobId: "name" });
  const waits = { form: [0], name: [0] };
  const last = (jobId: keyof typeof waits) => waits[jobId].at(-1) ?? 0;
  const longer = async (jobId: keyof typeof waits) => {
    const job = await urgent.getJob(jobId);
    const isLonger = (job?.delay ?? 0) > last(jobId) && (await job?.isDelayed()) === true;
    if (isLonger) waits[jobId].push(job?.delay ?? 0);
    return isLonger;
  };
  while (last("form") < 60_000 || last("name") < 60_000)
    for (const jobId of ["form", "name"] as const)
      if (last(jobId) < 60_000) {
        await until(() => longer(jobId));
        // Its own time may have come first.
        await (await urgent.getJob(jobId))?.promote().catch(() => {});
      }
  expect([last("form"), last("name")]).toEqual([60_000, 60_000]);
  expect(waits.name.length).toBeGreaterThan(8);
  expect(log.lines.map(({ fields }) => fields)).toMatchObject([{ job: "end" }, { job: "mystery" }]);
  expect(await urgent.getFailedCount()).toBe(0);
});

// In idle lanes one and the same replica would be woken first each time: of 40 alone such jobs, 15 took over a minute.
test.each(Array.from({ length: 20 }, (_, n) => [n % 3, 7 * n]))(
  "a job that only another version knows reaches it at once, with %i more that do not know it, after %i ms",
  async (more, late) => {
    const keys = freshKeys();
    const older = running({}, keys);
    for (let n = 0; n < more; n++) running({}, keys);
    await older.jobs.lanes.urgent.add("escalate", { id, due: 0 }, { jobId: "e" });
    await delay(late);
    const names: string[] = [];
    const newer = new Worker("urgent", async ({ name }) => void names.push(name), {
      connection: shared.worker,
      prefix: keys.prefix,
    });
    cleanups.push(() => newer.close());
    await until(() => names.length === 1);
    expect(names).toEqual(["escalate"]);
    await until(async () => (await older.jobs.lanes.urgent.getJob("e")) === undefined);
  },
);

test("many that only another version knows hold up nothing that waits behind them, and all reach it", async () => {
  const ended: RequestId[] = [];
  const { jobs, prefix } = running({ end: async (one) => void ended.push(one) });
  const { timers } = jobs.lanes;
  const data = { id, due: 0 };
  await timers.addBulk(some(300).map((jobId) => ({ name: "mystery", data, opts: { jobId } })));
  await timers.add("end", data, { jobId: "e" });
  await until(() => ended.length === 1, 5000);
  let reached = 0;
  const newer = new Worker("timers", async ({ name }) => void (name === "mystery" && reached++), {
    connection: shared.worker,
    ...{ prefix, concurrency: 24 },
  });
  cleanups.push(() => newer.close());
  await until(() => reached === 300, 10_000);
});

test("the sweep runs at the start, replicas share its schedule, and a restart sweeps again", async () => {
  const keys = freshKeys();
  const replicas = [work(shared, {}, keys), work(shared, {}, keys)] as const;
  await until(() => replicas[0].sweep.mock.calls.length + replicas[1].sweep.mock.calls.length > 0);
  await until(async () => (await replicas[0].jobs.lanes.timers.getDelayedCount()) === 1);
  expect(await replicas[0].jobs.lanes.timers.getJobSchedulersCount()).toBe(1);
  for (const replica of replicas) await replica.close();
  const later = running({}, keys);
  await until(() => later.sweep.mock.calls.length === 1);
  expect(await later.jobs.lanes.timers.getDelayedCount()).toBe(1);
});

test("a sweep that somebody is at comes again when they may be done, and no longer than until the next is due", async () => {
  const { jobs, sweep, clock } = running({});
  const { timers } = jobs.lanes;
  // The next minute's alone is left.
  const isQuiet = async () => (await timers.getJobCountByTypes("wait", "active", "delayed")) === 1;
  await until(async () => sweep.mock.calls.length > 0 && (await isQuiet()));
  sweep.mockClear().mockResolvedValueOnce({ again: clock.now() + 20 });
  await timers.add("sweep", {}, { removeOnComplete: true });
  await until(isQuiet);
  expect(sweep).toHaveBeenCalledTimes(2);
  sweep.mockClear().mockImplementation(async () => ({ again: clock.now() + 20 }));
  await timers.add("sweep", {}, { removeOnComplete: true });
  await until(isQuiet);
  expect(sweep).toHaveBeenCalledTimes(11);
  expect(await timers.getJobSchedulersCount()).toBe(1);
});

test("a job survives a restart of Redis, and is picked up after it", async () => {
  const dir = scratch("karpor-access-aof");
  cleanups.push(async () => dir.remove());
  const durable = ["--dir", dir.path, "--appendfsync", "always"];
  const redis = await testRedis({ args: durable });
  const end = vi.fn(nothing);
  const { jobs, clock, close } = work(redis, { end });
  cleanups.push(async () => redis[Symbol.asyncDispose]());
  await jobs.setTimer(id, null, { step: "end", at: clock.now() + 150 });
  await redis.server.stop();
  await delay(100);
  const again = await startRedis({ port: redis.server.port, args: durable });
  cleanups.push(() => again.stop());
  await until(() => end.mock.calls.length === 1);
  await close();
});

test("a Redis that refuses writes while jobs wait is asked for the next now and then, and what waited is done afterwards", async () => {
  const redis = await testRedis();
  cleanups.push(() => redis[Symbol.asyncDispose]());
  const release = Promise.withResolvers<undefined>();
  const remind = vi.fn(() => release.promise);
  const { jobs, close } = work(redis, { remind });
  cleanups.push(close);
  const scripts = async () =>
    Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.commands.info("commandstats"))?.[1]);
  const refuses = (on: boolean) => redis.commands.config("SET", "min-replicas-to-write", on ? "1" : "0");
  for (const one of some(CONCURRENCY.urgent + 5)) await jobs.add("urgent", "remind", one, 1);
  await until(() => remind.mock.calls.length === CONCURRENCY.urgent);
  await refuses(true);
  release.resolve(undefined);
  await delay(200);
  const before = await scripts();
  await delay(300);
  // Seven times a millisecond, without a pause.
  expect((await scripts()) - before).toBeLessThan(20);
  await refuses(false);
  await until(async () => (await jobs.lanes.urgent.getJobCountByTypes("waiting", "active")) === 0);
});

test("closing waits for what runs, and takes no more", async () => {
  let finished = false;
  let started = 0;
  const { jobs, close } = work(shared, {
    end: async () => {
      started++;
      await delay(50);
      finished = true;
      return undefined;
    },
  });
  await jobs.add("urgent", "end", id, 1);
  await until(() => started === 1);
  await close();
  expect(finished).toBe(true);
});

test("made while Redis is away, it works when Redis is there", async () => {
  const port = await freePort();
  const away = connect(`redis://127.0.0.1:${port}`, { log: memoryLog() });
  const end = vi.fn(nothing);
  const { jobs, sweep, log, close } = work(away, { end });
  await delay(50);
  const server = await startRedis({ port });
  cleanups.push(() => server.stop());
  await away.ready(5000);
  await jobs.add("urgent", "end", id, 1);
  await until(() => end.mock.calls.length === 1 && sweep.mock.calls.length > 0);
  expect(log.lines).toEqual([]);
  await close();
  away.close();
});

/** Every value of every key under the prefix. */
async function everything(prefix: string): Promise<string> {
  const redis = shared.commands;
  const keys = (await redis.keys("*")).filter((key) => key.startsWith(prefix));
  const dumps = await Promise.all(
    keys.map(async (key) => {
      const type = await redis.type(key);
      if (type === "hash") return JSON.stringify(await redis.hgetall(key));
      if (type === "stream") return JSON.stringify(await redis.xrange(key, "-", "+"));
      return "";
    }),
  );
  return [...keys, ...dumps].join("\n");
}

/** As on a machine whose clock is ahead by so much. */
async function ahead(ms: number, story: () => Promise<void>): Promise<void> {
  const real = Date.now;
  const clock = vi.spyOn(Date, "now").mockImplementation(() => real.call(Date) + ms);
  try {
    await story();
  } finally {
    clock.mockRestore();
  }
}
const DAY = 86_400_000;

test("a machine whose clock was a day ahead keeps no sweep from coming round once it is right", async () => {
  const keys = freshKeys();
  const next = async ({ jobs }: ReturnType<typeof running>) =>
    (await jobs.lanes.timers.getJobScheduler("sweep"))?.next ?? 0;
  await ahead(DAY, async () => {
    const wrong = work(shared, {}, keys);
    await until(async () => (await next(wrong)) > Date.now());
    await wrong.close();
  });
  const right = running({}, keys);
  await until(async () => (await next(right)) <= Date.now() + 60_000);
});

test("what a machine put off whose clock was a day ahead is done when a sweep finds it overdue", async () => {
  const end = vi.fn(async () => (end.mock.calls.length === 1 ? { again: clock.now() + 500 } : undefined));
  const { jobs, clock } = running({ end });
  const due = { step: "end", at: clock.now() } as const;
  await ahead(DAY, async () => {
    await jobs.setTimer(id, null, due);
    await until(async () => (await jobs.lanes.timers.getDelayed()).some(({ name }) => name === "end"));
  });
  clock.jump(1_000);
  await jobs.setTimer(id, null, due);
  await until(() => end.mock.calls.length === 2);
});

test("a timer that is overdue and is set again hurries neither its next try nor its next look", async () => {
  const tries: number[] = [];
  const end = async () => {
    tries.push(performance.now());
    if (tries.length === 1) throw new Error("not yet");
    return { again: clock.now() + 60_000 };
  };
  const { jobs, clock } = running({ end });
  const due = { step: "end", at: clock.now() } as const;
  const isDelayed = async () => (await jobs.lanes.timers.getDelayed()).some(({ name }) => name === "end");
  await jobs.setTimer(id, null, due);
  for (const tried of [1, 2]) {
    await until(async () => tries.length === tried && (await isDelayed()));
    await jobs.setTimer(id, null, due);
  }
  await delay(500);
  expect(tries).toHaveLength(2);
  expect((tries[1] ?? 0) - (tries[0] ?? 0)).toBeGreaterThan(290);
});
