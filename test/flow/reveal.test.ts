/** A token that stands on no message: made at a click, seen in a view by its holder alone, for two minutes, and never after the end. */
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  buttonsOf,
  type ClickResult,
  type SlackMessage,
  type View,
  visibleText,
} from "../../sandbox/slack/index.ts";
import { SHOWS_AN_HOUR } from "../../src/domain/delivery.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import type { In } from "../../src/domain/request.ts";
import { ALICE, BOB, catalog, MEI, startBot, startWorld, type World } from "../helpers/bot.ts";
import { changeFile } from "../helpers/config-file.ts";
import { login } from "../helpers/login.ts";
import { type Scene, scene, TOKEN } from "../helpers/scene.ts";

const vault = {
  clusterRole: "karpor-guest",
  description: { en: "Look into the vault", zh: "查看保险库" },
  duration: { default: "1h", max: "8h", total: "1d" },
  approval: { by: ["S0SRE"], within: "4h" },
  delivery: "reveal",
};

let world: World;
let bot: Awaited<ReturnType<typeof startBot>>;
let it: Scene;
beforeAll(async () => {
  world = await startWorld({ roles: { ...catalog, vault } });
  bot = await startBot(world);
  it = scene(world);
}, 60_000);
afterAll(async () => {
  await bot?.stop();
  await world?.close();
});

const viewOf = (user: string): View | undefined => world.slack.views(user).at(-1);
const seen = (user: string): string => visibleText({ text: "", blocks: viewOf(user)?.blocks ?? [] });
const sees = async (user: string, words: string | RegExp) => {
  await world.slack.waitFor(() => seen(user).match(words) !== null);
  return seen(user);
};
type Pressed = Parameters<World["slack"]["click"]>[1];
const SHOW: Record<string, string> = { [BOB]: "Show token", [MEI]: "显示令牌" };
const show = (user: string, on: Pressed): Promise<ClickResult> =>
  world.slack.click(user, on, SHOW[user] ?? "");

/** Approved; resolves to the message that shows a token at a click. */
async function held(user: string, reason: string, asks = "vault 8h"): Promise<SlackMessage> {
  await it.say(user, `${asks} ${reason}`);
  await world.slack.click(ALICE, await it.channel(reason), "approve");
  await world.until(async () => (await record(reason)).state === "active");
  return newest(user);
}
const newest = (user: string) => it.dm(user, SHOW[user] ?? "");
const record = async (reason: string) =>
  (await world.records()).find((r) => r.reason === reason) as In<"active">;
/** The token that a click shows. */
async function shown(user: string, on: Pressed): Promise<string> {
  const before = viewOf(user)?.id;
  await show(user, on);
  await world.slack.waitFor(() => viewOf(user)?.id !== before);
  return TOKEN.exec(await sees(user, TOKEN))?.[0] ?? "";
}
const covered = async (reason: string) =>
  world.until(async () => (await record(reason)).reveals?.views.length === 0);
/** These roles are in force. */
async function take(roles: Record<string, unknown>): Promise<void> {
  const took = () => bot.lines.filter(({ msg }) => msg.startsWith("took in a changed configuration")).length;
  const before = took();
  changeFile(world, { roles });
  await world.until(async () => {
    await world.jump(SECOND);
    return took() > before;
  });
}
const end = async (user: string, reason: string) => {
  await it.say(user, `revoke ${(await record(reason)).id}`);
  await world.until(async () => ["ending", "ended"].includes((await record(reason)).state));
};

test("a click shows one, another click another; nobody else sees it, no message holds it, and after two minutes it is gone", async () => {
  const message = await held(BOB, "to look");
  expect(visibleText(message)).toMatch(/Show token makes a token, and shows it to you alone for 2 min/);
  expect(message.text).toBe("Approved by alice: vault on production for 8 h.");
  const first = await shown(BOB, message);
  const earlier = viewOf(BOB);
  expect(seen(BOB)).toMatch(/Your token, until .*It goes from here in 2 min/s);
  await world.jump(MINUTE);
  const second = await shown(BOB, message);
  expect(second).not.toBe(first);
  for (const token of [first, second]) expect(await login(world.hub, token)).toBe(200);
  // Somebody else gets hold of the button, as by a forged click.
  const mine = await held(MEI, "of mei");
  const own = mine.blocks ?? [];
  const { id } = await record("to look");
  mine.blocks = JSON.parse(
    JSON.stringify(mine.blocks).replaceAll(/R-[0-9A-Z]{8}:1/g, `${id}:1`),
  ) as typeof own;
  await show(MEI, mine);
  expect(await sees(MEI, "操作未生效")).toContain("是别人的申请");
  mine.blocks = own;
  expect(await shown(MEI, mine)).not.toBe("");
  expect(seen(MEI)).toMatch(/你的令牌，有效至 .*2 分钟后不再显示/s);

  expect((await record("to look")).reveals).toMatchObject({ count: 2, views: [{ id: earlier?.id }, {}] });
  await world.jump(MINUTE);
  await sees(MEI, TOKEN);
  await sees(BOB, TOKEN);
  await world.jump(MINUTE);
  await sees(BOB, "Shown for 2 min:");
  await sees(MEI, "已显示 2 分钟");
  await covered("to look");
  expect(await login(world.hub, second)).toBe(200);
  expect(JSON.stringify(world.slack.history())).not.toMatch(TOKEN);
  expect(JSON.stringify(world.slack.ephemerals(BOB))).not.toMatch(TOKEN);

  const told = bot.trail().filter(({ why }) => why?.startsWith("a token is shown"));
  expect(told.map(({ who, why }) => [who, why])).toEqual([
    [BOB, "a token is shown, number 1"],
    [BOB, "a token is shown, number 2"],
    [MEI, "a token is shown, number 1"],
  ]);
  await it.say(BOB, `show ${id}`);
  const story = visibleText(await it.whisper(BOB, `${id}, active`));
  expect(story).toMatch(/ready: its holder is shown a token at a click.*a token is shown, number 2/s);
  await end(MEI, "of mei");
});

test("from the list of what is one's own and from the Home tab, and so often in an hour", async () => {
  await world.slack.openHome(BOB);
  await world.slack.waitFor(() => JSON.stringify(world.slack.home(BOB)?.blocks ?? []).includes("Show token"));
  expect(await shown(BOB, { home: true })).not.toBe("");
  await it.say(BOB, "status");
  const list = await it.whisper(BOB, "open:");
  for (let count = 3; count < SHOWS_AN_HOUR; count++) await shown(BOB, list);
  await show(BOB, list);
  expect(await sees(BOB, "Not shown:")).toMatch(/10 tokens an hour are the most; the next can be shown/);
  await world.jump(HOUR);
  expect(await shown(BOB, await newest(BOB))).not.toBe("");
  expect((await record("to look")).reveals?.count).toBe(SHOWS_AN_HOUR + 1);
});

test("more time: a new message rings, and what a click shows then lasts as long", async () => {
  const before = await newest(BOB);
  const { expiresAt } = await record("to look");
  await world.slack.click(BOB, before, "Ask for more time");
  const form = await world.slack.waitFor(() => world.slack.views(BOB).find(({ submit }) => submit));
  await world.slack.submit(BOB, form.id, { "more-time": "2 h", "more-reason": "not done" });
  await world.slack.click(ALICE, await it.channel("not done"), "approve");
  const after = await it.dm(BOB, "More time, approved by");
  expect(visibleText(after)).toContain("A token that you have ends when it said; Show token makes one");
  await world.until(async () => !(await record("to look")).refresh);
  expect((await record("to look")).expiresAt).toBe(expiresAt + 2 * HOUR);
  expect(world.slack.dm(BOB).some(({ ts }) => ts === before.ts)).toBe(false);
  const token = await shown(BOB, after);
  const { exp } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as {
    exp: number;
  };
  expect(Math.abs(exp * 1000 - expiresAt - 2 * HOUR)).toBeLessThan(5 * SECOND);
});

test("it leaks: what stands in the view goes at once, and the next click shows one of another account", async () => {
  const old = TOKEN.exec(await sees(BOB, TOKEN))?.[0] ?? "";
  await world.slack.select(BOB, await newest(BOB), "menu", "I leaked it", { confirm: true });
  await sees(BOB, "Out of date:");
  await world.until(async () => (await login(world.hub, old)) !== 200);
  await world.until(async () => (await record("to look")).generation === 2);
  await world.until(async () => (await record("to look")).state === "active");
  const next = await it.dm(BOB, "New token:");
  expect(visibleText(next)).not.toMatch(TOKEN);
  expect(await login(world.hub, await shown(BOB, next))).toBe(200);
  await world.jump(14 * SECOND);
  await world.until(async () => (await record("to look")).former?.every((one) => one.verification) ?? true);
});

test("Karpor away, or no longer allowed: said in the view, with no token; what is had goes on", async () => {
  world.localHub?.meddle({ before: async () => ({ status: 503 }), after: async () => true });
  await show(BOB, await newest(BOB));
  expect(await sees(BOB, "Not shown:")).toContain("Karpor does not answer. What you have goes on");
  world.localHub?.meddle(undefined);
  await world.slack.people.change(MEI, { isRestricted: false });
  const { reveals } = await record("to look");
  expect(reveals?.count).toBe(SHOWS_AN_HOUR + 3);
  await world.until(async () => {
    await world.jump(SECOND);
    return (await bot.held()).length === 0;
  });
});

test("revoked while one is open: gone from the view at once; its token is refused, and the end is proved by another", async () => {
  const token = await shown(BOB, await newest(BOB));
  await it.say(ALICE, `revoke ${(await record("to look")).id} enough`);
  await sees(BOB, "No longer shown:");
  await world.until(async () => (await login(world.hub, token)) !== 200);
  await world.until(async () => "deletedAt" in (await record("to look")));
  await world.jump(11 * SECOND);
  await world.until(async () => (await record("to look")).state.toString() === "ended");
  expect(await record("to look")).toMatchObject({
    verification: { method: "probe" },
    reveals: { views: [] },
  });
  expect(await login(world.hub, token)).toBe(401);
  expect(world.slack.dm(BOB).map(visibleText).join()).not.toContain("Show token");
});

test("Slack away when a view is to go: the access ends on time all the same, and the view goes when Slack is back", async () => {
  const token = await shown(BOB, await held(BOB, "in the dark", "vault 5m"));
  world.slack.failNext("views.update", { retryAfter: 60 }, 1_000);
  await world.jump(2 * MINUTE + SECOND);
  await world.jump(3 * MINUTE);
  await world.until(async () => (await record("in the dark")).state.toString() === "ending");
  await world.until(async () => (await login(world.hub, token)) !== 200);
  await sees(BOB, TOKEN);
  world.slack.clearFailures();
  for (let waits = 0; waits < 5 && TOKEN.test(seen(BOB)); waits++) await world.jump(MINUTE);
  await sees(BOB, "No longer shown:");
  await covered("in the dark");
});

test("reminded before its end like any other: with the button for more time, and no token", async () => {
  await held(MEI, "reminded", "vault 2h");
  await world.jump(HOUR);
  const reminder = await it.dm(MEI, "还剩 1 小时");
  expect(visibleText(reminder)).not.toMatch(TOKEN);
  expect(JSON.stringify(reminder.blocks)).toContain("延长");
  await end(MEI, "reminded");
});

test("its role is gone: New token stops nothing, and where that is refused, what one has ends at a press", async () => {
  const token = await shown(BOB, await held(BOB, "under old rules"));
  await take(catalog);
  await world.slack.select(BOB, await newest(BOB), "menu", "New token", { confirm: true });
  const refusal = await it.whisper(BOB, "No new token:");
  expect(await login(world.hub, token)).toBe(200);
  expect(buttonsOf(refusal)).toEqual(["End now"]);
  await world.slack.click(BOB, refusal, "End now", { confirm: true });
  await world.until(async () => (await login(world.hub, token)) !== 200);
  await world.until(async () => "deletedAt" in (await record("under old rules")));
  await world.jump(11 * SECOND);
  await world.until(async () => (await record("under old rules")).state.toString() === "ended");
  await take({ ...catalog, vault });
});

test("it begins later: then the message comes; a lockdown takes the token off the view", async () => {
  const at = new Date(world.clock.now() + 2 * HOUR).toISOString().slice(0, 16);
  await it.say(BOB, `vault 1h from ${at}Z at night`);
  await world.slack.click(ALICE, await it.channel("at night"), "approve");
  await it.dm(BOB, "I will message you then.");
  await world.jump(2 * HOUR + MINUTE);
  const token = await shown(BOB, await it.dm(BOB, "Your access begins, approved by"));
  await it.say(ALICE, "lockdown");
  const form = await world.slack.waitFor(() => world.slack.views(ALICE).find(({ submit }) => submit));
  await world.slack.submit(ALICE, form.id, {
    [String(form.blocks.find(({ type }) => type === "input")?.block_id)]: "stolen",
  });
  await sees(BOB, "No longer shown:");
  await world.until(async () => (await login(world.hub, token)) !== 200);
});
