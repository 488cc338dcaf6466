/** Messages in Slack, drawn from records: what a failed call means, and that a token never stays where it may not. */
import { inspect } from "node:util";
import { LogLevel, WebClient } from "@slack/web-api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { freePort } from "../../sandbox/child.ts";
import { type CallFailure, type LocalSlack, startLocalSlack } from "../../sandbox/slack/index.ts";
import { secret } from "../../src/domain/secret.ts";
import {
  type AccessRequest,
  GrantFailed,
  type Notifier,
  type Place,
  PostRefused,
  PostUnanswered,
  SlackBusy,
  TroubleOutside,
} from "../../src/flow/ports.ts";
import { type SlackClients, slackClient } from "../../src/slack/outbound/client.ts";
import { createNotifier } from "../../src/slack/outbound/notifier.ts";
import { remembering } from "../helpers/memories.ts";
import { uncounted } from "../helpers/uncounted.ts";
import { bob, deliveringOne, drawn, everyMessage, NOW, pendingOne, view } from "./records.ts";

const CHANNEL = "C0APPROVALS";
const TOKEN = "eyJhbGciOi.secret-bytes.sig";
let passed = 0;
const clock = { now: () => NOW + passed, sleep: () => Promise.resolve() };

let slack: LocalSlack;
let notifier: Notifier;
let lines: { level: string; fields: object; message: string }[];

beforeEach(async () => {
  passed = 0;
  slack = await startLocalSlack({
    clock,
    signingSecret: "s",
    botToken: "xoxb-1",
    command: "/karpor-access",
    // Time stands still here.
    limits: false,
    people: [
      { id: "U0BOB", name: "bob" },
      { id: "U0ALICE", name: "alice" },
      { id: "U0MEI", name: "mei", locale: "zh-CN" },
    ],
    groups: [{ id: "S0SRE", handle: "sre", members: ["U0ALICE"] }],
    channels: [{ id: CHANNEL, name: "approvals", members: ["U0BOB", "U0ALICE"] }],
  });
  lines = [];
  notifier = over(uncounted(slackClient("xoxb-1", { apiUrl: slack.apiUrl, interactive: false })));
});
afterEach(() => slack.close());

const write = (level: string) => (fields: object, message: string) => {
  lines.push({ level, fields, message });
};
const over = (clients: SlackClients) =>
  createNotifier({
    ...{ slack: clients, memory: remembering(), clock },
    language: "en",
    context: view,
    log: { info: write("info"), warn: write("warn"), error: write("error") },
  });

const fresh = (r: AccessRequest): AccessRequest => ({ ...r, messages: {} });
/** The first record that shows it, without any message sent. */
const post = (what: string, r = fresh(drawn(what).r)) => notifier.post(r, drawn(what).key, drawn(what).shows);
const redraw = (what: string, at: Place) => {
  const { r, key, shows } = drawn(what);
  return notifier.redraw(r, key, shows, at);
};
const sent = (place: Place) => ({ ...place, shows: "", revision: 1 });
const methods = () => slack.calls.map((call) => call.method);
const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (value) => `no failure, but ${JSON.stringify(value)}`,
    (error: unknown) => error,
  );

describe("posting", () => {
  test("a card stands in the channel and pings its approvers once", async () => {
    const place = await post("card:pending");
    expect(place).toEqual({ channel: CHANNEL, ts: expect.stringMatching(/\./) });
    expect(slack.notifications("U0ALICE").map((n) => n.text)).toEqual([
      "Bob asks for admin for 4 h: OPS-123 roll back search rule",
    ]);
    await redraw("card:pending", place);
    await redraw("card:active", place);
    expect(slack.notifications("U0ALICE").length).toBe(1);
    expect(slack.messages(CHANNEL).length).toBe(1);
  });

  test("a DM is opened once, and in the reader's language", async () => {
    const r: AccessRequest = { ...fresh(pendingOne), requester: { ...bob, locale: "zh" } };
    const place = await post("waiting:pending", r);
    expect(slack.dm("U0BOB")[0]?.text).toMatch(/^等待审批/);
    const over = { ...r, state: "timedOut", at: NOW, messages: { waiting: sent(place) } } as AccessRequest;
    await post("notice:timedOut", over);
    expect(methods()).toEqual(["conversations.open", "chat.postMessage", "chat.postMessage"]);
    expect(slack.dm("U0BOB").length).toBe(2);
  });

  test("nothing unfurls", async () => {
    await post("card:pending");
    const { unfurl_links, unfurl_media } = slack.calls.at(-1)?.args ?? {};
    expect([String(unfurl_links), String(unfurl_media)]).toEqual(["false", "false"]);
  });

  test("an alert stands below its card and is seen in the channel; without a card on its own", async () => {
    const card = await post("card:pending");
    const { r } = drawn("alert:unproven");
    await post("alert:unproven", { ...r, messages: { card: sent(card) } });
    expect(slack.messages(CHANNEL).at(-1)?.thread_ts).toBe(card.ts);
    expect(String(slack.calls.at(-1)?.args.reply_broadcast)).toBe("true");
    await post("alert:unproven");
    expect(slack.messages(CHANNEL).at(-1)?.thread_ts).toBeUndefined();
    await post("alert:unproven", { ...r, messages: { card: sent({ channel: "", ts: "" }) } });
    expect(slack.messages(CHANNEL).at(-1)?.thread_ts).toBeUndefined();
  });

  test("an alert whose card was deleted stands on its own", async () => {
    const { r } = drawn("alert:unproven");
    const card = sent({ channel: CHANNEL, ts: "9.9" });
    expect((await post("alert:unproven", { ...r, messages: { card } })).ts).not.toBe("");
    expect(slack.messages(CHANNEL).at(-1)?.thread_ts).toBeUndefined();
  });

  test("every message is one that Slack takes", async () => {
    for (const { r, key, shows, what } of everyMessage)
      expect((await notifier.post(fresh(r), key, shows)).ts, what).not.toBe("");
  });
});

describe("a post that failed", () => {
  const stands = () => slack.messages(CHANNEL).length;

  test.each([
    ["conversations.open", "cannot_dm_bot", "waiting:pending"],
    ["conversations.open", "user_disabled", "waiting:pending"],
    ["conversations.open", "user_not_found", "waiting:pending"],
    ["chat.postMessage", "messages_tab_disabled", "waiting:pending"],
    ["chat.postMessage", "is_archived", "card:pending"],
    ["chat.postMessage", "channel_not_found", "card:pending"],
    ["chat.postMessage", "not_in_channel", "card:pending"],
    ["chat.postMessage", "restricted_action", "card:pending"],
  ])("%s %s: refused, by Slack's own word", async (method, code, what) => {
    slack.failNext(method, code);
    const error = await failure(post(what));
    expect(error).toBeInstanceOf(PostRefused);
    expect(error).toMatchObject({ code });
    expect(slack.calls.filter((call) => call.method === method)).toHaveLength(1);
  });

  test.each<CallFailure>([
    "internal_error",
    "fatal_error",
    "request_timeout",
    { status: 500 },
    { status: 502, body: "<html>" },
    { status: 504 },
    { lost: true },
  ])("%j: nobody knows whether it stands, and it is not tried again here", async (trouble) => {
    slack.failNext("chat.postMessage", trouble);
    expect(await failure(post("card:pending"))).toBeInstanceOf(PostUnanswered);
    expect(methods()).toEqual(["chat.postMessage"]);
    expect(stands()).toBe(typeof trouble === "object" && "lost" in trouble ? 1 : 0);
  });

  test("no answer in time: nobody knows either", async () => {
    const options = {
      slackApiUrl: slack.apiUrl,
      timeout: 50,
      retryConfig: { retries: 0 },
      logLevel: LogLevel.ERROR,
    };
    notifier = over(uncounted(new WebClient("xoxb-1", options)));
    slack.failNext("chat.postMessage", { hang: true });
    expect(await failure(post("card:pending"))).toBeInstanceOf(PostUnanswered);
  });

  test("503: turned away at the door, so nothing stands", async () => {
    slack.failNext("chat.postMessage", { status: 503 });
    expect(await failure(post("card:pending"))).toBeInstanceOf(TroubleOutside);
    expect(methods()).toEqual(["chat.postMessage"]);
  });

  test("429: nothing stands, and for how long to wait is told", async () => {
    slack.failNext("chat.postMessage", { retryAfter: 30 });
    const error = await failure(post("card:pending"));
    expect(error).toBeInstanceOf(SlackBusy);
    expect(error).toMatchObject({ retryAfterMs: 30_000 });
    expect(stands()).toBe(0);
  });

  test.each([
    ["a port where nobody listens", async () => `http://127.0.0.1:${await freePort()}/api/`],
    ["a name that nobody knows", async () => "http://slack.invalid/api/"],
  ])("no connection (%s): nothing was asked", async (_why, url) => {
    notifier = over(uncounted(slackClient("xoxb-1", { apiUrl: await url(), interactive: false })));
    const error = await failure(post("card:pending"));
    expect(error).toBeInstanceOf(TroubleOutside);
    expect(error).toMatchObject({ what: "slack" });
  });

  test("another refusal of Slack's is a mistake of ours, told as it is: nothing stands", async () => {
    slack.failNext("chat.postMessage", "invalid_blocks");
    const error = await failure(post("card:pending"));
    for (const kind of [PostRefused, PostUnanswered, TroubleOutside, SlackBusy])
      expect(error).not.toBeInstanceOf(kind);
    expect(error).toMatchObject({ data: { error: "invalid_blocks" } });
  });

  test.each<CallFailure>(["internal_error", { status: 502 }, { lost: true }, { retryAfter: 1 }])(
    "before the DM was open (%j): nothing was posted, whatever became of that",
    async (trouble) => {
      slack.failNext("conversations.open", trouble);
      const error = await failure(post("waiting:pending"));
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(PostUnanswered);
      expect(error).not.toBeInstanceOf(PostRefused);
      expect(methods()).toEqual(["conversations.open"]);
    },
  );
});

describe("looking for a post whose answer was lost", () => {
  const { r, key } = drawn("waiting:pending");
  const lost = async (what = "waiting:pending") => {
    slack.failNext("chat.postMessage", { lost: true });
    expect(await failure(post(what))).toBeInstanceOf(PostUnanswered);
    return slack.dm("U0BOB").at(-1)?.ts;
  };
  const find = (record = fresh(r)) => notifier.findPost(record, key);

  test("it is the newest: found", async () => {
    const ts = await lost();
    expect(await find()).toEqual({ channel: "D0BOB", ts });
    expect(slack.calls.at(-1)).toMatchObject({ method: "conversations.open", args: { users: "U0BOB" } });
  });

  test("found, it can be redrawn and stays found", async () => {
    const ts = await lost();
    const place = { channel: "D0BOB", ts: ts ?? "" };
    expect(await redraw("waiting:withdrawn", place)).toBe("done");
    expect(await find()).toEqual(place);
  });

  test("nothing stands in the DM: absent", async () => expect(await find()).toBe("absent"));

  test("the newest was there before: absent", async () => {
    const place = await post("token:setting-up");
    expect(await find({ ...fresh(r), messages: { token: sent(place) } })).toBe("absent");
  });

  test("the newest bears its mark, and was set aside before: absent", async () => {
    const place = { channel: "D0BOB", ts: (await lost()) ?? "" };
    expect(await find({ ...fresh(r), messages: { delay: sent(place) } })).toBe("absent");
  });

  test("the newest is a token's message that Slack let nobody delete, and the record does not know any more: not found", async () => {
    const place = await post("token:setting-up");
    await notifier.showToken(deliveringOne, place, secret(TOKEN));
    slack.settings.deletionForbidden = true;
    expect(await notifier.takeTokenOff(deliveringOne, "gone", place, "delete")).toBe("edited");
    expect(await notifier.findPost(fresh(deliveringOne), "token")).toBe("unknown");
  });

  test("the newest is another's: it may stand above", async () => {
    await lost();
    slack.say("U0BOB", "dm", "are you there?");
    expect(await find()).toBe("unknown");
  });

  test("the newest is another message of this request that the record does not know: it may stand above", async () => {
    await lost();
    await lost("token:setting-up");
    expect(await find()).toBe("unknown");
  });

  test("the newest is another request's: it may stand above", async () => {
    await lost();
    await post("waiting:pending", { ...fresh(r), id: "R-00000000" as typeof r.id });
    expect(await find()).toBe("unknown");
  });

  test("it was deleted again: absent", async () => {
    const place = await post("token:setting-up");
    const ts = await lost();
    slack.history("D0BOB").forEach((one) => {
      if (one.ts === ts) one.deleted = true;
    });
    expect(await find({ ...fresh(r), messages: { token: sent(place) } })).toBe("absent");
  });

  test.each(["card:pending", "alert:unproven"])("in the channel nobody may look: %s", async (what) => {
    expect(await notifier.findPost(fresh(drawn(what).r), drawn(what).key)).toBe("unknown");
    expect(methods()).toEqual([]);
  });

  test("its reader has left the workspace: nothing can be found there, or posted", async () => {
    await lost();
    await slack.people.deactivate("U0BOB");
    expect(await failure(find())).toEqual(new PostRefused("user_disabled"));
  });

  test("Slack does not answer: then nobody posts", async () => {
    slack.failNext("conversations.open", { status: 503 });
    expect(await failure(find())).toBeInstanceOf(TroubleOutside);
    slack.failNext("conversations.open", { retryAfter: 3 });
    expect(await failure(find())).toMatchObject({ retryAfterMs: 3000 });
  });
});

/** A DM that shows the token. */
async function shown(): Promise<Place> {
  const place = await post("token:setting-up");
  await notifier.showToken(deliveringOne, place, secret(TOKEN));
  slack.calls.length = 0;
  return place;
}
const now = () => JSON.stringify(slack.dm("U0BOB").map(({ text, blocks }) => [text, blocks]));

describe("showing the token", () => {
  test("an edit adds it, which reaches no lock screen", async () => {
    await shown();
    expect(now()).toContain(TOKEN);
    expect(slack.dm("U0BOB")[0]?.text).not.toContain(TOKEN);
    expect(JSON.stringify(slack.notifications("U0BOB"))).not.toContain(TOKEN);
    expect(slack.notifications("U0BOB").length).toBe(1);
  });

  test.each<[CallFailure, new (...args: never[]) => Error]>([
    ["internal_error", Error],
    [{ status: 500, body: "x" }, TroubleOutside],
    [{ retryAfter: 1 }, SlackBusy],
    [{ lost: true }, TroubleOutside],
  ])("that fails (%j) is an error without the token", async (trouble, kind) => {
    const place = await post("token:setting-up");
    slack.failNext("chat.update", trouble);
    const error = await failure(notifier.showToken(deliveringOne, place, secret(TOKEN)));
    expect(error).toBeInstanceOf(kind);
    expect(error).not.toBeInstanceOf(GrantFailed);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(TOKEN);
  });

  test.each(["message_not_found", "edit_window_closed", "cant_update_message", "channel_not_found"])(
    "over a message that nobody can edit any more (%s) takes the grant back",
    async (code) => {
      const place = await post("token:setting-up");
      slack.failNext("chat.update", code);
      const error = await failure(notifier.showToken(deliveringOne, place, secret(TOKEN)));
      expect(error).toBeInstanceOf(GrantFailed);
      expect(error).toMatchObject({ failure: "dm-closed" });
    },
  );
});

describe("taking the token off", () => {
  const { r } = drawn("token:hidden");
  type How = "edit" | "either" | "delete";
  const takeOff = (at: Place, how: How = "edit", shows: "hidden" | "gone" = "gone") =>
    notifier.takeTokenOff(drawn(`token:${shows}`).r, shows, at, how);
  const other = { edit: "either", either: "edit" } as const;
  const method = { edit: "chat.update", either: "chat.delete" } as const;
  const outcome = { edit: "edited", either: "deleted" } as const;

  afterEach(() => expect(JSON.stringify(lines)).not.toContain(TOKEN));

  test.each(["hidden", "gone"] as const)("by an edit: it says %s, and rings no more", async (shows) => {
    const place = await shown();
    expect(await takeOff(place, "edit", shows)).toBe("edited");
    expect(now()).not.toContain(TOKEN);
    expect(slack.dm("U0BOB").length).toBe(1);
    expect(slack.notifications("U0BOB").length).toBe(1);
    expect(methods()).toEqual(["chat.update"]);
  });

  test.each(["either", "delete"] as const)("by its deletion (%s)", async (how) => {
    const place = await shown();
    expect(await takeOff(place, how)).toBe("deleted");
    expect(slack.dm("U0BOB")).toEqual([]);
    expect(methods()).toEqual(["chat.delete"]);
  });

  describe.each(["edit", "either"] as const)("in haste, by %s", (prefer) => {
    test.each<CallFailure>([
      ...(prefer === "edit" ? [{ retryAfter: 30 }] : []),
      "edit_window_closed",
      "compliance_exports_prevent_deletion",
      "internal_error",
    ])("which Slack has no room for (%j): the other way at once", async (trouble) => {
      const place = await shown();
      slack.failNext(method[prefer], trouble);
      expect(await takeOff(place, prefer)).toBe(outcome[other[prefer]]);
      expect(now()).not.toContain(TOKEN);
      expect(methods()).toEqual([method[prefer], method[other[prefer]]]);
    });

    test("a message that is gone is deleted, and nothing else is tried", async () => {
      const place = await shown();
      for (const one of slack.history("D0BOB")) one.deleted = true;
      expect(await takeOff(place, prefer)).toBe("deleted");
      expect(methods()).toEqual([method[prefer]]);
    });

    test("a message that goes between the two tries is deleted", async () => {
      const place = await shown();
      slack.failNext(method[prefer], "internal_error");
      slack.failNext(method[other[prefer]], "message_not_found");
      expect(await takeOff(place, prefer)).toBe("deleted");
    });

    test("both have no room: the shorter wait is told", async () => {
      const place = await shown();
      slack.failNext("chat.update", { retryAfter: 30 });
      slack.failNext("chat.delete", { retryAfter: 7 });
      const error = await failure(takeOff(place, prefer));
      expect(error).toBeInstanceOf(SlackBusy);
      expect(error).toMatchObject({ retryAfterMs: 7000 });
    });

    test("one refused for good, the other only now: that one is waited for", async () => {
      const place = await shown();
      slack.failNext(method[prefer], "edit_window_closed");
      slack.failNext(method[other[prefer]], { retryAfter: 9 });
      expect(await failure(takeOff(place, prefer))).toMatchObject({ retryAfterMs: 9000 });
    });

    test("both refused for good: said so, with Slack's words", async () => {
      const place = await shown();
      slack.settings.editWindowClosed = true;
      slack.settings.deletionForbidden = true;
      const codes = { edit: "edit_window_closed", either: "compliance_exports_prevent_deletion" };
      expect(await takeOff(place, prefer)).toEqual({ refused: `${codes[prefer]}, ${codes[other[prefer]]}` });
      expect(now()).toContain(TOKEN);
    });

    test.each<CallFailure>([{ status: 503 }, { status: 502 }, { lost: true }])(
      "no answer (%j): the other way would fare no better, and it is tried again as a whole",
      async (trouble) => {
        const place = await shown();
        slack.failNext(method[prefer], trouble);
        expect(await failure(takeOff(place, prefer))).toBeInstanceOf(TroubleOutside);
        expect(methods()).toEqual([method[prefer]]);
        // Nor would it a moment later: while Slack is away few are asked.
        expect(await failure(takeOff(place, prefer))).toMatchObject({ retryAfterMs: 1_500 });
        expect(methods()).toEqual([method[prefer]]);
        passed = 1_500;
        expect(await takeOff(place, prefer)).toBe(outcome[prefer]);
        expect(now()).not.toContain(TOKEN);
      },
    );
  });

  test("a clock that was an hour ahead while Slack gave no answer keeps no token in Slack once it is right", async () => {
    const place = await shown();
    passed = 3_600_000;
    slack.failNext("chat.update", { status: 503 });
    expect(await failure(takeOff(place, "edit"))).toBeInstanceOf(TroubleOutside);
    passed = 0;
    expect(await takeOff(place, "edit")).toBe("edited");
    expect(now()).not.toContain(TOKEN);
  });

  test("Slack was away an hour ago, and others saw it come back: what is hidden now is edited all the same", async () => {
    const place = await shown();
    slack.failNext("*", { status: 503 }, 3);
    for (let tries = 0; tries < 3; tries++) {
      expect(await failure(takeOff(place, "edit"))).toBeInstanceOf(TroubleOutside);
      passed += 1_500;
    }
    passed += 3_600_000;
    expect(await takeOff(place, "edit")).toBe("edited");
  });

  test("one way has no room for minutes, the other is only away: it is tried again soon", async () => {
    const place = await shown();
    slack.failNext("chat.delete", { retryAfter: 600 });
    slack.failNext("chat.update", { status: 503 });
    expect(await failure(takeOff(place, "either"))).toBeInstanceOf(TroubleOutside);
  });

  test("one way has no room for minutes, the other is refused for this message alone: that is waited for", async () => {
    const place = await shown();
    slack.failNext("chat.delete", { retryAfter: 600 });
    slack.failNext("chat.update", "update_failed");
    expect(await failure(takeOff(place, "either"))).toMatchObject({ retryAfterMs: 600_000 });
  });

  test("what it then says is the record's own", async () => {
    const place = await shown();
    await notifier.takeTokenOff({ ...r, requester: { ...bob, locale: "zh" } }, "hidden", place, "edit");
    expect(slack.dm("U0BOB")[0]?.text).toMatch(/^令牌已隐藏/);
  });

  test.each<CallFailure>([{ retryAfter: 30 }, "internal_error", { status: 503 }])(
    "what must be deleted waits for it (%j)",
    async (trouble) => {
      const place = await shown();
      slack.failNext("chat.delete", trouble);
      expect(await failure(takeOff(place, "delete"))).toBeInstanceOf(Error);
      expect(methods()).toEqual(["chat.delete"]);
      passed = 1_500;
      expect(await takeOff(place, "delete")).toBe("deleted");
    },
  );

  test("it is edited where Slack deletes nothing", async () => {
    const place = await shown();
    slack.settings.deletionForbidden = true;
    expect(await takeOff(place, "delete")).toBe("edited");
    expect(now()).not.toContain(TOKEN);
  });
});

describe("removing a message of no more use", () => {
  const remove = (at: Place) => {
    const { r, key } = drawn("waiting:gone");
    return notifier.remove(r, key, at);
  };

  test("it is deleted", async () => {
    await remove(await post("waiting:pending"));
    expect(slack.dm("U0BOB")).toEqual([]);
    expect(methods().at(-1)).toBe("chat.delete");
  });

  test("one that is gone needs nothing", async () => {
    const place = await post("waiting:pending");
    await remove(place);
    slack.calls.length = 0;
    await remove(place);
    expect(methods()).toEqual(["chat.delete"]);
  });

  test("where Slack deletes nothing, one line without buttons is left", async () => {
    const place = await post("waiting:pending");
    slack.settings.deletionForbidden = true;
    await remove(place);
    expect(slack.dm("U0BOB").map(({ text }) => text)).toEqual([
      "Out of date: nothing can be done here any more.",
    ]);
    expect(JSON.stringify(slack.dm("U0BOB")[0]?.blocks)).not.toContain("button");
  });

  test("where it lets nobody edit either, it stays, with a warning", async () => {
    const place = await post("waiting:pending");
    slack.settings.editWindowClosed = true;
    slack.settings.deletionForbidden = true;
    await remove(place);
    expect(lines).toMatchObject([{ level: "warn", fields: { key: "waiting" } }]);
  });

  test.each<CallFailure>(["internal_error", { status: 503 }, { lost: true }, { retryAfter: 2 }])(
    "what may pass (%j) is thrown, and no edit made of it",
    async (trouble) => {
      const place = await post("waiting:pending");
      slack.calls.length = 0;
      slack.failNext("chat.delete", trouble);
      expect(await failure(remove(place))).toBeInstanceOf(Error);
      expect(methods()).toEqual(["chat.delete"]);
    },
  );
});

describe("redrawing", () => {
  test("what is no longer there is gone, without a word", async () => {
    expect(await redraw("card:pending", { channel: CHANNEL, ts: "9.9" })).toBe("gone");
    expect(lines).toEqual([]);
  });

  test.each(["edit_window_closed", "cant_update_message", "is_archived", "channel_not_found"])(
    "what Slack lets nobody edit (%s) stays, with a warning",
    async (code) => {
      const place = await post("card:pending");
      slack.failNext("chat.update", code);
      expect(await redraw("card:active", place)).toBe("gone");
      expect(slack.messages(CHANNEL).length).toBe(1);
      expect(lines).toMatchObject([{ level: "warn", fields: { key: "card", shows: "active", slack: code } }]);
    },
  );

  test.each<[CallFailure, object]>([
    ["internal_error", { data: { error: "internal_error" } }],
    [{ status: 503 }, { what: "slack" }],
    [{ lost: true }, { what: "slack" }],
    [{ retryAfter: 2 }, { retryAfterMs: 2000 }],
  ])("what may pass (%j) is thrown", async (trouble, error) => {
    const place = await post("card:pending");
    slack.failNext("chat.update", trouble);
    expect(await failure(redraw("card:active", place))).toMatchObject(error);
  });
});

test("room for the token's edit is kept only once the DM is open, which is left to the post where it cannot be", async () => {
  const r = fresh(deliveringOne);
  slack.failNext("conversations.open", { retryAfter: 30 });
  expect(await failure(notifier.roomForToken(r))).toBeInstanceOf(SlackBusy);
  slack.failNext("conversations.open", "user_disabled");
  await using _closed = await notifier.roomForToken(r);
  await using _open = await notifier.roomForToken(r);
  await notifier.roomForToken(r);
  expect(methods()).toEqual(Array(3).fill("conversations.open"));
});
