/** The Slack client against the stand-in: its errors, what a 429 holds back, answers that are bounded, and who people are. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type LocalSlack, startLocalSlack } from "../../sandbox/slack/index.ts";
import { GroupId, UserId } from "../../src/request/ids.ts";
import type { Kept } from "../../src/slack/calls.ts";
import { createSlack } from "../../src/slack/client.ts";
import { type Message, type Slack, SlackAway, SlackRefusal } from "../../src/slack/slack.ts";

const TOKEN = "xoxb-1";
const APPROVALS = "C0APPROVALS";
const ALICE = UserId.parse("U0ALICE");
const SRE = GroupId.parse("S0SRE");
const message: Message = {
  text: "Hello",
  blocks: [{ type: "section", text: { type: "plain_text", text: "Hello" } }],
};

let local: LocalSlack;
let store: Kept & { time: number };
let slack: Slack;

beforeAll(async () => {
  local = await startLocalSlack({
    ...{
      clock: { now: Date.now, sleep: () => Promise.resolve() },
      signingSecret: "s",
      botToken: TOKEN,
      limits: false,
    },
    command: "/karpor-access",
    people: [
      { id: ALICE, name: "alice", displayName: "Alice", title: "SRE", tz: "Europe/Berlin" },
      { id: "U0MEI", name: "mei", locale: "zh-CN" },
      { id: "U0LEFT", name: "left", deleted: true },
      { id: "U0GUEST", name: "guest", isUltraRestricted: true },
      { id: "U0OTHER", name: "other", teamId: "T0OTHER" },
      { id: "U0BOT", name: "bot", isBot: true },
    ],
    groups: [
      { id: SRE, handle: "sre", members: [ALICE] },
      { id: "S0GONE", handle: "gone", members: [ALICE], disabled: true },
    ],
    channels: [
      { id: APPROVALS, name: "approvals", members: [ALICE] },
      { id: "C0OLD", name: "old", members: [ALICE], isArchived: true },
    ],
  });
});
afterAll(() => local.close());
afterEach(() => local.clearFailures());

beforeEach(() => {
  store = memory();
  slack = openClient();
});

/** Redis as far as the client needs it, with a clock that the test sets. */
function memory(): typeof store {
  const values = new Map<string, string>();
  const made = {
    time: 1_000_000,
    keep: async (key: string, value: string) => void values.set(key, value),
    kept: async (key: string) => values.get(key) ?? null,
    now: async () => made.time,
  };
  return made;
}

const openClient = (apiUrl = local.apiUrl): Slack => {
  const clock = { now: () => store.time, sleep: () => Promise.resolve() };
  return createSlack({ token: TOKEN, apiUrl, store, clock });
};

const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(() => null).catch((error: unknown) => error);
const callsOf = (method: string): number => local.calls.filter((call) => call.method === method).length;

test("posts, edits and deletes, and knows what is gone", async () => {
  const place = await slack.post(APPROVALS, message);
  expect(await slack.update(place, { ...message, text: "Changed" })).toBe(true);
  expect(await slack.remove(place)).toBe(true);
  expect(await slack.update(place, message)).toBe(false);
  expect(await slack.remove(place)).toBe(true);
});

test.each([
  { status: 503 },
  { lost: true },
  "fatal_error",
  "internal_error",
  "service_unavailable",
  "account_inactive",
  "token_revoked",
  "invalid_auth",
] as const)("another try may help: %j", async (failure) => {
  local.failNext("chat.postMessage", failure);
  const before = callsOf("chat.postMessage");
  expect(await errorOf(slack.post(APPROVALS, message))).toBeInstanceOf(SlackAway);
  expect(callsOf("chat.postMessage") - before, "a post is not repeated by the client itself").toBe(1);
});

test.each([
  "channel_not_found",
  "not_in_channel",
  "is_archived",
  "messages_tab_disabled",
  "cannot_dm_bot",
  "user_disabled",
])("Slack will never do it: %s", async (code) => {
  local.failNext("chat.postMessage", code);
  expect(await errorOf(slack.post(APPROVALS, message))).toMatchObject({ name: "SlackRefusal", code });
});

test("a message that Slack does not delete is told", async () => {
  const place = await slack.post(APPROVALS, message);
  local.failNext("chat.delete", "cant_delete_message");
  expect(await errorOf(slack.remove(place))).toBeInstanceOf(SlackRefusal);
});

test("a hanging Slack is given up", async () => {
  local.failNext("users.info", { hang: true }, 9);
  const started = performance.now();
  expect(await errorOf(slack.person(ALICE))).toBeInstanceOf(SlackAway);
  expect(performance.now() - started).toBeLessThan(6000);
});

test("a 429 holds back the posts of its channel alone, until its time", async () => {
  local.failNext("chat.postMessage", { retryAfter: 30 });
  expect(await errorOf(slack.post(APPROVALS, message))).toMatchObject({
    name: "SlackAway",
    retryAfter: 30_000,
  });
  const before = callsOf("chat.postMessage");
  store.time += 10_000;
  expect(await errorOf(slack.post(APPROVALS, message))).toMatchObject({ retryAfter: 20_000 });
  expect(callsOf("chat.postMessage")).toBe(before);
  await slack.post(await slack.openDm(ALICE), message);
  store.time += 20_000;
  await slack.post(APPROVALS, message);
});

test("a 429 of another method holds back all of its calls", async () => {
  const place = await slack.post(APPROVALS, message);
  local.failNext("chat.update", { retryAfter: 5 });
  expect(await errorOf(slack.update(place, message))).toMatchObject({ retryAfter: 5000 });
  expect(await errorOf(slack.update({ ...place, channel: "C0OLD" }, message))).toMatchObject({
    retryAfter: 5000,
  });
});

test("an answer of more than 8 MiB, and one that is not Slack's, count as none", async () => {
  const bodies = [
    JSON.stringify({ ok: true, channel: APPROVALS, ts: "1.2", padding: "x".repeat(9 * 1024 * 1024) }),
    '{"ok":true}',
    "<html>",
  ];
  for (const body of bodies) {
    const server = createServer((_, response) =>
      response.setHeader("content-type", "application/json").end(body),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`;
    const stranger = openClient(apiUrl);
    expect(await errorOf(stranger.post(APPROVALS, message))).toBeInstanceOf(SlackAway);
    server.closeAllConnections();
    server.close();
  }
});

test("people as Slack knows them", async () => {
  expect(await slack.person(ALICE)).toEqual({
    ...{ id: ALICE, name: "Alice", title: "SRE", zone: "Europe/Berlin", locale: "en" },
    ...{ standing: "member", lookedUpAt: 1_000_000 },
  });
  const standings = ["U0LEFT", "U0GUEST", "U0OTHER", "U0BOT", "U0NOBODY"].map(async (id) => {
    const { standing } = await slack.person(UserId.parse(id));
    return standing;
  });
  expect(await Promise.all(standings)).toEqual(["left", "guest", "stranger", "bot", "stranger"]);
  expect(await slack.localeFor(UserId.parse("U0MEI"))).toBe("zh");
});

test("a look is kept for 15 s, and for an hour where only words need it", async () => {
  await slack.person(ALICE);
  const before = callsOf("users.info");
  store.time += 14_000;
  expect((await slack.person(ALICE)).lookedUpAt).toBe(1_000_000);
  store.time += 2000;
  await slack.localeFor(ALICE);
  expect(callsOf("users.info")).toBe(before);
  expect((await slack.person(ALICE)).lookedUpAt).toBe(1_016_000);
});

test("groups: one call for all, a disabled one has no members, and a failed look decides nothing", async () => {
  const before = callsOf("usergroups.list");
  const looks = [slack.groups([SRE]), slack.groups([SRE, GroupId.parse("S0GONE")])];
  const [, both] = await Promise.all(looks);
  expect(both?.members).toEqual(
    new Map([
      [SRE, new Set([ALICE])],
      ["S0GONE", new Set()],
    ]),
  );
  expect(callsOf("usergroups.list") - before).toBe(1);
  store.time += 16_000;
  local.failNext("usergroups.list", "internal_error", 9);
  expect(await errorOf(slack.groups([SRE]))).toBeInstanceOf(SlackAway);
  expect(await slack.localeFor(UserId.parse("U0NOBODY"))).toBe("en");
});

test("a DM is opened once", async () => {
  const before = callsOf("conversations.open");
  expect(await slack.openDm(ALICE)).toBe(await slack.openDm(ALICE));
  expect(callsOf("conversations.open") - before).toBe(1);
});
