/** Very short and very long grants, tokens the hub shortens, questions nobody answers. */
import { afterEach, expect, test } from "vitest";
import { jumpClock } from "../../sandbox/clock.ts";
import { startLocalHub } from "../../sandbox/hub/index.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import { ALICE, BOB, type BotOptions, catalog, startBot, startWorld, type World } from "../helpers/bot.ts";
import { changeFile } from "../helpers/config-file.ts";
import { login } from "../helpers/login.ts";
import { scene, tokenIn } from "../helpers/scene.ts";

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function begin(options: BotOptions = {}) {
  const world = await startWorld(options);
  opened.push(world.close);
  const bot = await startBot(world);
  opened.push(bot.stop);
  return { world, bot, it: scene(world) };
}

const claims = (token: string): { iat: number; exp: number } =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { iat: number; exp: number };

const active = async (world: World) => {
  const record = (await world.records()).find((r) => r.state === "active");
  if (record?.state !== "active") throw new Error("nothing is active");
  return record;
};

test("a token lasts as long as what is left of the grant", async () => {
  const { it } = await begin();
  const { iat, exp } = claims(tokenIn(await it.get("guest 8h", "first")));
  expect(exp - iat).toBeGreaterThan(8 * 3600 - 10);
  expect(exp - iat).toBeLessThanOrEqual(8 * 3600);
});

test("one minute: the API gives no less than ten, the bot ends it on time", async () => {
  const { world, it } = await begin();
  const token = tokenIn(await it.get("guest 1m", "first"));
  expect(claims(token).exp - claims(token).iat).toBe(600);
  await world.jump(30 * SECOND);
  expect(await login(world.hub, token)).toBe(200);
  await world.jump(30 * SECOND);
  await it.proveEnd();
  expect(await login(world.hub, token)).toBe(401);
});

test("300 days: it ends on time and not before, and no timer is too long for it", async () => {
  const { world, it, bot } = await begin();
  const token = tokenIn(await it.get("long 300d", "first"));
  await world.jump(299 * DAY);
  await it.dm(BOB, "1 d left:");
  expect(await login(world.hub, token)).toBe(200);
  await world.jump(DAY);
  await it.proveEnd();
  expect(bot.trail().at(-1)).toMatchObject({ to: "ended" });
});

test("the hub shortens a token: its holder is told, and the shorter end counts", async () => {
  const clock = jumpClock();
  const hub = await startLocalHub({ clock, maxTokenSeconds: 2 * 3600 });
  opened.push(hub.stop);
  const { world, it } = await begin({ hub, clock });
  const ready = await it.get("guest 8h", "first");
  expect(visibleText(ready)).toMatch(/allows at most 2 h, so this ends earlier than you asked/);
  const { expiresAt } = await active(world);
  expect(Math.abs(expiresAt - claims(tokenIn(ready)).exp * 1000)).toBeLessThan(2_000);
  await world.jump(110 * MINUTE);
  await it.dm(BOB, "10 min left:");
  // No further: the bot's own token, shortened too, dies a minute later.
  await world.jump(expiresAt - world.clock.now());
  await it.proveEnd();
});

test("the hub shortened a token, and since then its role shows one at each click: more time is given in full", async () => {
  const clock = jumpClock();
  const hub = await startLocalHub({ clock, maxTokenSeconds: 2 * 3600 });
  opened.push(hub.stop);
  const { world, bot, it } = await begin({ hub, clock });
  const ready = await it.get("guest 8h", "first");
  const { expiresAt } = await active(world);
  changeFile(world, { roles: { ...catalog, guest: { ...catalog.guest, delivery: "reveal" } } });
  await world.until(async () => {
    await world.jump(SECOND);
    return bot.lines.some(({ msg }) => msg.startsWith("took in a changed configuration"));
  });
  await world.slack.click(BOB, ready, "Ask for more time");
  const form = await world.slack.waitFor(() => world.slack.views(BOB).at(-1));
  await world.slack.submit(BOB, form.id, { "more-time": "1 h", "more-reason": "more of it" });
  await world.slack.click(ALICE, await it.channel("more of it"), "approve");
  await world.until(async () => (await world.records()).some(({ state }) => state === "extended"));
  const after = await active(world);
  expect(after).toMatchObject({ delivery: "reveal", expiresAt: expiresAt + HOUR });
  expect((await world.records()).find(({ state }) => state === "extended")).toMatchObject({
    expiresAt: expiresAt + HOUR,
  });
});

test("nobody decides: it lapses on time, and its requester is told", async () => {
  const { world, it, bot } = await begin();
  const card = await it.ask("guest 8h", "first");
  await world.jump(4 * HOUR - SECOND);
  expect(visibleText(card)).toContain("asks for");
  await world.jump(SECOND);
  await it.channel("nobody decided");
  // One message is left of it.
  await world.slack.waitFor(
    () =>
      world.slack.dm(BOB).map(visibleText).join().includes("nobody decided") &&
      world.slack.dm(BOB).filter((message) => /R-[0-9A-Z]{8}/.test(visibleText(message))).length === 1,
  );
  expect(bot.trail().at(-1)).toMatchObject({ to: "timedOut", who: "time" });
  await it.say(BOB, "guest 8h again");
  await it.channel("asks for");
});

test("the clock of the approval counts, not that of the question", async () => {
  const { world, it } = await begin();
  const card = await it.ask("guest 2h", "first");
  await world.jump(3 * HOUR);
  await world.slack.click(ALICE, card, "approve");
  await it.channel("Active until");
  const { expiresAt, decision } = await active(world);
  expect(expiresAt).toBe(decision.at + 2 * HOUR);
});
