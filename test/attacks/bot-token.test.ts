/**
 * Attack: a thief has the bot's Slack token, and so reads the newest message of each DM, posts and edits as the bot. What
 * forged buttons do is in test/promises/approval.test.ts.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ALICE, BOB } from "../helpers/people.ts";
import { type Scene, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;

beforeAll(async () => {
  world = await startWorld();
  scene = sceneOf(world);
  await startReplica(world);
});
afterAll(() => world.close());

const callSlack = (method: string, args: object) =>
  fetch(world.slack.apiUrl + method, {
    method: "POST",
    headers: { authorization: `Bearer ${world.env.SLACK_BOT_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify(args),
  });

test("of a role with `delivery: reveal` no message ever holds the token, though its holder looks at it", async () => {
  await scene.say(BOB, "shown 1h");
  const message = await scene.dm(BOB, "no message holds it");
  await world.slack.click(BOB, message, "reveal");
  await world.slack.waitFor(() =>
    JSON.stringify(world.slack.views(BOB).at(-1)?.blocks ?? "").includes("eyJ"),
  );
  expect(world.slack.history().filter((one) => tokenIn(one) !== "")).toEqual([]);
});

test("other words over a card's own buttons approve what the record says, and no more", async () => {
  const card = await scene.ask("guest 1h", "a card under other words");
  const blocks = JSON.parse(JSON.stringify(card.blocks).replaceAll("1 h", "5 min"));
  await callSlack("chat.update", { channel: card.channel, ts: card.ts, text: "Lunch menu", blocks });
  await world.slack.click(ALICE, card, "approve");
  const { id, role, duration, requester } = await scene.because("a card under other words", "active");
  expect({ role, duration, requester }).toEqual({ role: "guest", duration: 3_600_000, requester: BOB });
  // The next drawing puts the true words back.
  await world.slack.waitFor(
    () => visibleText(card).includes("Active until") && visibleText(card).includes(id),
  );
});
