/** A channel of so many that a minute's calls do not read it to its end: it is read all the same, by one replica or by two. */
import { afterAll, expect, test } from "vitest";
import { MINUTE, SECOND } from "../../src/domain/duration.ts";
import { SlackBusy } from "../../src/flow/ports.ts";
import { testRedis } from "../helpers/redis.ts";
import { twoDirectories } from "../helpers/two-directories.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

const PAGES = 120;
const LATENCY_MS = 200;
const CHANNEL = "C0COMPANY";

/** Each page has one person. */
function company() {
  const asked: number[] = [];
  const lost = new Set<number>();
  const slack = twoDirectories(redis.commands, async (_now, sleep, fields) => {
    const page = Number(fields.get("cursor") ?? 0);
    asked.push(page);
    await sleep(LATENCY_MS);
    if (lost.delete(page)) return { ok: false, error: "invalid_cursor" };
    const next_cursor = page + 1 < PAGES ? String(page + 1) : "";
    return { members: [`U0P${page}`], response_metadata: { next_cursor } };
  });
  const { clock } = slack;
  async function passing<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    void work.then(over, over);
    while (!isOver) {
      await slack.settled();
      clock.jump(LATENCY_MS);
    }
    return work;
  }
  const look = (by = 0) => passing(slack.at(by).inChannel(CHANNEL)).catch((error: unknown) => error);
  /** As a job does: again when Slack has room, at any replica. */
  async function read(by: (tries: number) => number) {
    const began = clock.now();
    for (let tries = 1; tries < 20; tries++) {
      const found = await look(by(tries));
      if (!(found instanceof SlackBusy)) return { found, ms: clock.now() - began };
      await passing(clock.sleep(found.retryAfterMs));
    }
    throw new Error("not read to its end");
  }
  return { asked, lost, clock, look, read };
}

const everybody = Array.from({ length: PAGES }, (_, i) => `U0P${i}`);

test("by one replica: each page once", async () => {
  const it = company();
  const { found, ms } = await it.read(() => 0);
  expect(found).toEqual(everybody);
  expect(it.asked).toHaveLength(PAGES);
  expect(ms).toBeLessThan(3 * 61 * SECOND);
});

test("by two that take turns: each page once each at most", async () => {
  const it = company();
  const { found, ms } = await it.read((tries) => tries % 2);
  expect(found).toEqual(everybody);
  expect(it.asked.length).toBeLessThan(2 * PAGES);
  expect(ms).toBeLessThan(5 * 61 * SECOND);
});

test("what was read more than five minutes ago is read anew", async () => {
  const it = company();
  expect(await it.look()).toBeInstanceOf(SlackBusy);
  it.clock.jump(5 * MINUTE);
  expect((await it.read(() => 0)).found).toEqual(everybody);
  expect(it.asked.filter((page) => page === 0)).toHaveLength(2);
});

test("and so is all where Slack does not know any more how far it was read", async () => {
  const it = company();
  it.lost.add(60);
  const { found } = await it.read(() => 0);
  expect(found).toMatchObject({ data: { error: "invalid_cursor" } });
  expect((await it.read(() => 0)).found).toEqual(everybody);
  expect(it.asked.filter((page) => page === 0)).toHaveLength(2);
});
