/**
 * Clicks at two replicas, changes of a group that one of them is told, and the looks that follow, at any moment and with any
 * latency of Slack's: six look-ups a minute are enough, and no decision rests on who was in the group longer ago than it may.
 */
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { SECOND } from "../../src/domain/duration.ts";
import { GroupId, Principal, type UserId } from "../../src/domain/ids.ts";
import { SlackBusy } from "../../src/flow/ports.ts";
import { testRedis } from "../helpers/redis.ts";
import { twoDirectories } from "../helpers/two-directories.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

const GROUP = "S0SRE";
const TICK_MS = 50;
const MOST_A_MINUTE = 6;

interface Step {
  wait: number;
  by: number;
  do: "click" | "change";
}

interface Click {
  from: number;
  to: number;
  /** Whom the group had by what was answered; null where the click was refused, for Slack is busy. */
  seen: number | null;
}

/** The group's members are named by a number that grows with each change. */
async function world(latencies: readonly number[]) {
  const versions: number[] = [];
  const calls: number[] = [];
  const { clock, at, settled } = twoDirectories(redis.commands, async (now, sleep) => {
    const version = versions.length - 1;
    calls.push(now);
    await sleep(latencies[calls.length % latencies.length] ?? 0);
    return { usergroups: [{ id: GROUP, users: [nameOf(version)] }] };
  });
  versions.push(clock.now());
  const clicks: Click[] = [];
  const looks: Promise<unknown>[] = [];
  /** Which change each replica was told of, by when. */
  const told = new Map<number, number>();
  return {
    ...{ clicks, calls, versions, told },
    now: clock.now,
    click(by: number) {
      const from = clock.now();
      const done = at(by)
        .members([Principal.parse(GROUP)], "decide")
        .then(([id]) => numberOf(id))
        .catch(busy(null))
        .then((seen) => void clicks.push({ from, to: clock.now(), seen }));
      looks.push(done);
    },
    change(by: number) {
      versions.push(clock.now());
      const version = versions.length - 1;
      const watch = () =>
        at(by)
          .groups([GroupId.parse(GROUP)], "watch")
          .catch(busy(undefined));
      looks.push(
        at(by)
          .forgetGroups()
          .then(() => void told.set(version, clock.now()))
          .then(watch),
      );
    },
    async pass(ms: number) {
      for (let left = ms; left > 0; left -= TICK_MS) {
        await settled();
        clock.jump(Math.min(left, TICK_MS));
      }
      await settled();
    },
    /** Who waits in line does so for some seconds at most. */
    async end() {
      let isOver = false;
      const over = Promise.all(looks).then(() => {
        isOver = true;
      });
      while (!isOver) await this.pass(SECOND);
      await over;
    },
  };
}

const nameOf = (version: number): string => `U0${version}`;
const numberOf = (id: UserId | undefined): number => Number(id?.slice(2));
const busy =
  <T>(value: T) =>
  (error: unknown): T => {
    if (error instanceof SlackBusy) return value;
    throw error;
  };
async function played(steps: readonly Step[], latencies: readonly number[]) {
  const it = await world(latencies);
  for (const { wait, by, do: what } of steps) {
    await it.pass(wait);
    it[what](by);
  }
  await it.end();
  return it;
}

const busiest = (calls: readonly number[]): number =>
  Math.max(0, ...calls.map((from) => calls.filter((at) => at >= from && at < from + 60 * SECOND).length));

const latencies = fc.array(fc.integer({ min: 20, max: 800 }), { minLength: 1, maxLength: 6 });
const stepOf = (...what: Step["do"][]) =>
  fc.record({ wait: fc.integer({ min: 0, max: 6_000 }), by: fc.nat(1), do: fc.constantFrom(...what) });

test("who decides while a group changes is never let by who left it longer than ten seconds ago, or before it was told", async () => {
  const steps = fc.array(stepOf("click", "click", "change"), { minLength: 10, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(steps, latencies, async (...story) => {
      const { clicks, calls, versions, told } = await played(...story);
      expect(busiest(calls)).toBeLessThanOrEqual(MOST_A_MINUTE);
      for (const { from, seen } of clicks) {
        if (seen === null) continue;
        const over = versions[seen + 1] ?? Number.POSITIVE_INFINITY;
        expect(over).toBeGreaterThanOrEqual(from - 10 * SECOND);
        const toldAt = told.get(seen + 1) ?? Number.POSITIVE_INFINITY;
        expect(toldAt).toBeGreaterThanOrEqual(from);
      }
    }),
    { numRuns: Number(process.env.LOOKS_RUNS ?? 12) },
  );
});

test("where no group changes nobody waits for more than a glance, however many click at both replicas", async () => {
  const step = fc.record({
    wait: fc.integer({ min: 0, max: 3_000 }),
    by: fc.nat(1),
    do: fc.constant("click" as const),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 120 }), latencies, async (...story) => {
      const { clicks, calls } = await played(...story);
      expect(busiest(calls)).toBeLessThanOrEqual(MOST_A_MINUTE);
      for (const { from, to, seen } of clicks) {
        expect(seen).toBe(0);
        expect(to - from).toBeLessThanOrEqual(3 * SECOND);
      }
    }),
    { numRuns: Number(process.env.LOOKS_RUNS ?? 6) },
  );
});

test("a storm of changes leaves the looks that decisions need: who clicks then is served at once", async () => {
  const storm = Array.from({ length: 20 }, (_, i): Step => ({ wait: 2_000, by: i % 2, do: "change" }));
  const { clicks, calls } = await played([...storm, { wait: 100, by: 1, do: "click" }], [300]);
  expect(busiest(calls)).toBeLessThanOrEqual(MOST_A_MINUTE);
  expect(clicks).toMatchObject([{ seen: 20 }]);
  expect((clicks[0]?.to ?? 0) - (clicks[0]?.from ?? 0)).toBeLessThanOrEqual(4 * SECOND);
});
