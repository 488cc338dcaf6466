/** Slack has no room for the look-up that a click needs: whoever pressed waits with it, and always hears what became of it. */
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { buttonsOf, visibleText } from "../../sandbox/slack/index.ts";
import { MINUTE, SECOND } from "../../src/domain/duration.ts";
import { ALICE, BOB, CAROL, type Door, GENERAL, openDoor } from "../helpers/listener.ts";

const WAITS = "Slack asks to wait: this goes on by itself in about 1 min.";
const UNDONE = "Nothing changed: Slack does not say who may do this. Try again in a minute.";
const heard = ({ slack }: Door, user: string) => slack.ephemerals(user).map(({ text }) => text);
const told = (door: Door, user: string, words: string) =>
  door.slack.waitFor(() => heard(door, user).at(-1)?.includes(words));
/** Bob has asked, half an hour ago: nothing that is known by now gives anything. */
async function asked(transport: "http" | "socket" = "http") {
  const door = await openDoor({ transport });
  await door.meet(ALICE, BOB, CAROL);
  const { id } = await door.ask(BOB, "guest 2h a look");
  const card = await door.card("a look");
  door.clock.jump(30 * MINUTE);
  return { door, id, card };
}
const hasNoRoom = ({ slack }: Door, seconds: number, times = 1) =>
  slack.failNext("users.info", { retryAfter: seconds }, times);
/** Whoever is told to wait begins to when the word has reached them. */
const pass = async ({ clock }: Door, holds: () => boolean | Promise<boolean>) => {
  for (; !(await holds()); await delay(5)) clock.jump(5 * SECOND);
};
const offers = (card: Parameters<typeof buttonsOf>[0]) => buttonsOf(card).join();

test("it is said once for how long, the card stays as it is, and when there is room the click counts", async () => {
  const { door, id, card } = await asked();
  const before = offers(card);
  hasNoRoom(door, 30, 2);
  await door.slack.click(ALICE, card, "approve");
  await told(door, ALICE, WAITS);
  expect(heard(door, ALICE)).toEqual([WAITS]);
  expect([await door.state(id), offers(card)]).toEqual(["pending", before]);
  await pass(door, async () => (await door.state(id)) !== "pending");
  await door.until(id, "active");
  expect(door.slack.calls.filter(({ error }) => error === "ratelimited")).toHaveLength(2);
  expect(heard(door, ALICE)).toEqual([WAITS]);
  expect(visibleText(card)).toContain("Active until");
});

test("who decides meanwhile decides: whoever waited is told so", async () => {
  const { door, id, card } = await asked();
  hasNoRoom(door, 30);
  await door.slack.click(ALICE, card, "approve");
  await told(door, ALICE, WAITS);
  await door.slack.click(CAROL, card, "deny");
  const { id: modal } = await door.modal(CAROL, "a look");
  await door.slack.submit(CAROL, modal, { why: "not today" });
  await door.until(id, "denied");
  await pass(door, () => heard(door, ALICE).length > 1);
  await told(door, ALICE, "carol denied this");
});

test("after ten minutes nobody waits on: nothing changed, it is said, and the card is there to be pressed again", async () => {
  const { door, id, card } = await asked();
  const before = offers(card);
  hasNoRoom(door, 60, 1_000);
  await door.slack.click(ALICE, card, "approve");
  await told(door, ALICE, WAITS);
  const since = door.clock.now();
  await pass(door, () => heard(door, ALICE).length > 1);
  expect(door.clock.now() - since).toBeGreaterThan(8 * MINUTE);
  expect(door.clock.now() - since).toBeLessThan(11 * MINUTE);
  expect(heard(door, ALICE).at(-1)).toBe(UNDONE);
  expect([await door.state(id), offers(card)]).toEqual(["pending", before]);
  door.slack.clearFailures();
  door.clock.jump(MINUTE);
  await door.slack.click(ALICE, card, "approve");
  await door.until(id, "active");
});

test.each(["http", "socket"] as const)(
  "told to stop while it waits, over %s: it is said at once that nothing changed",
  async (transport) => {
    const { door, id, card } = await asked(transport);
    const before = offers(card);
    hasNoRoom(door, 60);
    await door.slack.click(ALICE, card, "approve");
    await told(door, ALICE, WAITS);
    await door.listener.stop();
    expect(heard(door, ALICE)).toEqual([WAITS, UNDONE]);
    expect([await door.state(id), offers(card)]).toEqual(["pending", before]);
  },
);

test("a time of day is read by when it was typed, however long Slack has it wait", async () => {
  const door = await openDoor();
  const from = Math.ceil((door.clock.now() + SECOND) / MINUTE) * MINUTE;
  const timeZone = "Europe/Berlin";
  const typed = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" }).format(
    from,
  );
  hasNoRoom(door, 180);
  await door.slack.command(BOB, GENERAL, `guest 2h from ${typed} a look`);
  await door.slack.waitFor(() => heard(door, BOB).length > 0);
  await pass(door, () => door.ports.requests.all().length > 0);
  expect(door.clock.now()).toBeGreaterThan(from + MINUTE);
  expect(door.ports.requests.all()[0]?.startsAt).toBe(from);
});
