/** All that waits for one method goes out by its urgency, and what is equally urgent in the order in which it came. */
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { Agent } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stillClock } from "../../sandbox/clock.ts";
import { type LocalSlack, startLocalSlack } from "../../sandbox/slack/index.ts";
import { createGiveWay } from "../../src/give-way.ts";
import { createBudget } from "../../src/slack/outbound/budget.ts";
import { retryAfter, slackClients } from "../../src/slack/outbound/client.ts";
import type { Urgency } from "../../src/slack/outbound/limits.ts";
import { sendBy } from "../../src/slack/outbound/send.ts";
import { createTurns } from "../../src/store/turns.ts";
import { freshKeys, testRedis } from "../helpers/redis.ts";

/** As docs/operations.md has it. */
const ORDER: readonly Urgency[] = ["take-off", "show", "trouble", "ask", "cards", "tidying"];
/** Edits that Slack lets one app make in a minute; those who have time leave 20 of them. */
const EDITS = { all: 50, forUrgent: 20 };
/** Longer than room is held for whoever takes a token off, and comes to the second. */
const APART_MS = 4_000;

const clock = stillClock();
const redis = await testRedis();
const agent = new Agent();
let slack: LocalSlack;
beforeAll(async () => {
  slack = await startLocalSlack({
    ...{ clock, signingSecret: "s", botToken: "xoxb-1", command: "/karpor-access" },
    ...{ people: [], groups: [], channels: [{ id: "C0OPS", name: "ops", members: [] }] },
  });
});
afterAll(() => Promise.all([slack.close(), redis[Symbol.asyncDispose](), agent.destroy()]));

/** Two replicas whose edits are all used up: once they are a minute old there is room for so many urgent ones, one after the other, and then for those who have time. */
async function crowd(urgent: number, patient: number) {
  const keys = freshKeys();
  const replicas = [1, 2].map(() => {
    const turns = createTurns({ redis: redis.commands, keys, clock });
    const budget = createBudget({ turns, clock, giveWay: createGiveWay(), send: sendBy(agent) });
    return slackClients("xoxb-1", budget, { apiUrl: slack.apiUrl });
  });
  let calls = 0;
  let left = 0;
  // Of no message that stands: it counts all the same.
  const edit = (urgency: Urgency, ts: string) =>
    replicas[calls++ % 2]?.to(urgency).chat.update({ channel: "C0OPS", ts, text: "x" });
  const waitOf = (urgency: Urgency, ts: string) =>
    Promise.resolve(edit(urgency, ts)).then(() => null, retryAfter);
  const asleep = async () => {
    do await turn();
    while (clock.asleep().length < left);
  };
  const use = async (edits: number, thenMs = 0) => {
    for (let i = 0; i < edits; i++) {
      expect(await waitOf("show", "0.0")).toBeNull();
      clock.jump(thenMs);
    }
  };
  clock.jump(120_000);
  await use(urgent, APART_MS);
  await use(EDITS.forUrgent);
  clock.jump(APART_MS);
  await use(patient, APART_MS);
  await use(EDITS.all - EDITS.forUrgent - urgent - patient);
  slack.calls.length = 0;
  return {
    /** Comes again whenever it is told to. */
    async queue(urgency: Urgency, ts: string) {
      left++;
      const come = async () => {
        for (;;) {
          const wait = await waitOf(urgency, ts);
          if (wait === null) break;
          await clock.sleep(wait);
        }
        left--;
      };
      void come();
      await asleep();
      clock.jump(1);
    },
    /** Resolves to what went out, in order. */
    async out() {
      for (; left > 0; await asleep()) clock.jump(Math.min(...clock.asleep()) - clock.now());
      expect(slack.calls.filter(({ error }) => error === "ratelimited")).toEqual([]);
      return slack.calls.map(({ args }) => args.ts);
    },
  };
}

const sorted = (urgencies: readonly Urgency[]): string[] =>
  urgencies
    .map((urgency, i) => ({ rank: ORDER.indexOf(urgency), ts: `${urgency} ${i}` }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ ts }) => ts);

async function sentOf(urgencies: readonly Urgency[]) {
  const patient = urgencies.filter((one) => ORDER.indexOf(one) >= ORDER.indexOf("cards")).length;
  const { queue, out } = await crowd(urgencies.length - patient, patient);
  for (const [i, urgency] of urgencies.entries()) await queue(urgency, `${urgency} ${i}`);
  return out();
}

test("each urgency once, the least urgent first in line: they go out in the order that the docs promise", async () => {
  const backwards = ORDER.toReversed();
  expect(await sentOf(backwards)).toEqual(sorted(backwards));
});

test("any mix, in whatever order it came", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...ORDER), { minLength: 2, maxLength: 14 }), async (mix) => {
      expect(await sentOf(mix)).toEqual(sorted(mix));
    }),
    { numRuns: 15 },
  );
});
