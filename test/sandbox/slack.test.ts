/** The local Slack against the real Bolt and the real Web API client, over signed HTTP. */
import { expect, test } from "vitest";
import { annId, bobId, eveId, httpWorld, opsId, secretId } from "./slack-fixture.ts";

const button = (action_id: string, text: string, rest: object = {}) => ({
  type: "button" as const,
  action_id,
  text: { type: "plain_text" as const, text },
  ...rest,
});
const row = (...elements: ReturnType<typeof button>[]) => ({ type: "actions" as const, elements });

test("a typed command arrives signed and escaped, and its acknowledgement is shown to that person only", async () => {
  const seen: string[] = [];
  const { slack } = await httpWorld((app) => {
    app.command("/karpor-access", async ({ ack, command }) => {
      seen.push(command.text);
      await ack("*Asked:* admin");
    });
  });
  const result = await slack.command(bobId, opsId, "admin 4h for @ann & @sre <now> in #ops");
  expect(seen).toEqual(["admin 4h for <@U0ANN|ann> &amp; <!subteam^S0SRE|@sre> &lt;now&gt; in <#C0OPS|ops>"]);
  expect(result).toMatchObject({
    status: 200,
    body: "*Asked:* admin",
    ephemeral: { user: bobId, from: "ack" },
  });
  expect(slack.ephemerals(bobId).map((one) => one.text)).toEqual(["*Asked:* admin"]);
  expect(slack.ephemerals(annId)).toEqual([]);
  expect(slack.messages(opsId)).toEqual([]);
});

test("a wrong signature is refused by Bolt and the person sees Slack's error", async () => {
  const { slack } = await httpWorld((app) => app.command("/karpor-access", ({ ack }) => ack()));
  slack.settings.signingSecret = "another";
  const { status } = await slack.command(bobId, opsId, "help");
  expect(status).toBe(401);
  expect(slack.troubles(bobId)).toMatchObject([{ error: "http_client_error", doing: "/karpor-access help" }]);
});

test("a bot that acknowledges late shows operation_timeout, and one that is gone dispatch_failed", async () => {
  const { slack } = await httpWorld((app) => app.command("/karpor-access", () => new Promise(() => {})), {
    ackTimeoutMs: 50,
  });
  await slack.command(bobId, opsId, "help");
  slack.settings.ackTimeoutMs = 30_000;
  slack.deliverTo("http://127.0.0.1:9/slack/events");
  await slack.command(bobId, opsId, "help");
  expect(slack.troubles(bobId).map((one) => one.error)).toEqual(["operation_timeout", "dispatch_failed"]);
});

test("a button of a sent message is clicked, its confirmation accepted, and the message redrawn", async () => {
  const { slack, web } = await httpWorld((app) => {
    app.action("revoke", async ({ ack, body, client, action }) => {
      await ack();
      if (body.type !== "block_actions" || !body.message || !body.channel) return;
      const value = "value" in action ? action.value : "";
      const text = `ended ${value} by ${body.user.id}`;
      await client.chat.update({ channel: body.channel.id, ts: body.message.ts, text, blocks: [] });
    });
  });
  const confirm = {
    title: { type: "plain_text" as const, text: "Sure?" },
    text: { type: "plain_text" as const, text: "It ends now." },
  };
  const blocks = [row(button("revoke", "Revoke…", { value: "R-1", style: "danger", confirm }))];
  await web.chat.postMessage({ channel: opsId, text: "active", blocks });
  const [card] = slack.messages(opsId);
  if (!card) throw new Error("no card");
  const asked = await slack.click(annId, card, "Revoke…");
  expect(asked).toMatchObject({ sent: false, asked: confirm });
  expect(await slack.click(annId, card, "revoke", { confirm: true })).toMatchObject({
    sent: true,
    status: 200,
  });
  await slack.waitFor(() => card.text.startsWith("ended"));
  expect(card).toMatchObject({ text: "ended R-1 by U0ANN", edited: {} });
  expect(card.history.map((one) => one.text)).toEqual(["active", "ended R-1 by U0ANN"]);
  await expect(slack.click(annId, card, "revoke")).rejects.toThrow("Nothing here is");
});

test("nobody clicks what they cannot see", async () => {
  const { slack, web } = await httpWorld((app) => app.action("go", ({ ack }) => ack()));
  const blocks = [row(button("go", "Go"))];
  const hidden = await web.chat.postMessage({ channel: secretId, text: "x", blocks });
  const open = await web.chat.postMessage({ channel: opsId, text: "x", blocks });
  await web.chat.postEphemeral({ channel: opsId, user: bobId, text: "x", blocks });
  const where = (ts: unknown, channel: string) => ({ channel, ts: String(ts) });
  await expect(slack.click(bobId, where(hidden.ts, secretId), "go")).rejects.toThrow("sees no message");
  await expect(slack.click(eveId, where(open.ts, opsId), "go")).rejects.toThrow("sees no message");
  const [whisper] = slack.ephemerals(bobId);
  if (!whisper) throw new Error("no ephemeral");
  await expect(slack.click(annId, whisper, "go")).rejects.toThrow("sees no message");
  await expect(slack.click(bobId, whisper, "go", { confirm: true })).rejects.toThrow("no confirmation");
  expect(await slack.click(bobId, whisper, "go")).toMatchObject({ sent: true, status: 200 });
  slack.people.deactivate(bobId);
  await expect(slack.click(bobId, whisper, "go")).rejects.toThrow("deactivated");
});
