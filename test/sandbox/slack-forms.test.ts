/** Modals, the home tab and response URLs of the local Slack, driven through the real Bolt. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { App } from "@slack/bolt";
import { expect, onTestFinished, test } from "vitest";
import type { LocalSlack } from "../../sandbox/slack/index.ts";
import { annId, bobId, eveId, httpWorld, opsId, world } from "./slack-fixture.ts";

const plain = (text: string) => ({ type: "plain_text" as const, text });
const form = (title = "Deny") => ({
  type: "modal" as const,
  callback_id: "deny",
  private_metadata: "R-1",
  title: plain(title),
  submit: plain("Deny"),
  notify_on_close: true,
  blocks: [
    {
      type: "input" as const,
      block_id: "reason",
      label: plain("Reason"),
      element: { type: "plain_text_input" as const, action_id: "text", min_length: 3 },
    },
  ],
});

function formBot(answer: (text: string) => object | undefined, closed: string[] = []) {
  return (app: App) => {
    app.command("/karpor-access", async ({ ack, client, command }) => {
      await ack();
      await client.views.open({ trigger_id: command.trigger_id, view: form() });
    });
    app.view("deny", async ({ ack, view }) => {
      const text = view.state.values.reason?.text?.value ?? "";
      await ack(answer(text) as never);
    });
    app.view({ callback_id: "deny", type: "view_closed" }, async ({ ack, view }) => {
      closed.push(view.private_metadata);
      await ack();
    });
  };
}

async function opened(slack: LocalSlack) {
  await slack.command(bobId, opsId, "deny");
  return slack.waitFor(() => slack.views(bobId).at(-1));
}

test("a modal is opened, checked by Slack, refused by the bot, corrected and closed", async () => {
  const { slack } = await httpWorld(
    formBot((text) =>
      text === "bad" ? { response_action: "errors", errors: { reason: "Say more" } } : undefined,
    ),
  );
  const view = await opened(slack);
  expect(await slack.submit(bobId, view.id, {})).toMatchObject({
    sent: false,
    errors: { reason: "请填写此必填字段。" },
  });
  expect(await slack.submit(bobId, view.id, { Reason: "no" })).toMatchObject({ sent: false });
  expect(await slack.submit(bobId, view.id, { reason: "bad" })).toMatchObject({
    sent: true,
    errors: { reason: "Say more" },
  });
  expect(slack.views(bobId)).toHaveLength(1);
  expect(await slack.submit(bobId, view.id, { text: "not now" })).toMatchObject({ sent: true, errors: {} });
  expect(slack.views(bobId)).toEqual([]);
  expect(slack.views(annId)).toEqual([]);
  const reopened = await opened(slack);
  await slack.submit(bobId, reopened.id, { reason: "" });
  expect(reopened.state.values).toMatchObject({ reason: { text: { value: null } } });
  await expect(slack.submit(annId, reopened.id, { reason: "mine" })).rejects.toThrow("no such view");
  await expect(slack.submit(bobId, view.id, {})).rejects.toThrow("no such view");
});

test("a global shortcut opens a form; an update leaves nothing of the view before but what was typed", async () => {
  const { slack } = await httpWorld((app) => {
    app.shortcut("ask", async ({ ack, client, shortcut }) => {
      await ack();
      await client.views.open({ trigger_id: shortcut.trigger_id, view: form() });
    });
    app.command("/karpor-access", async ({ ack, client, command }) => {
      const { notify_on_close, submit, callback_id, ...rest } = form("Again");
      await ack();
      await client.views.update({ view_id: command.text, view: { ...rest, blocks: [] } });
    });
  });
  expect(await slack.shortcut(bobId, "ask")).toMatchObject({ status: 200, body: "" });
  const view = await slack.waitFor(() => slack.views(bobId).at(-1));
  const { id, hash } = view;
  await slack.command(bobId, opsId, id);
  await slack.waitFor(() => view.title !== undefined && view.hash !== hash);
  expect(view).toMatchObject({ id, title: plain("Again"), root_view_id: id, callback_id: "" });
  expect(view.submit).toBeUndefined();
});

test("an answer may update, push and clear; closing tells the bot that asked to know", async () => {
  const closed: string[] = [];
  const answers: Record<string, object> = {
    update: { response_action: "update", view: form("Again") },
    push: { response_action: "push", view: form("Second") },
    clear: { response_action: "clear" },
    nonsense: { response_action: "errors", errors: { elsewhere: "?" } },
  };
  const { slack } = await httpWorld(formBot((text) => answers[text], closed));
  const view = await opened(slack);
  await slack.submit(bobId, view.id, { reason: "nonsense" });
  expect(slack.troubles(bobId)).toMatchObject([{ error: "invalid_view_response" }]);
  await slack.submit(bobId, view.id, { reason: "update" });
  expect(slack.views(bobId)).toMatchObject([{ id: view.id, title: { text: "Again" } }]);
  await slack.submit(bobId, view.id, { reason: "push" });
  expect(slack.views(bobId).map((one) => one.previous_view_id)).toEqual([null, view.id]);
  await expect(slack.submit(bobId, view.id, { reason: "x" })).rejects.toThrow("under another modal");
  const second = slack.views(bobId)[1]?.id ?? "";
  await slack.closeView(bobId, second);
  expect(closed).toEqual(["R-1"]);
  await slack.submit(bobId, view.id, { reason: "clear" });
  expect(slack.views(bobId)).toEqual([]);
});

test("a trigger lives three seconds and opens one view", async () => {
  const { slack, clock, web } = await httpWorld((app) => app.command("/karpor-access", ({ ack }) => ack()));
  const error = (trigger_id: string) =>
    web.views.open({ trigger_id, view: form() }).then(
      () => "opened",
      (refused) => refused.data.error,
    );
  const { triggerId } = await slack.command(bobId, opsId, "x");
  clock.advance(3000);
  expect(await error(triggerId)).toBe("opened");
  expect(await error(triggerId)).toBe("exchanged_trigger_id");
  const late = await slack.command(bobId, opsId, "x");
  clock.advance(3001);
  expect(await error(late.triggerId)).toBe("expired_trigger_id");
  expect(await error("1.2.3")).toBe("invalid_trigger_id");
  const gone = web.views.update({ view_id: "V0NONE", view: form() });
  await expect(gone).rejects.toMatchObject({ data: { error: "not_found" } });
});

test("views are stacked three deep, named once, and not overwritten unseen", async () => {
  const { slack, web } = await httpWorld((app) => app.command("/karpor-access", ({ ack }) => ack()));
  const trigger = async () => (await slack.command(bobId, opsId, "x")).triggerId;
  const named = { ...form(), external_id: "deny-R-1" };
  const { view } = await web.views.open({ trigger_id: await trigger(), view: named });
  const again = web.views.push({ trigger_id: await trigger(), view: named });
  await expect(again).rejects.toMatchObject({ data: { error: "duplicate_external_id" } });
  await web.views.update({ external_id: "deny-R-1", hash: view?.hash ?? "", view: named });
  const stale = web.views.update({ external_id: "deny-R-1", hash: view?.hash ?? "", view: named });
  await expect(stale).rejects.toMatchObject({ data: { error: "hash_conflict" } });
  for (const title of ["Second", "Third"]) {
    await web.views.push({ trigger_id: await trigger(), view: form(title) });
  }
  const fourth = web.views.push({ trigger_id: await trigger(), view: form("Fourth") });
  await expect(fourth).rejects.toMatchObject({ data: { error: "push_limit_reached" } });
  expect(slack.views(bobId).map((one) => one.root_view_id)).toEqual(Array(3).fill(view?.id));
});

test("an event that is not acknowledged comes once more, marked as a retry", async () => {
  const { slack } = await world();
  const retries: unknown[] = [];
  const server = createServer((request, response) => {
    retries.push(request.headers["x-slack-retry-num"]);
    response.writeHead(retries.length === 1 ? 500 : 200).end();
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.close();
  });
  await once(server, "listening");
  slack.deliverTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`);
  expect(await slack.openHome(bobId)).toMatchObject({
    status: 200,
    payload: { event: { user: bobId, tab: "home" } },
  });
  expect(retries).toEqual([undefined, "1"]);
});

test("a response_url takes five answers in half an hour, and replaces only what has an original", async () => {
  const { slack, clock } = await httpWorld((app) => app.command("/karpor-access", ({ ack }) => ack("one")));
  const { responseUrl } = await slack.command(bobId, opsId, "x");
  const answer = async (body: object, url = responseUrl) => {
    const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
    return [response.status, await response.text()];
  };
  expect(await answer({ text: "two", replace_original: true })).toEqual([200, "ok"]);
  expect((await answer({ text: "" }))[0]).toBe(400);
  for (const text of ["three", "four", "five"]) await answer({ text });
  await answer({ text: "to all", response_type: "in_channel" });
  expect(slack.ephemerals(bobId).map((one) => one.text)).toEqual(["one", "two", "three", "four", "five"]);
  expect(slack.messages(opsId).map((one) => one.text)).toEqual(["to all"]);
  expect(await answer({ text: "seven" })).toEqual([404, '{"ok":false,"error":"used_url"}']);
  const { responseUrl: old } = await slack.command(bobId, opsId, "x");
  clock.advance(30 * 60_000 + 1);
  expect(await answer({ text: "late" }, old)).toEqual([404, '{"ok":false,"error":"expired_url"}']);
});

test("trouble with Slack is trouble with its response_url, too", async () => {
  const { slack } = await httpWorld((app) => app.command("/karpor-access", ({ ack }) => ack()));
  const { responseUrl } = await slack.command(bobId, opsId, "x");
  const answer = (text: string) => fetch(responseUrl, { method: "POST", body: JSON.stringify({ text }) });
  slack.failNext("*", { status: 503 });
  expect((await answer("one")).status).toBe(503);
  slack.failNext("response_url", { lost: true });
  await expect(answer("two")).rejects.toThrow();
  expect((await answer("three")).status).toBe(200);
  expect(slack.ephemerals(bobId).map((one) => one.text)).toEqual(["two", "three"]);
});

test("a click on an ephemeral can replace and delete it, which no Web API call can", async () => {
  const { slack, web } = await httpWorld((app) => {
    app.action("withdraw", async ({ ack, respond, body }) => {
      await ack();
      if (body.type === "block_actions" && !body.message)
        await respond({ replace_original: true, text: "Withdrawn" });
    });
    app.action("hide", async ({ ack, respond }) => {
      await ack();
      await respond({ delete_original: true });
    });
  });
  const elements = ["withdraw", "hide"].map((id) => ({
    type: "button" as const,
    action_id: id,
    text: plain(id),
  }));
  for (const text of ["a", "b"]) {
    await web.chat.postEphemeral({
      channel: opsId,
      user: bobId,
      text,
      blocks: [{ type: "actions", elements }],
    });
  }
  const [first, second] = slack.ephemerals(bobId);
  if (!first || !second) throw new Error("nothing shown");
  const update = web.chat.update({ channel: opsId, ts: first.ts, text: "no" });
  await expect(update).rejects.toMatchObject({ data: { error: "message_not_found" } });
  await slack.click(bobId, first, "withdraw");
  await slack.click(bobId, second, "hide");
  await slack.waitFor(() => slack.ephemerals(bobId).length === 1 && first.text === "Withdrawn");
  expect(first).toMatchObject({ text: "Withdrawn", history: [{ text: "a" }, { text: "Withdrawn" }] });
  expect(first.blocks).toBeUndefined();
});

test("the home tab is published, opened and clicked; a select sends what was chosen", async () => {
  const chosen: string[] = [];
  const { slack } = await httpWorld((app) => {
    app.event("app_home_opened", async ({ event, client }) => {
      const select = {
        type: "static_select" as const,
        action_id: "role",
        options: [{ text: plain("Guest"), value: "guest" }],
      };
      const text = plain("Pick");
      await client.views.publish({
        user_id: event.user,
        view: { type: "home", blocks: [{ type: "section", text, accessory: select }] },
      });
    });
    app.action("role", async ({ ack, action }) => {
      if (action.type === "static_select") chosen.push(action.selected_option?.value ?? "");
      await ack();
    });
  });
  await slack.openHome(eveId);
  await slack.waitFor(() => slack.home(eveId));
  await slack.select(eveId, { home: true }, "role", "Guest");
  expect(chosen).toEqual(["guest"]);
  await expect(slack.select(eveId, { home: true }, "role", "root")).rejects.toThrow("No option root");
});
