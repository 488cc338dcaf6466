/** More time, through the outer doors: asked for on the token's message, decided like any request, given to the same grant. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { buttonsOf, type SlackMessage, type View, visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { isSettled } from "../../src/domain/messages.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import { ALICE, APPROVALS, BOB, CAROL, catalog, startBot, startWorld, type World } from "../helpers/bot.ts";
import { login } from "../helpers/login.ts";
import { type Scene, scene, tokenIn } from "../helpers/scene.ts";
import { swept } from "../helpers/swept.ts";

const duration = { default: "1h", max: "2h", total: "4h" };
const two = { by: ["S0SRE"], count: 2, within: "4h" };
const roles = {
  ...catalog,
  guest: { ...catalog.guest, duration },
  both: { ...catalog.guest, duration, approval: two },
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

const ASK = "Ask for more time";
const tokens = () => world.slack.dm(BOB).filter((message) => tokenIn(message) !== "");
const held = async () => {
  const found = (await world.records()).find((r) => r.state === "active");
  if (found?.state !== "active") throw new Error("none is active");
  return found;
};
const asking = async () => (await world.records()).filter((r) => r.extends);
const reach = (state: string) => world.until(async () => (await asking()).some((r) => r.state === state));

async function form(on: SlackMessage): Promise<View> {
  await world.slack.click(BOB, on, ASK);
  return world.slack.waitFor(() => world.slack.views(BOB).at(-1));
}
const words = ({ blocks }: View) => visibleText({ text: "", blocks });
const times = (view: View): string[] => {
  const input = view.blocks.find(({ block_id }) => block_id === "more-time");
  const { options = [] } = (input?.element ?? {}) as { options?: { text: { text: string } }[] };
  return options.map(({ text }) => text.text);
};

/** Bob holds guest for an hour, and asks for so much more. */
async function askedFor(time: string, reason: string): Promise<{ token: SlackMessage; card: SlackMessage }> {
  const token = await it.get("guest 1h", "first");
  const view = await form(token);
  await world.slack.submit(BOB, view.id, { "more-time": time, "more-reason": reason });
  return { token, card: await it.channel(reason) };
}

test("the form says until when it lasts and the most that can be added", async () => {
  const token = await it.get("guest 1h", "first");
  const view = await form(token);
  expect(words(view)).toMatch(/`guest` on \*production\* ends at .*You can add 2 h at most, until/);
  expect(times(view)).toEqual(["1 min", "5 min", "15 min", "30 min", "1 h", "2 h"]);
  expect(words(view)).not.toContain("in all");
});

test("approved: the same grant ends later, with a token that lives as long, told as such; the old token works until its own end", async () => {
  const { token, card } = await askedFor("2 h", "still looking");
  const before = await held();
  expect(visibleText(card)).toMatch(/asks for \*guest\* on \*production\* for \*2 h more\*, until <!date/);
  expect(card.text).toContain("asks for guest for 2 h more");
  expect(visibleText(await it.dm(BOB, "Waiting for approval:"))).toContain("for 2 h more");
  const old = tokenIn(token);
  await world.slack.click(ALICE, card, "approve");
  await reach("extended");
  const after = await held();
  expect(after).toMatchObject({ id: before.id, generation: 1, expiresAt: before.expiresAt + 2 * HOUR });
  expect(after.grant.accountUid).toBe(before.grant.accountUid);
  const [fresh] = tokens();
  expect(tokens()).toHaveLength(1);
  expect(tokenIn(fresh as SlackMessage)).not.toBe(old);
  expect(fresh?.text).toMatch(/^More time, approved by alice: guest on production for 3 h/);
  expect(fresh?.ts).not.toBe(token.ts);
  expect(await login(world.hub, tokenIn(fresh as SlackMessage))).toBe(200);
  expect(await login(world.hub, old)).toBe(200);
  await it.channel("Extended until");
  const first = await it.channel("*2 h more:* approved by alice");
  expect(visibleText(first)).toContain("Active until");
  await world.slack.waitFor(() => !world.slack.dm(BOB).some((m) => visibleText(m).includes("Waiting for")));
  expect(await it.standing()).toHaveLength(2);
  const { serviceAccounts } = await world.hub.objects();
  const account = serviceAccounts.find(({ metadata }) => metadata.name.includes(after.id.toLowerCase()));
  const ends = new Date(after.expiresAt).toISOString();
  expect(JSON.stringify(account?.metadata.annotations)).toContain(ends.slice(0, 19));
  // Past the first end nothing ends; at the new one it does.
  await world.jump(61 * MINUTE);
  expect((await held()).id).toBe(before.id);
  await world.jump(2 * HOUR);
  await it.proveEnd();
  expect(tokens()).toEqual([]);
  await swept(world);
  await world.until(async () => (await world.records()).every(isSettled));
  const trail = bot.trail();
  expect(trail.find(({ to }) => to === "extending")).toMatchObject({ who: ALICE, extends: before.id });
  expect(trail.map(({ why }) => why)).toContain(`2h more, by ${(await asking())[0]?.id}`);
  expect(trail.map(({ why }) => why)).toContain("a fresh token: extended");
});

test("as often as its total allows, and the form says what is left", async () => {
  const { card } = await askedFor("2 h", "one more");
  await world.slack.click(ALICE, card, "approve");
  await reach("extended");
  const [token] = tokens();
  const view = await form(token as SlackMessage);
  expect(words(view)).toMatch(/You can add 1 h at most, until .*It lasts 4 h in all at most/);
  expect(times(view).at(-1)).toBe("1 h");
  await world.slack.submit(BOB, view.id, { "more-time": "1 h", "more-reason": "the last" });
  await world.slack.click(ALICE, await it.channel("the last"), "approve");
  await world.until(async () => (await asking()).filter(({ state }) => state === "extended").length === 2);
  await world.slack.waitFor(() => tokens()[0] && !buttonsOf(tokens()[0] as SlackMessage).includes(ASK));
});

test("two approve less of it: trail and story name both, and what was asked for", async () => {
  await it.say(BOB, "both 1h first");
  const first = await it.channel("first");
  for (const who of [ALICE, CAROL]) await world.slack.click(who, first, "approve");
  const view = await form(await it.dm(BOB, "Only for you."));
  await world.slack.submit(BOB, view.id, { "more-time": "2 h", "more-reason": "twice as long" });
  const card = await it.channel("twice as long");
  await world.slack.click(ALICE, card, "1 h only");
  await world.slack.waitFor(() => visibleText(card).includes("Approved by alice"));
  await world.slack.click(CAROL, card, "approve");
  await reach("extended");
  const decided = bot.trail().find(({ to }) => to === "extending");
  expect(decided?.approvals?.map(({ who }) => who)).toEqual([ALICE, CAROL]);
  expect(decided).toMatchObject({ duration: HOUR, asked: { role: "both", duration: 2 * HOUR } });
  await it.say(BOB, `show ${decided?.id}`);
  expect(visibleText(await it.whisper(BOB, `${decided?.id}, `))).toMatch(
    /more time: approved by <@U0ALICE> and <@U0CAROL> .*, for less than asked: `both`, 2 h became `both`, 1 h/,
  );
});

test("denied: nothing changes, and it can be asked for again in its own form", async () => {
  const { token, card } = await askedFor("1 h", "pretty please");
  const before = await held();
  await world.slack.click(ALICE, card, "deny");
  const modal = await world.slack.waitFor(() => world.slack.views(ALICE).at(-1));
  await world.slack.submit(ALICE, modal.id, { Reason: "enough for today" });
  const told = await it.dm(BOB, "Not approved by");
  expect(visibleText(told)).toMatch(/`guest`, 1 h more/);
  expect(buttonsOf(told)).toEqual([ASK]);
  expect(await held()).toMatchObject({ expiresAt: before.expiresAt });
  expect(tokens().map(({ ts }) => ts)).toEqual([token.ts]);
  const view = await form(told);
  await world.slack.submit(BOB, view.id, { "more-time": "30 min", "more-reason": "half of it" });
  await it.channel("half of it");
});

test("the grant ends while it waits: it is closed, and whoever decides then is told", async () => {
  const { token, card } = await askedFor("1 h", "too late");
  await world.slack.click(BOB, token, "End now", { confirm: true });
  await reach("refused");
  await it.dm(BOB, "the guest access that was to last longer has ended");
  await it.channel("the `guest` access that was to last longer has ended");
  expect(buttonsOf(card)).toEqual([]);
  await it.proveEnd();
});

test("nobody decides: it closes when the grant ends", async () => {
  const { card } = await askedFor("1 h", "anybody there");
  await world.jump(HOUR);
  await world.until(async () =>
    (await asking()).some(({ state }) => ["timedOut", "refused"].includes(state)),
  );
  await world.slack.waitFor(() => buttonsOf(card).length === 0);
  await it.proveEnd();
});

test("one at a time: a second is refused before its form opens; withdrawn, it is free again", async () => {
  const { token } = await askedFor("1 h", "first of two");
  await world.slack.click(BOB, token, ASK);
  await it.whisper(BOB, "R-");
  await world.slack.click(BOB, await it.dm(BOB, "Waiting for approval:"), "Withdraw");
  await reach("withdrawn");
  const view = await form(token);
  await world.slack.submit(BOB, view.id, { "more-time": "1 h", "more-reason": "second of two" });
  await it.channel("second of two");
});

test("on 'you already have this', and on a reminder", async () => {
  await it.get("guest 2h", "first");
  await it.say(BOB, "guest 1h again");
  const refusal = await it.whisper(BOB, "You already have this");
  expect(buttonsOf(refusal)).toEqual([ASK, "New token", "End now"]);
  const view = await form(refusal);
  expect(words(view)).toContain("You can add 2 h at most");
  await world.jump(HOUR);
  const reminder = await it.dm(BOB, "left:");
  expect(buttonsOf(reminder)).toEqual([ASK, "End now"]);
  const more = await form(reminder);
  await world.slack.submit(BOB, more.id, { "more-time": "2 h", "more-reason": "from the reminder" });
  await world.slack.click(ALICE, await it.channel("from the reminder"), "approve");
  await reach("extended");
  // It spoke of the end before.
  await world.slack.waitFor(() => !world.slack.dm(BOB).some((m) => visibleText(m).includes("left:")));
  await world.jump(2 * HOUR);
  await it.dm(BOB, "left:");
});

test("two approvers at once: one of them gives it, and once", async () => {
  const { card } = await askedFor("2 h", "both of you");
  const before = await held();
  await Promise.all([ALICE, CAROL].map((user) => world.slack.click(user, card, "approve")));
  await reach("extended");
  expect((await held()).expiresAt).toBe(before.expiresAt + 2 * HOUR);
  expect(tokens()).toHaveLength(1);
  await it.channel("Extended until");
  const told = world.slack.messages(APPROVALS).filter((m) => visibleText(m).includes("Extended until"));
  expect(told).toHaveLength(1);
});

test("Karpor is away when it is approved: its holder is told, keeps the old token, and gets the new one later", async () => {
  const { token, card } = await askedFor("1 h", "in bad weather");
  const old = tokenIn(token);
  await world.localHub?.down();
  await world.slack.click(ALICE, card, "approve");
  await world.until(async () => (await asking()).some((r) => "outage" in r && r.outage));
  await world.jump(20_000);
  await it.dm(BOB, "Approved, not ready yet:");
  expect(tokens().map(tokenIn)).toEqual([old]);
  await world.localHub?.up();
  await world.jump(60_000);
  await swept(world);
  await reach("extended");
  expect(tokens()).toHaveLength(1);
  expect(tokens().map(tokenIn)).not.toEqual([old]);
  await world.slack.waitFor(() => !world.slack.dm(BOB).some((m) => visibleText(m).includes("not ready yet")));
});

test("its grant's record cannot be read: it waits for as long as that may be mended, then closes", async () => {
  const { card } = await askedFor("1 h", "damaged meanwhile");
  const grant = await held();
  await world.localHub?.down();
  await world.slack.click(ALICE, card, "approve");
  await world.until(async () => (await asking()).some((r) => "outage" in r && r.outage));
  const [more] = await asking();
  if (!more) throw new Error("nothing was asked for");
  const state = async () =>
    (JSON.parse((await world.commands.hget(world.keys.request(more.id), "record")) ?? "") as AccessRequest)
      .state;
  await world.commands.hset(world.keys.request(grant.id), "record", '{"state":"nonsense"}');
  await world.localHub?.up();
  await world.jump(HOUR + 30 * MINUTE);
  await swept(world);
  expect(await state()).toBe("extending");
  await world.jump(HOUR);
  await swept(world);
  await world.until(async () => (await state()) === "refused");
});
