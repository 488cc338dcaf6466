/**
 * A crowd asks at two replicas, and whoever is put off is looked up at both: by a job, and for the answer. Nobody waits much
 * longer than the crowd needs: whom the other replica's look let in is known, and does not stand at the line's end once more.
 */
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { MINUTE, SECOND } from "../../src/domain/duration.ts";
import { UserId } from "../../src/domain/ids.ts";
import { SlackBusy } from "../../src/flow/ports.ts";
import { testRedis } from "../helpers/redis.ts";
import { twoDirectories } from "../helpers/two-directories.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

/** Who ask have half of Slack's hundred, and a minute of theirs is a little longer. */
const A_MINUTE = 50;
const LINE_MS = 61 * SECOND;
const TICK_MS = 500;
const WITHIN_MS = 12 * SECOND;

interface Asker {
  /** When they ask, in ms. */
  at: number;
  /** How much later than the first the other replica looks, if it must. */
  later: number;
  latency: number;
}
const asker: fc.Arbitrary<Asker> = fc.record({
  at: fc.nat({ max: 30 * SECOND }),
  later: fc.integer({ min: 1, max: 400 }),
  latency: fc.nat({ max: 900 }),
});

const nameOf = (n: number): UserId => UserId.parse(`U0P${String(n).padStart(4, "0")}`);

/** When each person was known, since the first asked. */
async function known(crowd: readonly Asker[]): Promise<number[]> {
  const { clock, at, settled } = twoDirectories(redis.commands, async (_now, sleep, fields) => {
    const id = fields.get("user") ?? "";
    await sleep(crowd[Number(id.slice(3))]?.latency ?? 0);
    return { user: { id, team_id: "T0", name: id, profile: {} } };
  });
  const start = clock.now();
  /** The ms to wait; 0 when the person is known. */
  const look = (n: number, by: number): Promise<number> =>
    at(by % 2)
      .person(nameOf(n), "ask")
      .then(
        () => 0,
        (error: unknown) => (error instanceof SlackBusy ? error.retryAfterMs : Promise.reject(error)),
      );
  async function lookOn(n: number, by: number, wait: number): Promise<void> {
    for (let ms = wait; ms > 0; ms = await look(n, by)) await clock.sleep(ms);
  }
  async function ask({ at: from, later }: Asker, n: number): Promise<number> {
    await clock.sleep(from);
    const wait = await look(n, n);
    if (wait > 0) await Promise.all([lookOn(n, n, wait), lookOn(n, n + 1, later)]);
    return clock.now() - start;
  }
  let isOver = false;
  const asked = Promise.all(crowd.map(ask)).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await settled();
    clock.jump(TICK_MS);
  }
  return asked;
}

test(
  "a crowd at two replicas: the last is known as soon as Slack's limits allow, but for some seconds",
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(asker, { minLength: A_MINUTE + 1, maxLength: 3 * A_MINUTE }),
        async (crowd) => {
          const asked = crowd.map(({ at }) => at).sort((a, b) => a - b);
          const rounds = Math.floor((crowd.length - 1) / A_MINUTE);
          const least = rounds * LINE_MS + (asked[crowd.length - 1 - rounds * A_MINUTE] ?? 0);
          expect(Math.max(...(await known(crowd)))).toBeLessThanOrEqual(least + WITHIN_MS);
        },
      ),
      { numRuns: Number(process.env.CROWDS_RUNS ?? 3), endOnFailure: true },
    );
  },
  MINUTE,
);
