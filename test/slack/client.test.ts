import { afterAll, beforeAll, expect, test } from "vitest";
import { type LocalSlack, startLocalSlack } from "../../sandbox/slack/index.ts";
import { isUndeliverable, retryAfter, slackClient, slackError } from "../../src/slack/outbound/client.ts";
import { NOW } from "./records.ts";

let slack: LocalSlack;

beforeAll(async () => {
  slack = await startLocalSlack({
    clock: { now: () => NOW, sleep: () => Promise.resolve() },
    signingSecret: "s",
    botToken: "xoxb-1",
    command: "/karpor-access",
    people: [],
    groups: [],
    channels: [],
  });
});
afterAll(() => slack.close());

const client = (interactive: boolean) => slackClient("xoxb-1", { apiUrl: slack.apiUrl, interactive });
const failed = (call: Promise<unknown>): Promise<unknown> =>
  call.then(() => null).catch((error: unknown) => error);

test("someone who waits is not kept waiting, whatever Slack does", async () => {
  slack.failNext("auth.test", { hang: true }, 9);
  const started = performance.now();
  const error = await failed(client(true).auth.test());
  slack.clearFailures();
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(slackError(error)).toBeNull();
});

test.each([true, false])(
  "a rate limit fails at once and holds back no other call (interactive: %s)",
  async (mode) => {
    const one = client(mode);
    slack.failNext("auth.test", { retryAfter: 30 });
    expect(retryAfter(await failed(one.auth.test()))).toBe(30_000);
    expect((await one.auth.test()).ok).toBe(true);
  },
);

test("a passing failure is tried again where somebody waits", async () => {
  slack.failNext("auth.test", { status: 503 });
  expect((await client(true).auth.test()).ok).toBe(true);
});

test.each([{ status: 503 }, { status: 500 }, { lost: true }] as const)(
  "a job's client asks once, whatever the answer (%j): what it repeats itself may stand twice",
  async (failure) => {
    const before = slack.calls.length;
    slack.failNext("auth.test", failure);
    expect(await failed(client(false).auth.test())).toBeInstanceOf(Error);
    expect(slack.calls.length - before).toBe(1);
  },
);

test("Slack's own refusals are told by their code", async () => {
  slack.failNext("auth.test", "account_inactive");
  expect(slackError(await failed(client(true).auth.test()))).toBe("account_inactive");
  expect(["cannot_dm_bot", "cannot_dm_anything", "is_archived"].every(isUndeliverable)).toBe(true);
  expect(["internal_error", "ratelimited", "invalid_auth"].some(isUndeliverable)).toBe(false);
});
