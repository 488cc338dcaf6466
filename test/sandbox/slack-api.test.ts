/** The refusals of the Web API, met with the real client. */
import type { UsersListResponse } from "@slack/web-api";
import { expect, test } from "vitest";
import { methods } from "../../sandbox/slack/web-api/methods.ts";
import { SLACKS_TIERS, UNLIMITED } from "../helpers/slack-tiers.ts";
import {
  annId,
  appToken,
  bobId,
  botToken,
  eveId,
  opsId,
  secretId,
  sreId,
  webClient,
  world,
} from "./slack-fixture.ts";

const refusal = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => "ok",
    (error) => error.data?.error ?? error,
  );

test("tokens are checked by kind", async () => {
  const { slack } = await world();
  expect(await refusal(webClient(slack, "xoxb-other").auth.test())).toBe("invalid_auth");
  expect(await refusal(webClient(slack, appToken).auth.test())).toBe("not_allowed_token_type");
  expect(await refusal(webClient(slack, botToken).apps.connections.open())).toBe("not_allowed_token_type");
  const bare = await fetch(`${slack.apiUrl}auth.test`, { method: "POST" });
  expect(await bare.json()).toEqual({ ok: false, error: "not_authed" });
  const json = await fetch(`${slack.apiUrl}users.info`, {
    method: "POST",
    headers: { authorization: `Bearer ${botToken}`, "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify({ user: bobId, include_locale: true }),
  });
  expect(await json.json()).toMatchObject({ ok: true, user: { id: bobId, locale: "zh-CN" } });
});

test("a missing scope is named, with what was given; the header can be left out", async () => {
  const { slack, web } = await world({ scopes: ["commands", "channels:read"] });
  await expect(web.chat.postMessage({ channel: opsId, text: "x" })).rejects.toMatchObject({
    data: { error: "missing_scope", needed: "chat:write", provided: "commands,channels:read" },
  });
  expect(await refusal(web.conversations.info({ channel: opsId }))).toBe("ok");
  expect(await refusal(web.conversations.info({ channel: secretId }))).toBe("missing_scope");
  const types = "public_channel,private_channel";
  await expect(web.conversations.list({ types })).rejects.toMatchObject({ data: { needed: "groups:read" } });
  const scopes = async () => (await web.auth.test()).response_metadata?.scopes;
  expect(await scopes()).toEqual(["commands", "channels:read"]);
  slack.settings.scopesHeader = false;
  expect(await scopes()).toBeUndefined();
});

test("messages go only where the bot is, and to DMs once they are open", async () => {
  const { slack, web } = await world();
  const post = (channel: string) => refusal(web.chat.postMessage({ channel, text: "x" }));
  expect(await post("C0OTHER")).toBe("not_in_channel");
  expect(await post("C0NONE")).toBe("channel_not_found");
  expect(await post("D0BOB")).toBe("channel_not_found");
  slack.settings.scopes.push("chat:write.public");
  expect(await post("C0OTHER")).toBe("ok");
  slack.people.archive(opsId);
  expect(await post(opsId)).toBe("is_archived");
  slack.people.inviteBot(secretId, false);
  expect(await post(secretId)).toBe("channel_not_found");
  expect(await post(bobId)).toBe("ok");
  expect(await post("D0BOB")).toBe("ok");
  expect(slack.dm(bobId)).toHaveLength(2);
  slack.people.blockDm(bobId, "messages_tab_disabled");
  expect(await post("D0BOB")).toBe("messages_tab_disabled");
});

test("a DM is opened only with people who can be written to", async () => {
  const { slack, web } = await world();
  const open = (users: string) => refusal(web.conversations.open({ users }));
  expect(await open("U0NOBODY")).toBe("user_not_found");
  expect(await open("U0ROBOT")).toBe("cannot_dm_bot");
  slack.people.deactivate(eveId);
  expect(await open(eveId)).toBe("user_disabled");
  const first = await web.conversations.open({ users: bobId });
  expect(first.channel?.id).toBe((await web.conversations.open({ users: bobId })).channel?.id);
});

test("an opened DM shows its newest message to whoever asks for the whole of it, and no other", async () => {
  const { slack, web } = await world();
  const latest = async () => {
    const { channel } = await web.conversations.open({ users: bobId, return_im: true });
    return (channel as { latest?: unknown } | undefined)?.latest;
  };
  expect(await latest()).toBeNull();
  const blocks = [
    { type: "section" as const, block_id: "mine", text: { type: "mrkdwn" as const, text: "hello" } },
  ];
  const first = await web.chat.postMessage({ channel: "D0BOB", text: "first", blocks });
  expect(await latest()).toMatchObject({ type: "message", ts: first.ts, text: "first", blocks });
  await web.chat.postMessage({ channel: "D0BOB", text: "below it", thread_ts: first.ts ?? "" });
  expect(await latest()).toMatchObject({ ts: first.ts });
  const second = slack.say(bobId, "dm", "mine");
  expect(await latest()).toMatchObject({ ts: second.ts, user: bobId, text: "mine" });
  const third = await web.chat.postMessage({ channel: "D0BOB", text: "third" });
  await web.chat.update({ channel: "D0BOB", ts: third.ts ?? "", text: "changed" });
  expect(await latest()).toMatchObject({ ts: third.ts, text: "changed" });
  await web.chat.delete({ channel: "D0BOB", ts: third.ts ?? "" });
  expect(await latest()).toMatchObject({ ts: second.ts });
  expect((await web.conversations.open({ users: bobId })).channel).toEqual({ id: "D0BOB" });
});

test("edits: only one's own, only while allowed; blocks that are not sent stay", async () => {
  const { slack, web } = await world();
  const blocks = [{ type: "section" as const, text: { type: "mrkdwn" as const, text: "token" } }];
  const { ts = "" } = await web.chat.postMessage({ channel: opsId, text: "x", blocks });
  await web.chat.update({ channel: opsId, ts, text: "redacted" });
  expect(slack.messages(opsId)[0]?.blocks).toMatchObject(blocks);
  await web.chat.update({ channel: opsId, ts, text: "redacted", blocks: [] });
  expect(slack.messages(opsId)[0]?.blocks).toBeUndefined();
  const update = (text: string, at = ts) => refusal(web.chat.update({ channel: opsId, ts: at, text }));
  expect(await update("x".repeat(4001))).toBe("msg_too_long");
  expect(await update("y", "1.000001")).toBe("message_not_found");
  expect(await update("y", slack.say(bobId, opsId, "mine").ts)).toBe("cant_update_message");
  slack.settings.editWindowClosed = true;
  expect(await update("y")).toBe("edit_window_closed");
  slack.settings.deletionForbidden = true;
  expect(await refusal(web.chat.delete({ channel: opsId, ts }))).toBe("compliance_exports_prevent_deletion");
  slack.settings.deletionForbidden = false;
  expect(await refusal(web.chat.delete({ channel: opsId, ts }))).toBe("ok");
  expect(await refusal(web.chat.delete({ channel: opsId, ts }))).toBe("message_not_found");
  expect(slack.history(opsId)).toMatchObject([{ deleted: true, history: [{}, {}, {}] }, { user: bobId }]);
});

test("whoever takes the bot out of a private channel leaves it nothing to edit or delete there", async () => {
  const { slack, web } = await world();
  const { ts = "" } = await web.chat.postMessage({ channel: secretId, text: "x" });
  slack.people.inviteBot(secretId, false);
  expect(await refusal(web.chat.delete({ channel: secretId, ts }))).toBe("channel_not_found");
  expect(await refusal(web.chat.update({ channel: secretId, ts, text: "y" }))).toBe("channel_not_found");
  expect(slack.history(secretId)).toMatchObject([{ text: "x" }]);
});

test("bad blocks and views are refused with a pointer to each fault", async () => {
  const { web } = await world();
  const blocks = [{ type: "header" as const, text: { type: "plain_text" as const, text: "x".repeat(151) } }];
  const fault = "must be less than 151 characters [json-pointer:/blocks/0/text/text]";
  await expect(web.chat.postMessage({ channel: opsId, text: "x", blocks })).rejects.toMatchObject({
    data: { error: "invalid_blocks", errors: [fault], response_metadata: { messages: [`[ERROR] ${fault}`] } },
  });
  const view = { type: "home" as const, blocks, colour: "red" };
  await expect(web.views.publish({ user_id: bobId, view })).rejects.toMatchObject({
    data: {
      error: "invalid_arguments",
      errors: [
        expect.stringContaining("/view/blocks/0"),
        "invalid additional property: colour [json-pointer:/view]",
      ],
    },
  });
});

test("a home is published over what was seen of it: no more than 100 blocks, and nothing over what is newer", async () => {
  const { web } = await world();
  const home = (count: number) => ({
    type: "home" as const,
    blocks: Array.from({ length: count }, () => ({ type: "divider" as const })),
  });
  const publish = (count: number, hash?: string) =>
    web.views.publish({ user_id: bobId, view: home(count), ...(hash ? { hash } : {}) });
  await expect(publish(101)).rejects.toMatchObject({
    data: { errors: ["no more than 100 items allowed [json-pointer:/view/blocks]"] },
  });
  expect(await refusal(publish(1, "1.none"))).toBe("hash_conflict");
  const first = await publish(100);
  const second = await publish(1, first.view?.hash);
  expect(second.view?.id).toBe(first.view?.id);
  expect(await refusal(publish(2, first.view?.hash))).toBe("hash_conflict");
  expect(await refusal(publish(2))).toBe("ok");
  expect(await refusal(web.views.publish({ user_id: "U0NOBODY", view: home(1) }))).toBe("user_not_found");
});

test("a message needs words, not too many, and a thread that exists", async () => {
  const { clock, web } = await world();
  const post = (rest: object) => {
    clock.advance(1_000);
    return refusal(web.chat.postMessage({ channel: opsId, ...rest } as never));
  };
  expect(await post({})).toBe("no_text");
  expect(await post({ text: "x".repeat(40_001) })).toBe("msg_too_long");
  expect(await post({ text: "x", blocks: "nonsense" })).toBe("invalid_blocks_format");
  expect(await post({ text: "x", thread_ts: "1.000001" })).toBe("thread_not_found");
  const { ts } = await web.chat.postMessage({ channel: opsId, text: "x" });
  expect(await post({ text: "y", thread_ts: ts })).toBe("ok");
  const metadata = { event_type: "request", event_payload: { id: "R-1" } };
  expect(await post({ text: "y", metadata })).toBe("ok");
  expect(await post({ text: "y", metadata: { id: "R-1" } })).toBe("invalid_metadata_schema");
});

test("an ephemeral reaches one person, who must be in the channel", async () => {
  const { slack, web } = await world();
  const tell = (user: string, channel = opsId) =>
    refusal(web.chat.postEphemeral({ channel, user, text: `for ${user}` }));
  expect(await tell(bobId)).toBe("ok");
  expect(await tell(bobId, secretId)).toBe("user_not_in_channel");
  expect(await tell("U0NOBODY")).toBe("user_not_in_channel");
  expect(slack.ephemerals(bobId)).toHaveLength(1);
  expect(slack.ephemerals(annId)).toEqual([]);
  expect(slack.notifications(bobId)).toEqual([]);
});

test("people are told as Slack tells them, with fields left out", async () => {
  const { slack, web } = await world();
  const info = async (user: string, include_locale = true) =>
    (await web.users.info({ user, include_locale })).user;
  expect(await info(annId)).toMatchObject({
    is_bot: false,
    deleted: false,
    locale: "en-US",
    is_restricted: false,
  });
  expect((await info(annId))?.profile?.email).toBe("ann@example.com");
  expect(await info(annId, false)).not.toHaveProperty("locale");
  expect(await info(annId)).not.toHaveProperty("is_stranger");
  slack.people.change(annId, { omit: ["is_bot", "locale"], teamId: "T0OTHER" });
  expect(await info(annId)).toMatchObject({ team_id: "T0OTHER", is_stranger: false });
  slack.people.add({ id: "U0FAR", name: "far", teamId: "T0OTHER" });
  expect(await info("U0FAR")).toMatchObject({ team_id: "T0OTHER", is_stranger: true });
  expect(await info(annId)).not.toHaveProperty("is_bot");
  slack.people.deactivate(bobId);
  expect(await info(bobId)).toMatchObject({ deleted: true });
  expect(await info(bobId)).not.toHaveProperty("is_restricted");
  expect(await refusal(web.users.info({ user: "U0NOBODY" }))).toBe("user_not_found");
  slack.settings.scopes = ["users:read"];
  expect((await info(annId))?.profile).not.toHaveProperty("email");
});

test("lists come in pages, and groups with who is in them now", async () => {
  const { slack, web } = await world();
  const sizes: number[] = [];
  for await (const one of web.paginate("users.list", { limit: 2 })) {
    sizes.push((one as UsersListResponse).members?.length ?? 0);
  }
  expect(sizes).toEqual([2, 2, 1]);
  const listed = await web.conversations.list({ types: "public_channel,private_channel", limit: 2 });
  expect(listed.channels?.map((one) => [one.name, one.is_private, one.is_member])).toEqual([
    ["ops", false, true],
    ["secret", true, true],
  ]);
  expect(listed.response_metadata?.next_cursor).not.toBe("");
  expect((await web.bots.info({ bot: slack.bot.botId })).bot?.user_id).toBe(slack.bot.userId);
  const page = await web.conversations.members({ channel: opsId, limit: 2 });
  const rest = await web.conversations.members({
    channel: opsId,
    cursor: page.response_metadata?.next_cursor ?? "",
  });
  expect([page.members, rest.members]).toEqual([[annId, bobId], [slack.bot.userId]]);
  expect(await refusal(web.conversations.members({ channel: opsId, cursor: "?" }))).toBe("invalid_cursor");
  const members = async () => (await web.usergroups.users.list({ usergroup: sreId })).users;
  expect(await members()).toEqual([annId]);
  slack.people.setGroup(sreId, [annId, bobId]);
  expect(await members()).toEqual([annId, bobId]);
  expect((await web.usergroups.list()).usergroups).toMatchObject([{ id: sreId, handle: "sre" }]);
  expect(await refusal(web.usergroups.users.list({ usergroup: "S0NONE" }))).toBe("no_such_subteam");
});

test("a phone shows the words of new messages only: mentions and DMs, never edits", async () => {
  const { slack, web } = await world();
  const section = (text: string) => [{ type: "section" as const, text: { type: "mrkdwn" as const, text } }];
  const banner = "Bob &amp; co ask <@U0ANN>";
  const blocks = section("<!subteam^S0SRE> look: hunter2");
  const { ts = "" } = await web.chat.postMessage({ channel: opsId, text: banner, blocks });
  await web.chat.update({ channel: opsId, ts, text: "<@U0BOB>", blocks: section("<@U0BOB>") });
  await web.chat.postMessage({ channel: bobId, text: "hello" });
  await web.chat.postMessage({ channel: bobId, blocks: section("hunter3"), text: "" });
  slack.people.deactivate(annId);
  await web.chat.postMessage({ channel: opsId, text: "<!channel> all" });
  expect(slack.notifications(annId).map((one) => one.text)).toEqual(["Bob & co ask @ann"]);
  expect(slack.notifications(bobId).map((one) => one.text)).toEqual(["hello", "hunter3", "@channel all"]);
});

test("trouble comes on order: an error, a status, silence, a limit, an answer lost on the way", async () => {
  const { slack, web } = await world();
  const post = () => web.chat.postMessage({ channel: opsId, text: "x" });
  slack.failNext("chat.postMessage", "internal_error", 2);
  expect([await refusal(post()), await refusal(post()), await refusal(post())]).toEqual([
    "internal_error",
    "internal_error",
    "ok",
  ]);
  slack.failNext("*", { status: 503 });
  await expect(post()).rejects.toMatchObject({ code: "slack_webapi_http_error", statusCode: 503 });
  slack.failNext("chat.postMessage", { retryAfter: 7 });
  await expect(post()).rejects.toMatchObject({ retryAfter: 7 });
  slack.failNext("chat.postMessage", { hang: true });
  await expect(
    webClient(slack, botToken, { timeout: 40 }).chat.postMessage({ channel: opsId, text: "x" }),
  ).rejects.toMatchObject({
    code: "slack_webapi_request_error",
  });
  expect(slack.messages(opsId)).toHaveLength(1);
  slack.failNext("chat.postMessage", { lost: true });
  await expect(post()).rejects.toMatchObject({ code: "slack_webapi_request_error" });
  expect(slack.messages(opsId)).toHaveLength(2);
  expect(slack.calls.map((call) => call.error)).toContain("hang");
  expect(JSON.stringify(slack.calls)).not.toContain(botToken);
});

test("one message a second a channel, after three at once; another channel has its own", async () => {
  const { slack, clock, web } = await world();
  const post = (channel = opsId) => web.chat.postMessage({ channel, text: "x" });
  for (let i = 0; i < 3; i++) await post();
  await expect(post()).rejects.toMatchObject({ code: "slack_webapi_rate_limited_error", retryAfter: 1 });
  await post(secretId);
  clock.advance(1000);
  await post();
  await expect(post()).rejects.toMatchObject({ retryAfter: 1 });
  slack.settings.limits = false;
  await post();
});

test("every method has its documented tier, or is known to have none", () => {
  expect([...Object.keys(SLACKS_TIERS), ...UNLIMITED].toSorted()).toEqual([...methods.keys()].toSorted());
});

test.each(Object.entries(SLACKS_TIERS))(
  "%s: %i in any minute, whatever they come to, and each method for itself",
  async (method, most) => {
    const { clock, web } = await world();
    let calls = 0;
    // No channel has two posts.
    const call = () => refusal(web.apiCall(method, { channel: `C0${calls++}` }));
    const limited = { code: "slack_webapi_rate_limited_error" };
    for (let i = 0; i < most; i++) {
      expect(await call()).not.toMatchObject(limited);
      clock.advance(100);
    }
    const spent = most * 100;
    expect(await call()).toMatchObject({ ...limited, retryAfter: (60_000 - spent) / 1000 });
    for (const other of methods.keys())
      if (other !== method) expect(await refusal(web.apiCall(other)), other).not.toMatchObject(limited);
    clock.advance(60_000 - spent);
    expect(await call()).not.toMatchObject(limited);
    expect(await call()).toMatchObject({ ...limited, retryAfter: 1 });
  },
);

test.each(UNLIMITED)("%s: hundreds", async (method) => {
  const { web } = await world();
  const answers = new Set<unknown>();
  // As many at once as a client that gives each call five seconds is answered on a busy machine.
  for (let round = 0; round < 10; round++)
    for (const answer of await Promise.all(Array.from({ length: 40 }, () => refusal(web.apiCall(method)))))
      answers.add(answer);
  expect(answers).toEqual(new Set([method === "auth.test" ? "ok" : "not_allowed_token_type"]));
});

test("every ts is its own and comes from the clock", async () => {
  const { clock, web } = await world();
  const post = async () => (await web.chat.postMessage({ channel: opsId, text: "x" })).ts ?? "";
  const first = await post();
  const second = await post();
  clock.advance(60_000);
  const third = await post();
  expect(Number(first.split(".")[0]) * 1000).toBe(clock.now() - 60_000);
  expect(second > first).toBe(true);
  expect(Number(third) - Number(first)).toBeCloseTo(60, 3);
});
