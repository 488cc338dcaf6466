/** Names at export and report, by the sandbox's Slack: within its limits, of people whom it does not know, and while it is away. */
import { Writable } from "node:stream";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../../sandbox/clock.ts";
import { type LocalSlack, startLocalSlack } from "../../../sandbox/slack/index.ts";
import { audit } from "../../../src/cli/audit/index.ts";
import { auditOptions } from "../../../src/cli/audit/options.ts";
import type { Config } from "../../../src/config.ts";
import { UserId } from "../../../src/domain/ids.ts";
import { type TestRedis, testRedis } from "../../helpers/redis.ts";
import { openTrail, type Trail } from "./trail.ts";

const PEOPLE = ["U0ANA", "U0CYD", "U0DEE"];
const BOT_TOKEN = "xoxb-1-names";

let redis: TestRedis;
let slack: LocalSlack;
let trail: Trail;
beforeEach(async () => {
  redis = await testRedis();
  slack = await startLocalSlack({
    ...{ clock: systemClock(), signingSecret: "names", botToken: BOT_TOKEN, command: "/karpor-access" },
    people: [
      { id: "U0ANA", name: "ana", realName: "Ana Ruiz" },
      { id: "U0CYD", name: "cyd" },
    ],
    ...{ groups: [], channels: [] },
  });
  trail = openTrail(redis);
  for (const id of PEOPLE) {
    const requester = { id: UserId.parse(id), name: "at that time", locale: "en" as const };
    await trail.walk(["pending", "denied"], { requester });
  }
});
afterEach(async () => {
  await slack.close();
  await redis[Symbol.asyncDispose]();
});

async function run(line: string) {
  const [said, warned, written]: string[][] = [[], [], []];
  const output = new Writable({ write: (chunk, _, done) => done(void written?.push(String(chunk))) });
  const instance = /:(.*)\}/.exec(trail.keys.prefix)?.[1] ?? "";
  const env = { REDIS_URL: redis.server.url, SLACK_BOT_TOKEN: BOT_TOKEN, SLACK_API_URL: slack.apiUrl };
  const config = { instance, hub: { namespace: "x" }, env } as Config;
  const good = await audit(auditOptions(line.split(" ")), {
    ...{ config: () => config, clock: trail.clock, log: pino({ level: "silent" }), output },
    say: (text) => void said?.push(text),
    warn: (text) => void warned?.push(text),
    ...{ confirm: async () => true, user: () => "dpo" },
  });
  const lines = written?.join("").trim().split("\n") ?? [];
  const names = lines.flatMap((one) => (one.startsWith('{"person"') ? [JSON.parse(one)] : []));
  return { good, said: said?.join("\n"), warned, names };
}

const asked = () => slack.calls.filter(({ method }) => method === "users.info");
const BOTH = [
  { person: "U0ANA", name: "Ana Ruiz" },
  { person: "U0CYD", name: "cyd" },
];

test("each is asked for once; whom Slack does not know keeps the id, and that is no trouble", async () => {
  expect(await run("export")).toMatchObject({ good: true, names: BOTH, warned: [] });
  // And who denied it.
  expect(asked()).toHaveLength(PEOPLE.length + 1);
});

test("where Slack asks to wait it is waited for, and one lost answer is asked for again", async () => {
  slack.failNext("users.info", { retryAfter: 1 });
  slack.failNext("users.info", { status: 500 });
  expect(await run("export")).toMatchObject({ good: true, names: BOTH, warned: [] });
});

test.each([
  ["away", { status: 503 }, "it does not answer"],
  ["without the bot's token", "invalid_auth", "invalid_auth"],
] as const)(
  "Slack %s: two calls in all, it is said once, and what is exported is whole",
  async (_, failure, why) => {
    slack.failNext("users.info", failure, Number.POSITIVE_INFINITY);
    const warned = [`Slack gives no names (${why}): people are named by their Slack ids alone.`];
    expect(await run("export")).toMatchObject({ good: true, names: [], warned });
    expect(asked()).toHaveLength(2);
    const month = new Date(trail.clock.now()).toISOString().slice(0, 7);
    expect(await run(`report --month ${month}`)).toMatchObject({ good: true, warned });
  },
);
