/** What is begun at once by whoever asks for it, and its job, on a real Redis. */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { promoteDue } from "../../sandbox/promote.ts";
import { type RequestId, requestId } from "../../src/domain/ids.ts";
import { SlackBusy } from "../../src/flow/ports.ts";
import { EAGER_FOR_MS, EAGER_MOST } from "../../src/queue/eager.ts";
import type { Handler } from "../../src/queue/worker.ts";
import { freshKeys, testRedis, until } from "../helpers/redis.ts";
import { nothing, work } from "./fixture.ts";

const shared = await testRedis();
afterAll(() => shared[Symbol.asyncDispose]());
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const some = () => requestId(randomBytes(5));
const jobOf = (id: RequestId) => `provision-${id}-1`;

function running(handlers: Parameters<typeof work>[1] = {}, keys = freshKeys()) {
  const one = work(shared, handlers, keys);
  cleanups.push(one.close);
  return one;
}

/** A step that waits until it is let go. */
function held() {
  const release = Promise.withResolvers<void>();
  const step = vi.fn<Handler>(async () => {
    await release.promise;
    return undefined;
  });
  return { step, release: () => release.resolve() };
}

test("whoever asks for it does it, while its job waits; then that goes", async () => {
  const { step, release } = held();
  const { jobs } = running({ provision: step });
  const { urgent } = jobs.lanes;
  const id = some();
  await jobs.add("urgent", "provision", id, 1);
  await until(() => step.mock.calls.length === 1);
  expect(step).toHaveBeenCalledExactlyOnceWith(id, "urgent", 1);
  expect(await (await urgent.getJob(jobOf(id)))?.getState()).toBe("delayed");
  release();
  await until(async () => (await urgent.getJob(jobOf(id))) === undefined);
  expect(step).toHaveBeenCalledTimes(1);
});

test("it is begun before it is heard that its job stands, and finds that there", async () => {
  const found: unknown[] = [];
  const { jobs } = running({
    provision: async (id) => {
      found.push((await urgent.getJob(jobOf(id)))?.name);
      return undefined;
    },
  });
  const { urgent } = jobs.lanes;
  await urgent.waitUntilReady();
  const [add, heard] = [urgent.add.bind(urgent), Promise.withResolvers<void>()];
  vi.spyOn(urgent, "add").mockImplementation(async (...job) => {
    const added = await add(...job);
    await heard.promise;
    return added;
  });
  const id = some();
  const adding = jobs.add("urgent", "provision", id, 1);
  await until(() => found.length === 1);
  expect(found).toEqual(["provision"]);
  heard.resolve();
  await adding;
  await until(async () => (await urgent.getJob(jobOf(id))) === undefined);
});

test.each<[string, () => ReturnType<Handler>]>([
  ["it fails", () => Promise.reject(new Error("the hub is away"))],
  ["Slack asks to wait", () => Promise.reject(new SlackBusy(10))],
  ["it is to look again", async () => ({ again: 0 })],
])("%s: its job does it", async (_, first) => {
  const step = vi.fn<Handler>(nothing).mockImplementationOnce(first);
  const { jobs } = running({ provision: step });
  await jobs.add("urgent", "provision", some(), 1);
  await until(() => step.mock.calls.length === 2);
  await until(async () => (await jobs.lanes.urgent.getJobCountByTypes("delayed", "waiting", "active")) === 0);
});

test("who began it dies: any other replica does it when its job is due", async () => {
  const keys = freshKeys();
  const dead = held();
  const [one, other] = [running({ provision: dead.step }, keys), vi.fn<Handler>(nothing)];
  const id = some();
  await one.jobs.add("urgent", "provision", id, 1);
  await until(() => dead.step.mock.calls.length === 1);
  const { jobs, clock } = running({ provision: other }, keys);
  const { urgent } = jobs.lanes;
  expect(await promoteDue(urgent, clock.now())).toBe(0);
  clock.jump(EAGER_FOR_MS + 1_000);
  expect(await promoteDue(urgent, clock.now())).toBe(1);
  await until(() => dead.step.mock.calls.length + other.mock.calls.length === 2);
  dead.release();
});

test("where it takes so long that the job is due, its job looks once more", async () => {
  const { step, release } = held();
  const { jobs } = running({ provision: step });
  await jobs.add("urgent", "provision", some(), 1);
  await until(() => step.mock.calls.length === 1);
  const late = performance.now() + EAGER_FOR_MS;
  const clock = vi.spyOn(performance, "now").mockReturnValue(late);
  release();
  await vi.waitFor(() => expect(step).toHaveBeenCalledTimes(2));
  clock.mockRestore();
});

test("more at once than there is room for are anybody's, and none is begun twice beside itself", async () => {
  const { step, release } = held();
  const { jobs } = running({ provision: step });
  const { urgent } = jobs.lanes;
  const ids = Array.from({ length: EAGER_MOST + 4 }, some);
  await Promise.all(ids.map((id) => jobs.add("urgent", "provision", id, 1)));
  await until(() => step.mock.calls.length === ids.length);
  expect(await urgent.getDelayedCount()).toBe(EAGER_MOST);
  expect(await urgent.getActiveCount()).toBe(4);
  await jobs.add("urgent", "provision", ids[0] ?? some(), 1);
  await delay(50);
  expect(step).toHaveBeenCalledTimes(ids.length);
  release();
});

test("messages are drawn after it, and where it takes long, beside it", async () => {
  const { step, release } = held();
  const syncMessages = vi.fn<Handler>(nothing);
  const { jobs } = running({ provision: step, syncMessages });
  await jobs.add("urgent", "provision", some(), 1);
  await jobs.add("messages", "syncMessages", some(), 1);
  await delay(100);
  expect(syncMessages).not.toHaveBeenCalled();
  await until(() => syncMessages.mock.calls.length === 1);
  await jobs.add("messages", "syncMessages", some(), 1);
  release();
  await until(() => syncMessages.mock.calls.length === 2);
});

test("closing waits for it, and takes no more", async () => {
  const { step, release } = held();
  const { jobs, close } = work(shared, { provision: step });
  await jobs.add("urgent", "provision", some(), 1);
  await until(() => step.mock.calls.length === 1);
  const closing = close();
  const isClosed = await Promise.race([closing.then(() => true), delay(50, false)]);
  expect(isClosed).toBe(false);
  release();
  await closing;
});
