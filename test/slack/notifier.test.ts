import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type LocalSlack, startLocalSlack } from "../../sandbox/slack/index.ts";
import type { Face, Slot } from "../../src/domain/faces.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import { secret } from "../../src/domain/secret.ts";
import type { Notifier } from "../../src/flow/ports.ts";
import { slackClient } from "../../src/slack/outbound/client.ts";
import { createNotifier } from "../../src/slack/outbound/notifier.ts";
import { activeOne, bob, deliveringOne, everyFace, NOW, pendingOne, view } from "./records.ts";

const CHANNEL = "C0APPROVALS";
const TOKEN = "eyJhbGciOi.secret-bytes.sig";
const clock = { now: () => NOW, sleep: () => Promise.resolve() };

let slack: LocalSlack;
let notifier: Notifier;
let lines: { level: string; fields: object; message: string }[];

beforeEach(async () => {
  slack = await startLocalSlack({
    clock,
    signingSecret: "s",
    botToken: "xoxb-1",
    command: "/karpor-access",
    people: [
      { id: "U0BOB", name: "bob" },
      { id: "U0ALICE", name: "alice" },
    ],
    groups: [{ id: "S0SRE", handle: "sre", members: ["U0ALICE"] }],
    channels: [{ id: CHANNEL, name: "approvals", members: ["U0BOB", "U0ALICE"] }],
  });
  lines = [];
  const write = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  notifier = createNotifier({
    client: slackClient("xoxb-1", { apiUrl: slack.apiUrl, interactive: false }),
    channel: CHANNEL,
    language: "en",
    context: view,
    log: { info: write("info"), warn: write("warn"), error: write("error") },
  });
});
afterEach(() => slack.close());

const fresh = (r: AccessRequest): AccessRequest => ({ ...r, messages: {} });
const drawn = (face: Face) => {
  const found = everyFace.find((one) => one.face === face);
  if (!found) throw new Error(face);
  return found;
};
const post = (slot: Slot, face: Face, r = fresh(drawn(face).r)) => notifier.post(r, slot, face);
const placeholder = () => post("token", "token:setting-up");
const methods = () => slack.calls.map((call) => call.method);
const loud = () => lines.filter((line) => line.level === "error").map((line) => line.message);

describe("posting", () => {
  test("a card stands in the channel and pings its approvers once", async () => {
    const sent = await post("card", "card:pending");
    expect(sent).toEqual({ channel: CHANNEL, ts: expect.stringMatching(/\./), face: "card:pending" });
    expect(slack.notifications("U0ALICE").map((n) => n.text)).toEqual([
      "Bob asks for admin for 4 h: OPS-123 roll back search rule",
    ]);
    await notifier.redraw(pendingOne, "card", "card:pending", sent);
    await notifier.redraw(drawn("card:active").r, "card", "card:active", sent);
    expect(slack.notifications("U0ALICE").length).toBe(1);
    expect(slack.messages(CHANNEL).length).toBe(1);
  });

  test("a DM is opened once, and in the reader's language", async () => {
    const r: AccessRequest = { ...fresh(pendingOne), requester: { ...bob, locale: "zh" } };
    const sent = await post("waiting", "waiting:pending", r);
    expect(slack.dm("U0BOB")[0]?.text).toMatch(/^等待审批/);
    await post("notice", "notice:timedOut", {
      ...r,
      state: "timedOut",
      at: NOW,
      messages: { waiting: sent },
    });
    expect(methods()).toEqual(["conversations.open", "chat.postMessage", "chat.postMessage"]);
    expect(slack.dm("U0BOB").length).toBe(2);
  });

  test("nothing unfurls", async () => {
    await post("card", "card:pending");
    const { unfurl_links, unfurl_media } = slack.calls.at(-1)?.args ?? {};
    expect([String(unfurl_links), String(unfurl_media)]).toEqual(["false", "false"]);
  });

  test("an alert stands below its card and is seen in the channel; without a card on its own", async () => {
    const card = await post("card", "card:pending");
    const { r } = drawn("alert:unproven");
    await post("alert", "alert:unproven", { ...r, messages: { card } });
    expect(slack.messages(CHANNEL).at(-1)?.thread_ts).toBe(card.ts);
    expect(String(slack.calls.at(-1)?.args.reply_broadcast)).toBe("true");
    await post("alert", "alert:unproven");
    expect(slack.messages(CHANNEL).at(-1)?.thread_ts).toBeUndefined();
  });

  test("an alert whose card was deleted stands on its own", async () => {
    const { r } = drawn("alert:unproven");
    const card = { channel: CHANNEL, ts: "9.9", face: "" };
    expect((await post("alert", "alert:unproven", { ...r, messages: { card } })).ts).not.toBe("");
    expect(slack.messages(CHANNEL).at(-1)?.thread_ts).toBeUndefined();
  });

  test("what Slack will never deliver is said, not retried", async () => {
    for (const error of ["cannot_dm_bot", "user_disabled", "user_not_found"]) {
      slack.failNext("conversations.open", error);
      expect(await post("waiting", "waiting:pending")).toEqual({
        channel: "",
        ts: "",
        face: "waiting:pending",
      });
    }
    slack.failNext("chat.postMessage", "messages_tab_disabled");
    expect((await post("waiting", "waiting:pending")).ts).toBe("");
    for (const error of ["is_archived", "channel_not_found", "not_in_channel"]) {
      slack.failNext("chat.postMessage", error);
      expect((await post("card", "card:pending")).ts).toBe("");
    }
    expect(lines.length).toBe(7);
  });

  test("what may pass is thrown, for a job to try again", async () => {
    slack.failNext("chat.postMessage", "internal_error");
    await expect(post("card", "card:pending")).rejects.toThrow();
    slack.failNext("chat.postMessage", { retryAfter: 30 });
    await expect(post("card", "card:pending")).rejects.toThrow();
    slack.failNext("chat.postMessage", { status: 503 }, 2);
    await expect(post("card", "card:pending")).rejects.toThrow();
  });

  test("every face is a message Slack takes", async () => {
    for (const { r, slot, face } of everyFace)
      expect((await notifier.post(fresh(r), slot, face)).ts, face).not.toBe("");
  });
});

describe("the token", () => {
  const shown = async () => {
    const sent = await placeholder();
    await notifier.showToken(deliveringOne, sent, secret(TOKEN));
    return sent;
  };
  const inDm = () => JSON.stringify(slack.dm("U0BOB")).includes(TOKEN);
  const now = () => JSON.stringify(slack.dm("U0BOB").map(({ text, blocks }) => [text, blocks]));

  test("is added by an edit that reaches no lock screen", async () => {
    await shown();
    expect(now()).toContain(TOKEN);
    expect(slack.dm("U0BOB")[0]?.text).not.toContain(TOKEN);
    expect(JSON.stringify(slack.notifications("U0BOB"))).not.toContain(TOKEN);
    expect(slack.notifications("U0BOB").length).toBe(1);
  });

  test("is not wiped by a redraw that has no token in hand", async () => {
    const sent = await shown();
    await notifier.redraw(activeOne, "token", "token:shown", sent);
    expect(now()).toContain(TOKEN);
  });

  test.each(["token:hidden", "token:ending", "token:ended"] as const)("is gone with %s", async (face) => {
    const sent = await shown();
    await notifier.redraw(drawn(face).r, "token", face, sent);
    expect(now()).not.toContain(TOKEN);
    expect(slack.dm("U0BOB").length).toBe(1);
  });

  test("goes with its message where no edit is allowed", async () => {
    const sent = await shown();
    slack.settings.editWindowClosed = true;
    await notifier.redraw(drawn("token:ended").r, "token", "token:ended", sent);
    expect(slack.dm("U0BOB")).toEqual([]);
    expect(inDm()).toBe(false);
    expect(loud()).toEqual([]);
  });

  test("that cannot be taken off is said aloud, and stops nothing", async () => {
    const sent = await shown();
    slack.settings.editWindowClosed = true;
    slack.settings.deletionForbidden = true;
    await notifier.redraw(drawn("token:ended").r, "token", "token:ended", sent);
    expect(loud()).toEqual(["the token could not be taken off its message"]);
    expect(JSON.stringify(lines)).not.toContain(TOKEN);
  });

  test("that could not be shown is an error without the token", async () => {
    const sent = await placeholder();
    for (const failure of [
      "internal_error",
      { status: 500, body: "x" },
      { retryAfter: 1 },
      { lost: true },
    ] as const) {
      slack.failNext("chat.update", failure, 2);
      const error = await notifier.showToken(deliveringOne, sent, secret(TOKEN)).catch((e: unknown) => e);
      slack.clearFailures();
      expect(error).toBeInstanceOf(Error);
      const { inspect } = await import("node:util");
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(TOKEN);
    }
  });
});

describe("redrawing", () => {
  test("a message that was never delivered, or was deleted, is left alone", async () => {
    await notifier.redraw(pendingOne, "card", "card:pending", { channel: "", ts: "", face: "" });
    expect(methods()).toEqual([]);
    await notifier.redraw(pendingOne, "card", "card:pending", { channel: CHANNEL, ts: "9.9", face: "" });
    expect(lines).toEqual([]);
  });

  test("a card that cannot be edited stays, with a warning", async () => {
    const sent = await post("card", "card:pending");
    slack.settings.editWindowClosed = true;
    await notifier.redraw(drawn("card:active").r, "card", "card:active", sent);
    expect(slack.messages(CHANNEL).length).toBe(1);
    expect(lines.map((line) => line.level)).toEqual(["warn"]);
  });

  test("what may pass is thrown", async () => {
    const sent = await post("card", "card:pending");
    slack.failNext("chat.update", "internal_error");
    await expect(notifier.redraw(drawn("card:active").r, "card", "card:active", sent)).rejects.toThrow();
  });
});
