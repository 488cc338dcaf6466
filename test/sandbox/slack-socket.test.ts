/** Socket Mode of the local Slack against the real SocketModeReceiver. */
import type { App } from "@slack/bolt";
import { expect, test } from "vitest";
import { annId, bobId, opsId, SOON_BACK_MS, socketWorld } from "./slack-fixture.ts";

const echo =
  (seen: string[] = []) =>
  (app: App) =>
    app.command("/karpor-access", async ({ ack, command }) => {
      seen.push(command.text);
      await ack(`got ${command.text}`);
    });

test("a command and a click travel over the socket, and acknowledgements carry payloads", async () => {
  const { slack, web } = await socketWorld((app) => {
    echo()(app);
    app.action("go", async ({ ack, respond, body }) => {
      await ack();
      await respond(`clicked by ${body.user.id}`);
    });
  });
  expect(slack.socket.connections()).toBe(1);
  expect(await slack.command(bobId, "dm", "help")).toMatchObject({ body: '{"text":"got help"}' });
  expect(slack.ephemerals(bobId)).toMatchObject([{ text: "got help", channel: "D0BOB" }]);
  const go = { type: "button" as const, action_id: "go", text: { type: "plain_text" as const, text: "Go" } };
  await web.chat.postMessage({ channel: opsId, text: "x", blocks: [{ type: "actions", elements: [go] }] });
  const [card] = slack.messages(opsId);
  if (!card) throw new Error("no card");
  expect(await slack.click(annId, card, "Go")).toMatchObject({ status: 200, sent: true });
  await slack.waitFor(() => slack.ephemerals(annId).some((one) => one.text === "clicked by U0ANN"));
});

test("the same command can come twice", async () => {
  const seen: string[] = [];
  const { slack } = await socketWorld(echo(seen));
  const first = await slack.command(bobId, opsId, "admin 4h");
  await slack.redeliver(first);
  expect(seen).toEqual(["admin 4h", "admin 4h"]);
  expect(slack.ephemerals(bobId)).toHaveLength(2);
});

test("an acknowledgement lost with its connection brings the envelope again on the next one", async () => {
  const seen: string[] = [];
  const { slack } = await socketWorld(echo(seen), SOON_BACK_MS);
  slack.socket.loseAcks(1);
  expect(await slack.command(bobId, opsId, "guest 1h")).toMatchObject({ status: 200 });
  expect(seen).toEqual(["guest 1h", "guest 1h"]);
  expect(slack.ephemerals(bobId)).toHaveLength(1);
});

test.each(["refresh_requested", "warning"] as const)("the bot connects anew after %s", async (reason) => {
  const { slack } = await socketWorld(echo(), SOON_BACK_MS);
  slack.socket.disconnect(reason);
  await slack.waitFor(() => slack.socket.connections() === 0);
  await slack.waitFor(() => slack.socket.connections() === 1);
  expect(await slack.command(bobId, opsId, "help")).toMatchObject({ status: 200 });
});

test("without a connection the person sees that the command was not delivered", async () => {
  const { slack } = await socketWorld(echo());
  slack.socket.drop();
  await slack.waitFor(() => slack.socket.connections() === 0);
  expect(await slack.command(bobId, opsId, "help")).toMatchObject({ status: 0, error: "dispatch_failed" });
  expect(slack.troubles(bobId)).toMatchObject([{ error: "dispatch_failed", doing: "/karpor-access help" }]);
});
