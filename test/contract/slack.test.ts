/** The Slack client against the stand-in: its errors, what a 429 holds back, answers that are bounded, and who people are. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type LocalSlack, startLocalSlack } from "../../sandbox/slack/index.ts";
import { GroupId, UserId } from "../../src/request/ids.ts";
import type { Kept } from "../../src/slack/calls.ts";
import { createSlack, type Slack } from "../../src/slack/client.ts";
import { type Message, SlackAway, SlackRefusal } from "../../src/slack/slack.ts";

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

test("groups: one call for all, a disabled one is not known, and a failed look decides nothing", async () => {
  const before = callsOf("usergroups.list");
  const looks = [slack.groups([SRE]), slack.groups([SRE, GroupId.parse("S0GONE")])];
  const [, both] = await Promise.all(looks);
  expect(both?.members).toEqual(new Map([[SRE, new Set([ALICE])]]));
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

const words = (text: string) => ({ type: "plain_text", text });
const options = (count = 2) =>
  Array.from({ length: count }, (_, nth) => ({ text: words(`Option ${nth}`), value: `${nth}` }));
const input = (element: object, more = {}) => ({ type: "input", label: words("Label"), element, ...more });
const actions = (...elements: object[]) => ({ type: "actions", elements });
const rich = {
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "Hi" }] }],
};
const image = { type: "image", image_url: "https://example.com/a.png", alt_text: "A" };
const CHOICES = ["static_select", "multi_static_select", "checkboxes", "radio_buttons"];
const PICKERS = ["users", "conversations", "channels", "external"].flatMap((kind) => [
  `${kind}_select`,
  `multi_${kind}_select`,
]);
const WRITTEN = ["plain_text_input", "rich_text_input", "datepicker", "timepicker", "datetimepicker"];

/** What Slack's method says to these blocks: "ok", or its error and the first fault. */
async function answerOf(surface: "message" | "modal" | "home", blocks: object[]): Promise<string> {
  const { payload } = await local.shortcut(ALICE, "any");
  const modal = { type: "modal", title: words("Title"), submit: words("Send"), blocks };
  const [method, args] = {
    message: ["chat.postMessage", { channel: APPROVALS, text: "Blocks", blocks }] as const,
    modal: ["views.open", { trigger_id: payload.trigger_id, view: modal }] as const,
    home: ["views.publish", { user_id: ALICE, view: { type: "home", blocks } }] as const,
  }[surface];
  const answer = await call(method, args);
  return answer.ok ? "ok" : `${answer.error}: ${answer.errors?.[0] ?? ""}`;
}

const call = async (method: string, args: object) => {
  const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
  const response = await fetch(local.apiUrl + method, {
    method: "POST",
    headers,
    body: JSON.stringify(args),
  });
  return (await response.json()) as {
    ok: boolean;
    error?: string;
    errors?: string[];
    view?: { id: string; hash: string };
  };
};

describe("Block Kit, as the stand-in takes it", () => {
  beforeAll(() => local.deliverTo(async () => ({ status: 200, ms: 0, body: "" })));

  test.each(["message", "modal", "home"] as const)(
    "a %s has every block and element that may be there",
    async (surface) => {
      const elements = [
        ...CHOICES.map((type) => ({ type, options: options() })),
        ...[...PICKERS, ...WRITTEN].map((type) => ({ type })),
        { type: "checkboxes", options: options(10), initial_options: options(1) },
        { type: "static_select", option_groups: [{ label: words("Group"), options: options() }] },
      ].filter(({ type }) => surface !== "home" || type !== "datetimepicker");
      const ofModals = ["email_text_input", "url_text_input", "file_input"].map((type) => ({ type }));
      const blocks = [
        ...[
          ...elements,
          ...(surface === "modal" ? [...ofModals, { type: "number_input", is_decimal_allowed: false }] : []),
        ].map((element) => input(element, { dispatch_action: true, optional: true, hint: words("Hint") })),
        actions(...elements.filter(({ type }) => type !== "plain_text_input"), {
          type: "overflow",
          options: options(5),
        }),
        { type: "section", fields: [words("A"), words("B")], accessory: image },
        { type: "header", text: words("Header") },
        { type: "context", elements: [words("A"), image] },
        ...[{ type: "divider" }, image, rich],
      ];
      expect(await answerOf(surface, blocks)).toBe("ok");
    },
  );

  test.each([
    ["modal", input({ type: "checkboxes", options: options(11) }), "no more than 10 items allowed"],
    ["modal", input({ type: "radio_buttons" }), "missing required field: options"],
    ["modal", input({ type: "static_select" }), "must have one of `options` and `option_groups`"],
    [
      "modal",
      input({ type: "radio_buttons", options: options(1), initial_option: options(2)[1] }),
      "must match one of the options",
    ],
    ["modal", input({ type: "number_input" }), "missing required field: is_decimal_allowed"],
    ["modal", input({ type: "timepicker", initial_time: "24:00" }), "must be a time as HH:mm"],
    [
      "modal",
      input({ type: "plain_text_input", options: options() }),
      "invalid additional property: options",
    ],
    ["modal", input({ type: "button", text: words("Button") }), "unsupported type: button"],
    ["modal", { type: "markdown", text: "A" }, "unsupported type: markdown"],
    ["message", input({ type: "email_text_input" }), "unsupported type: email_text_input"],
    ["message", actions({ type: "overflow", options: options(6) }), "no more than 5 items allowed"],
    ["message", actions({ type: "plain_text_input" }), "unsupported type: plain_text_input"],
    ["message", { type: "header", text: words("A".repeat(151)) }, "must be less than 151 characters"],
    ["message", { type: "section" }, "must have one of `text` and `fields`"],
    ["message", { type: "image", alt_text: "A" }, "must have one of `image_url` and `slack_file`"],
    ["home", input({ type: "datetimepicker" }), "unsupported type: datetimepicker"],
  ] as const)("a %s is refused: %j", async (surface, block, fault) => {
    expect(await answerOf(surface, [block])).toContain(fault);
  });

  test("what is chosen in a form is kept, sent with all of it where it dispatches, and drawn anew by its hash", async () => {
    const sent: { actions: object[]; view: { hash: string; state: { values: object } } }[] = [];
    local.deliverTo(async (_kind, payload) => {
      sent.push(payload as never);
      return { status: 200, ms: 0, body: "" };
    });
    const boxes = input(
      { type: "checkboxes", action_id: "a", options: options() },
      { block_id: "boxes", optional: true },
    );
    const radios = { type: "radio_buttons", action_id: "a", options: options() };
    const blocks = [boxes, input(radios, { block_id: "radios", dispatch_action: true })];
    expect(await answerOf("modal", blocks)).toBe("ok");
    const [form] = local.views(ALICE);
    const at = { view: form?.id ?? "" };
    expect((await local.choose(ALICE, at, "boxes", ["0", "1"])).sent).toBe(false);
    expect((await local.choose(ALICE, at, "radios", "Option 1")).sent).toBe(true);
    const [one, two] = options();
    const values = {
      boxes: { a: { type: "checkboxes", selected_options: [one, two] } },
      radios: { a: { type: "radio_buttons", selected_option: two } },
    };
    const { actions: acted, view } = sent.at(-1) ?? {};
    expect(acted).toMatchObject([{ block_id: "radios", action_id: "a", selected_option: two }]);
    expect(view?.state.values).toEqual(values);
    const update = {
      view_id: at.view,
      view: { type: "modal", title: words("Title"), submit: words("Send"), blocks },
    };
    expect(await call("views.update", { ...update, hash: view?.hash })).toMatchObject({ ok: true });
    expect(await call("views.update", { ...update, hash: view?.hash })).toMatchObject({
      error: "hash_conflict",
    });
    await local.submit(ALICE, at.view, { boxes: [] });
    const emptied = { ...values, boxes: { a: { type: "checkboxes", selected_options: [] } } };
    expect(sent.at(-1)?.view.state.values).toEqual(emptied);
  });
});
