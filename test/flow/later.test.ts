/** Access that begins later: approved in advance, given at its time, and nothing of it before. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { buttonsOf, visibleText } from "../../sandbox/slack/index.ts";
import { DAY, HOUR, MINUTE } from "../../src/domain/duration.ts";
import { formatMoment } from "../../src/domain/moment.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import {
  ALICE,
  APPROVALS,
  BOB,
  CAROL,
  GENERAL,
  MEI,
  startBot,
  startWorld,
  type World,
} from "../helpers/bot.ts";
import { login } from "../helpers/login.ts";
import { type Scene, scene, TOKEN, tokenIn } from "../helpers/scene.ts";

let world: World;
let it: Scene;
let bot: Awaited<ReturnType<typeof startBot>>;
beforeEach(async () => {
  world = await startWorld();
  it = scene(world);
  bot = await startBot(world);
});
afterEach(async () => {
  await bot.stop();
  await world.close();
});

/** On the whole minute, so many ms ahead. */
const ahead = (ms: number) => Math.ceil((world.clock.now() + ms) / MINUTE) * MINUTE;
const iso = (at: number) => formatMoment({ at });
/** As the clock of somebody in Berlin will show it. */
const berlin = (at: number, day = false) =>
  new Intl.DateTimeFormat("sv-SE", {
    timeZone: "Europe/Berlin",
    ...(day && { dateStyle: "short" as const }),
    timeStyle: "short",
  }).format(at);
const date = (at: number) => `<!date^${at / 1000}^`;
const only = async () => {
  const [record, ...more] = await world.records();
  expect(more).toEqual([]);
  return record;
};
const isState = (state: string) => world.until(async () => (await only())?.state === state);
const begin = async (at: number) => {
  await world.jump(at - world.clock.now());
  await isState("active");
  return world.slack.waitFor(() => world.slack.dm(BOB).findLast((m) => tokenIn(m) !== ""));
};
const inDm = (user: string) =>
  world.slack
    .dm(user)
    .map(visibleText)
    .filter((text) => !text.includes("Welcome."));

test("asked by one's own clock, approved in advance, given at its time, and over on time", async () => {
  const at = ahead(8 * HOUR);
  const card = await it.ask(`guest 2h from ${berlin(at)}`, "release window");
  expect(card.text).toMatch(/Bob asks for guest for 2 h, in (8 h|7 h 59 min|8 h 1 min): release window/i);
  expect(visibleText(card)).toContain(date(at));
  expect(visibleText(card)).toContain(date(at + 2 * HOUR));
  const waiting = await it.dm(BOB, "Waiting for approval:");
  expect(visibleText(waiting)).toContain(date(at));
  await world.slack.click(ALICE, card, "approve");
  const told = await it.dm(BOB, "I will message you with the token then");
  expect(visibleText(told)).toContain(date(at));
  expect(buttonsOf(told)).toEqual(["Withdraw"]);
  await it.channel("Approved in advance:");
  await world.until(async () => inDm(BOB).length === 1);
  await world.jump(7 * HOUR);
  expect(await it.standing()).toEqual([]);
  expect((await only())?.state).toBe("scheduled");
  const token = await begin(at);
  expect(token.text).toMatch(/^Your access begins, approved by alice: guest on production for/);
  expect(await login(world.hub, tokenIn(token))).toBe(200);
  await world.until(async () => inDm(BOB).length === 1);
  await it.channel("Active until");
  await world.jump(at + 2 * HOUR - world.clock.now());
  await it.proveEnd();
  expect(await login(world.hub, tokenIn(token))).toBe(401);
  expect(bot.trail().map(({ to, who }) => `${to} ${who}`)).toEqual([
    ...[`requested ${BOB}`, "pending bot", `scheduled ${ALICE}`, "approved time", "delivering bot"],
    ...["active bot", "ending time", "ended bot"],
  ]);
});

test("a date, tomorrow, an ISO time, and Chinese words mean the same to whoever types them", async () => {
  const at = ahead(DAY);
  const lines = [
    [BOB, `guest 1h from ${berlin(at, true)} one`],
    [CAROL, `guest 1h from tomorrow at ${berlin(at)} two`],
    [MEI, `guest 1小时 从明天${berlin(at)} three`],
    [ALICE, `guest 1h from ${iso(at)} four`],
  ] as const;
  for (const [user, line] of lines) await it.say(user, line);
  await world.until(async () => (await world.records()).length === 4);
  const starts = (await world.records()).map(({ startsAt }) => startsAt);
  expect(starts).toEqual([at, at, at, at]);
});

test("one's own that has not begun is withdrawn by revoke, and that is said", async () => {
  const card = await it.ask(`guest 2h from ${berlin(ahead(8 * HOUR))}`, "not needed");
  await world.slack.click(ALICE, card, "approve");
  await world.until(async () => (await only())?.state === "scheduled");
  await it.say(BOB, "revoke");
  const told = visibleText(await it.whisper(BOB, "Withdrawn"));
  expect(told).not.toMatch(/The token stops/);
  expect((await only())?.state).toBe("withdrawn");
});

test("the form takes it, and says the window", async () => {
  const at = ahead(20 * HOUR);
  await world.slack.command(BOB, GENERAL, "");
  const form = await world.slack.waitFor(() => world.slack.views(BOB).at(-1));
  const sent = await world.slack.submit(BOB, form.id, { "form-start": at / 1000, "form-reason": "release" });
  expect(sent.errors).toEqual({});
  const card = await it.channel("release");
  expect(visibleText(card)).toContain(date(at));
  expect((await only())?.startsAt).toBe(at);
});

test.each([
  ["from tomorrow", /is no time to begin at/],
  ["from 2020-01-01 09:00", /it would have begun/],
  ["from 2099-01-01 09:00", /14 d ahead at most/],
])("%s is refused, and says what to do", async (start, words) => {
  await it.say(BOB, `guest 1h ${start} to see`);
  const said = await it.whisper(BOB, "Not sent:");
  expect(visibleText(said)).toMatch(words);
  expect(buttonsOf(said)).toEqual(["Edit…"]);
  expect(await world.records()).toEqual([]);
});

test("whose zone Slack does not say is told how to write it without", async () => {
  world.slack.failNext("users.info", "internal_error", 5);
  await it.say(BOB, "guest 1h from 22:00 to see");
  expect(visibleText(await it.whisper(BOB, "does not say your time zone"))).toMatch(/T09:00\+01:00/);
  expect(await world.records()).toEqual([]);
});

test("it reserves its window only: the role is free today, and what overlaps is refused", async () => {
  const at = ahead(10 * HOUR);
  await it.ask(`guest 2h from ${iso(at)}`, "later.");
  await it.ask("guest 1h", "today.");
  await it.say(BOB, `guest 2h from ${iso(at + HOUR)} overlapping.`);
  const refused = await it.whisper(BOB, "this would overlap");
  expect(visibleText(refused)).toContain(date(at));
  expect(visibleText(refused)).toMatch(/Ask for a time before or after that/);
  await it.ask(`guest 1h from ${iso(at + 2 * HOUR)}`, "right after.");
  await it.say(CAROL, `guest 2h from ${iso(at)} another person.`);
  await it.channel("another person.");
  expect((await world.records()).map(({ reason }) => reason).toSorted()).toEqual(
    ["later.", "today.", "right after.", "another person."].toSorted(),
  );
});

test("what is approved so late that it would run into the other is not approved; less of it is", async () => {
  const at = ahead(3 * HOUR);
  await it.ask(`guest 2h from ${iso(at)}`, "later.");
  const card = await it.ask("guest 2h", "now.");
  await world.jump(2 * HOUR);
  await world.slack.click(ALICE, card, "approve");
  const refused = await it.whisper(ALICE, "this would overlap");
  expect(visibleText(refused)).toMatch(/Approve it for less, or deny it/);
  expect((await world.records()).find((r) => r.reason === "now.")?.state).toBe("pending");
  await world.slack.click(ALICE, card, "less");
  await world.until(async () => (await world.records()).some((r) => r.state === "active"));
});

test("approved after its time has come it begins at once, and ends when it was to", async () => {
  const at = ahead(HOUR);
  const card = await it.ask(`guest 2h from ${iso(at)}`, "late approval");
  await world.jump(at + 30 * MINUTE - world.clock.now());
  await world.slack.click(ALICE, card, "approve");
  await isState("active");
  expect(await only()).toMatchObject({ expiresAt: at + 2 * HOUR });
});

test("withdrawn before it begins, nothing of it ever stood", async () => {
  const at = ahead(8 * HOUR);
  await world.slack.click(ALICE, await it.ask(`guest 2h from ${iso(at)}`, "never"), "approve");
  const told = await it.dm(BOB, "I will message you with the token then");
  await world.slack.click(BOB, told, "Withdraw");
  await isState("withdrawn");
  await it.dm(BOB, "Withdrawn:");
  await it.channel("Withdrawn:");
  await world.jump(at - world.clock.now());
  expect(await it.standing()).toEqual([]);
  expect(inDm(BOB)).toHaveLength(1);
  expect((await world.hub.objects()).serviceAccounts.map((o) => o.metadata.name).join()).not.toMatch(/-r-/);
  // Its window is free again.
  await it.ask("guest 2h", "at once");
});

test("revoked before it begins: its holder is told at once, with a ring", async () => {
  const at = ahead(8 * HOUR);
  await world.slack.click(ALICE, await it.ask(`guest 2h from ${iso(at)}`, "never"), "approve");
  const card = await it.channel("Approved in advance:");
  await world.slack.click(ALICE, card, "revoke");
  const modal = await world.slack.waitFor(() => world.slack.views(ALICE).at(-1));
  expect(visibleText({ text: "", blocks: modal.blocks })).toContain("It has not begun.");
  await world.slack.submit(ALICE, modal.id, { why: "release is off" });
  const told = await it.dm(BOB, "Revoked by");
  expect(told.text).toBe("alice revoked your guest access: release is off");
  expect(visibleText(told)).toContain("no token was given out");
  await world.until(async () => inDm(BOB).length === 1);
  expect(visibleText(await it.channel("it never began"))).toContain("release is off");
  await world.jump(at - world.clock.now());
  expect(await it.standing()).toEqual([]);
  expect(bot.trail().at(-1)).toMatchObject({ to: "ended", who: ALICE, why: "revoked: release is off" });
});

test("who left the workspace before it begins gets nothing", async () => {
  const at = ahead(8 * HOUR);
  await world.slack.click(ALICE, await it.ask(`guest 2h from ${iso(at)}`, "gone"), "approve");
  await isState("scheduled");
  world.slack.people.deactivate(BOB);
  await world.jump(at - world.clock.now());
  // The look at who left, or whoever opens the DM: which of them comes first is chance.
  const isOff = (r: AccessRequest) =>
    r.state === "ended" || (r.state === "ending" && r.deletedAt !== undefined);
  await world.until(async () => (await world.records()).every(isOff));
  await world.jump(14_000);
  const told = /its holder was deactivated|is no longer a member of this workspace/;
  await world.slack.waitFor(() => world.slack.messages(APPROVALS).find((m) => told.test(visibleText(m))));
  await world.until(async () => (await it.standing()).length === 0);
  expect(it.everShown(BOB)).not.toMatch(TOKEN);
});

test("an outage over its whole window gives nothing, and says so", async () => {
  const at = ahead(8 * HOUR);
  await world.slack.click(ALICE, await it.ask(`guest 2h from ${iso(at)}`, "missed"), "approve");
  await isState("scheduled");
  await bot.stop();
  world.clock.jump(at + 3 * HOUR - world.clock.now());
  bot = await startBot(world);
  await world.jump(MINUTE);
  const told = await it.dm(BOB, "could not begin it within its time");
  expect(buttonsOf(told)).toEqual(["Ask again"]);
  await it.channel("it never began");
  expect(await it.standing()).toEqual([]);
  expect(bot.trail().at(-1)).toMatchObject({ from: "scheduled", to: "ended", who: "time" });
});

test("an outage over its start gives what is left of it", async () => {
  const at = ahead(8 * HOUR);
  await world.slack.click(ALICE, await it.ask(`guest 2h from ${iso(at)}`, "late"), "approve");
  await isState("scheduled");
  await bot.stop();
  world.clock.jump(at + HOUR - world.clock.now());
  bot = await startBot(world);
  await world.jump(MINUTE);
  await isState("active");
  expect(await only()).toMatchObject({ expiresAt: at + 2 * HOUR });
});

test("what nobody must approve begins later, too; status shows it, and takes it back", async () => {
  const at = ahead(8 * HOUR);
  await it.say(BOB, `peek 15m from ${iso(at)} a look`);
  expect(visibleText(await it.whisper(BOB, "when it begins"))).toContain(date(at));
  await it.dm(BOB, "I will message you with the token then");
  expect(world.slack.messages(APPROVALS)).toEqual([]);
  await it.say(BOB, "status");
  const status = await it.whisper(BOB, "1 open");
  expect(buttonsOf(status)).toEqual(["Withdraw"]);
  await world.slack.click(BOB, status, "Withdraw");
  await isState("withdrawn");
});
