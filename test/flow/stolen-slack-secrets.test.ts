/** A stolen bot token of Slack, or signing secret: what a thief can do with it, as docs/security.md says it. */
import type { KnownBlock } from "@slack/types";
import { WebClient } from "@slack/web-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { visibleText } from "../../sandbox/slack/index.ts";
import { signedHeaders } from "../../sandbox/slack/signing.ts";
import {
  ALICE,
  APPROVALS,
  BOB,
  CAROL,
  catalog,
  MEI,
  startBot,
  startWorld,
  type World,
} from "../helpers/bot.ts";
import { type Scene, scene, tokenIn } from "../helpers/scene.ts";

const vault = { ...catalog.guest, delivery: "reveal" };

let world: World;
let bot: Awaited<ReturnType<typeof startBot>>;
let it: Scene;
let thief: WebClient;
beforeAll(async () => {
  world = await startWorld({ roles: { ...catalog, vault } });
  bot = await startBot(world);
  it = scene(world);
  thief = new WebClient(world.env.SLACK_BOT_TOKEN, { slackApiUrl: world.slack.apiUrl });
}, 60_000);
afterAll(async () => {
  await bot?.stop();
  await world?.close();
});

const newest = async () => JSON.stringify(await thief.conversations.open({ users: BOB, return_im: true }));

test("the bot token reads a token that stands on the newest message of a DM, and none of a role that reveals it", async () => {
  const token = tokenIn(await it.get("guest 1h", "to be seen"));
  expect(await newest()).toContain(token);
  await it.say(BOB, "vault 1h not to be read");
  await world.slack.click(ALICE, await it.channel("not to be read"), "approve");
  await it.dm(BOB, "Show token");
  expect(await newest()).not.toMatch(/eyJ/);
});

test("the bot token puts other words over a button: who presses it approves what the record says, and the card names them", async () => {
  const card = await it.ask("guest 1h", "behind other words", CAROL);
  const row = card.blocks?.find(({ type }) => type === "actions");
  const [approve] = z.array(z.looseObject({})).parse(row?.elements);
  const lure = { ...approve, text: { type: "plain_text", text: "The lunch menu" } };
  const blocks = [{ type: "actions", elements: [lure] }] as KnownBlock[];
  await thief.chat.postMessage({ channel: APPROVALS, text: "Lunch", blocks });
  await world.slack.click(ALICE, await it.channel("The lunch menu"), "The lunch menu");
  await world.slack.waitFor(() =>
    /Active until .* for <@U0CAROL> · approved by <@U0ALICE>/.test(visibleText(card)),
  );
});

test("the signing secret presses a button as anybody: an approver approves who never saw it", async () => {
  const card = await it.ask("guest 1h", "never seen", MEI);
  const { payload } = await world.slack.click(MEI, card, "approve");
  await it.whisper(MEI, "S0SRE");
  const forged = { ...payload, user: { id: ALICE }, trigger_id: "forged" };
  const body = new URLSearchParams({ payload: JSON.stringify(forged) }).toString();
  const type = { "content-type": "application/x-www-form-urlencoded" };
  const headers = { ...type, ...signedHeaders(world.env.SLACK_SIGNING_SECRET, body) };
  const url = `http://127.0.0.1:${bot.app.port}/slack/events`;
  expect((await fetch(url, { method: "POST", headers, body })).status).toBe(200);
  await world.slack.waitFor(() => /Active until .* approved by <@U0ALICE>/.test(visibleText(card)));
});
