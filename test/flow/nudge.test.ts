/** What waits is said once more to those asked: halfway, or when the role says, or by the requester's own button. */
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buttonsOf, type SlackMessage, visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { ALICE, APPROVALS, BOB, catalog, MEI, startBot, startWorld, type World } from "../helpers/bot.ts";
import { type Scene, scene } from "../helpers/scene.ts";
import { swept } from "../helpers/swept.ts";

const roles = {
  ...catalog,
  soon: { ...catalog.guest, approval: { by: ["S0SRE"], within: "4h", remind: "30m", ping: [ALICE] } },
};
let world: World;
let it: Scene;
let bot: Awaited<ReturnType<typeof startBot>>;
beforeEach(async () => {
  world = await startWorld({ roles });
  it = scene(world);
  bot = await startBot(world);
});
afterEach(async () => {
  await bot.stop();
  await world.close();
});

const replies = () => world.slack.messages(APPROVALS).filter((m) => m.thread_ts !== undefined);
const reply = () => world.slack.waitFor(() => replies().at(-1));
const waiting = () => it.dm(BOB, "Waiting for approval:");
const buttons = async (): Promise<string[]> => buttonsOf(await waiting());
const reminded = async () => world.until(async () => !(await buttons()).includes("Remind them"));
const only = async () => {
  await world.jump(MINUTE);
  expect(replies()).toHaveLength(1);
};

test("halfway to its closing, one reply below the card mentions those asked; it lapses in its time", async () => {
  const card = await it.ask("guest 8h", "to see");
  await world.until(async () => (await buttons()).includes("Remind them"));
  await world.jump(2 * HOUR - MINUTE);
  expect(replies()).toEqual([]);
  await world.jump(MINUTE);
  const said: SlackMessage = await reply();
  expect(said.thread_ts).toBe(card.ts);
  expect(said).not.toHaveProperty("reply_broadcast", true);
  expect(visibleText(said)).toMatch(/Still waiting:.*asks for guest for 8 h\..*<!subteam\^S0SRE>/s);
  await reminded();
  expect(await buttons()).toEqual(["Withdraw"]);
  expect(visibleText(await waiting())).toMatch(/They were reminded/);
  await world.jump(HOUR);
  await only();
  await world.jump(HOUR);
  await it.dm(BOB, "nobody decided");
  expect(replies()).toHaveLength(1);
});

test("the requester does it instead, once: neither the button nor time does it again", async () => {
  const card = await it.ask("guest 8h", "to see");
  const asked = await world.slack.waitFor(() =>
    world.slack.dm(BOB).find((m) => buttonsOf(m).includes("Remind them")),
  );
  const click = await world.slack.click(BOB, asked, "Remind them");
  await reply();
  await reminded();
  await world.slack.redeliver(click);
  await it.whisper(BOB, "they were reminded");
  await world.jump(2 * HOUR);
  await only();
  await world.slack.click(ALICE, card, "approve");
  await world.until(async () => (await world.records())[0]?.state === "active");
  await world.slack.redeliver(click);
  await it.whisper(BOB, "your click changed nothing");
  expect((await world.records())[0]?.nudgedAt).toBeTypeOf("number");
});

test("when the role says, and those whom its cards ping", async () => {
  await it.ask("soon 1h", "to see");
  await world.jump(30 * MINUTE);
  const said = await reply();
  expect(visibleText(said)).toContain(`<@${ALICE}>`);
  expect(visibleText(said)).not.toContain("S0SRE");
});

test("nobody is reminded of a card that stands nowhere; once it does, they are", async () => {
  world.slack.meddle({
    before: async ({ method, args }) =>
      method === "chat.postMessage" && args.channel === APPROVALS ? "is_archived" : undefined,
    after: async () => true,
  });
  await it.say(BOB, "guest 8h to see");
  await it.dm(BOB, "nobody was asked yet");
  await world.jump(2 * HOUR);
  expect(world.slack.messages(APPROVALS)).toEqual([]);
  world.slack.meddle(undefined);
  await swept(world);
  await world.slack.waitFor(() => world.slack.messages(APPROVALS).length > 0);
  await world.until(async () => {
    await world.jump(MINUTE);
    await delay(50);
    return replies().length === 1;
  });
});

test("in Chinese for whoever reads it", async () => {
  await it.ask("guest 8h", "to see", MEI);
  const asked = await world.slack.waitFor(() =>
    world.slack.dm(MEI).find((m) => buttonsOf(m).includes("提醒审批人")),
  );
  await world.slack.click(MEI, asked, "提醒审批人");
  await it.dm(MEI, "提醒。");
  await reply();
});
