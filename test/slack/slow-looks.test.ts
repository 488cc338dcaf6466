/** Slack takes seconds to say who is in which group: whoever decides is answered, and takes one of the few looks of a minute. */
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { SECOND } from "../../src/domain/duration.ts";
import { Principal, UserId } from "../../src/domain/ids.ts";
import { type Purpose, SlackBusy } from "../../src/flow/ports.ts";
import { testRedis } from "../helpers/redis.ts";
import { twoDirectories } from "../helpers/two-directories.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

const GROUP = Principal.parse("S0SRE");
const BOB = UserId.parse("U0BOB");
const TICK_MS = 100;

let slack: ReturnType<typeof twoDirectories>;
let calls: number;
/** How long the next calls take; null: they fail at once. The last goes for all that follow. */
let takes: (number | null)[];

beforeEach(() => {
  calls = 0;
  slack = twoDirectories(redis.commands, async (_now, sleep) => {
    const ms = takes[Math.min(calls++, takes.length - 1)] ?? null;
    if (ms === null) throw new Error("the connection was reset");
    await sleep(ms);
    return { usergroups: [{ id: GROUP, users: [BOB] }] };
  });
  const { clock } = slack;
  // Whoever gives up, and whoever tries again, does so by the test's time.
  vi.useFakeTimers({ toFake: ["Date"], now: clock.now() });
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    const late = new AbortController();
    void clock.sleep(ms).then(() => late.abort(new Error("too late")));
    return late.signal;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function pass(ms: number): Promise<void> {
  await slack.settled();
  slack.clock.jump(ms);
  vi.setSystemTime(slack.clock.now());
}

/** What came of it, and after how many ms. */
async function looked(by: number, purpose: Purpose = "decide") {
  const began = slack.clock.now();
  let came: { what: unknown; ms: number } | undefined;
  const told = (what: unknown) => {
    came = { what, ms: slack.clock.now() - began };
  };
  void slack
    .at(by)
    .qualifies(BOB, [GROUP], purpose)
    .then(told, (error) => told(error instanceof SlackBusy ? "busy" : "failed"));
  while (!came) await pass(TICK_MS);
  return came;
}

test.each(["decide", "grant", "end", "show"] as const)("to %s, one look of four seconds", async (purpose) => {
  takes = [4 * SECOND];
  expect(await looked(0, purpose)).toMatchObject({ what: GROUP });
  expect(calls).toBe(1);
});

test("somebody decides at one replica or the other every eleven seconds: each is answered, and what they give is too", async () => {
  takes = [1_200];
  for (let i = 0; i < 9; i++) {
    const { what, ms } = await looked(i % 2);
    expect(what).toBe(GROUP);
    expect(ms).toBeLessThan(2 * SECOND);
    expect(await looked(i % 2, "grant")).toMatchObject({ what: GROUP, ms: 0 });
    await pass(11 * SECOND);
  }
  expect(calls).toBe(9);
});

test("two who decide one after the other at two replicas need one look", async () => {
  takes = [1_500];
  const first = looked(0);
  await pass(TICK_MS);
  expect(await looked(1)).toMatchObject({ what: GROUP });
  expect(await first).toMatchObject({ what: GROUP });
  expect(calls).toBe(1);
});

test("Slack that does not answer at all is asked once, for five seconds", async () => {
  takes = [600 * SECOND];
  const { what, ms } = await looked(0);
  expect(what).toBe("failed");
  expect(ms).toBeLessThanOrEqual(5 * SECOND + 2 * TICK_MS);
  expect(calls).toBe(1);
});

test("a failure that passes at once is nobody's: it is asked again, and once only", async () => {
  takes = [null, 1_200];
  expect(await looked(0)).toMatchObject({ what: GROUP });
  expect(calls).toBe(2);
  takes = [null];
  await pass(11 * SECOND);
  expect(await looked(0)).toMatchObject({ what: "failed" });
  expect(calls).toBe(4);
});
