/** A role that needs two people, in a channel of its own, with others who are asked when nobody decided. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { buttonsOf, type SlackMessage, visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import {
  ADMINS,
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
import { type Scene, scene } from "../helpers/scene.ts";
import { swept } from "../helpers/swept.ts";

const approval = { by: ["S0SRE"], channel: ADMINS, count: 2, within: "4h" };
const roles = {
  ...catalog,
  both: { ...catalog.guest, approval },
  late: { ...catalog.guest, approval: { ...approval, count: 1, fallback: { by: [MEI], after: "1h" } } },
  outside: { ...catalog.guest, approval: { by: [BOB, CAROL], channel: ADMINS, count: 2, within: "4h" } },
};
let world: World;
let it: Scene;
let bots: Awaited<ReturnType<typeof startBot>>[];
beforeEach(async () => {
  world = await startWorld({ roles });
  it = scene(world);
  bots = [await startBot(world), await startBot(world)];
});
afterEach(async () => {
  await Promise.all(bots.map((bot) => bot.stop()));
  await world.close();
});

const through = (i: number) => world.slack.deliverTo(`http://127.0.0.1:${bots[i]?.app.port}/slack/events`);
const posts = () => world.slack.messages(ADMINS);
const cards = () => posts().filter((m) => m.thread_ts === undefined);
const seen = (words: string) =>
  world.slack.waitFor(() => cards().findLast((m) => visibleText(m).includes(words)));
const press = (user: string, card: SlackMessage, button = "approve") => world.slack.click(user, card, button);
const state = async () => (await world.records())[0]?.state;
const trail = () => bots.flatMap((bot) => bot.trail());
const ask = async (text: string, user = BOB): Promise<SlackMessage> => {
  await it.say(user, text);
  return seen("asks for");
};

test("each of two is shown, and only then is there access; whoever pressed twice is told", async () => {
  const card = await ask("both 1h to see");
  expect(world.slack.messages(APPROVALS)).toEqual([]);
  expect(visibleText(card)).toContain("Needs 2 approvals");
  await it.dm(BOB, "2 people in <!subteam^S0SRE> other than you must approve.");
  await press(ALICE, card);
  await seen("Approved by alice");
  expect(visibleText(card)).toMatch(/Approved by alice .*; 1 more is needed\./);
  const waiting = await it.dm(BOB, "Waiting for approval (1 of 2):");
  expect(visibleText(waiting)).toContain("Approved by alice");
  await press(ALICE, card);
  await it.whisper(ALICE, "one more person must");
  expect(await state()).toBe("pending");
  await press(CAROL, card);
  await it.dm(BOB, `Approved by <@${ALICE}> and <@${CAROL}>:`);
  await seen("Active until");
  expect(visibleText(card)).toContain(`approved by <@${ALICE}> and <@${CAROL}>`);
  expect(trail()).toContainEqual(
    expect.objectContaining({ who: ALICE, why: "approved, 1 of 2", qualified: "S0SRE", to: "pending" }),
  );
  const who = (id: string) => expect.objectContaining({ who: id, qualified: "S0SRE" });
  expect(trail().filter(({ to }) => to === "approved")).toEqual([
    expect.objectContaining({ who: CAROL, approvals: [who(ALICE), who(CAROL)] }),
  ]);
});

test("a card that somebody deleted in Slack is posted anew when there is more to say, and decides like the first", async () => {
  const card = await ask("both 1h to see");
  world.slack.remove(card);
  expect(cards()).toEqual([]);
  await it.say(ALICE, "pending");
  await world.slack.click(ALICE, await it.whisper(ALICE, "to see"), "approve");
  // That it is gone is seen as it is drawn again; the sweep posts another.
  await world.until(async () => !(await world.records())[0]?.messages.card);
  await swept(world);
  const anew = await seen("1 more is needed");
  expect(cards()).toEqual([anew]);
  expect(anew.ts).not.toBe(card.ts);
  expect(buttonsOf(anew)).toEqual(expect.arrayContaining(["Approve 1 h", "Deny…"]));
  await press(CAROL, anew);
  await seen("Active until");
  expect(cards()).toEqual([anew]);
});

test("both press at the same moment, each on another replica: both count, once", async () => {
  const card = await ask("both 1h to see");
  const pressing = [ALICE, CAROL].map((user, i) => {
    through(i);
    return press(user, card);
  });
  await Promise.all(pressing);
  await seen("Active until");
  expect(trail().filter(({ to }) => to === "approved")).toHaveLength(1);
  const [record] = await world.records();
  expect(record?.approvals?.map(({ by }) => by.id).sort()).toEqual([ALICE, CAROL]);
});

test("who has left the approvers when the last one presses counts no more", async () => {
  const card = await ask("both 1h to see");
  await press(ALICE, card);
  await seen("Approved by alice");
  await world.slack.people.setGroup("S0SRE", [CAROL, MEI]);
  await press(CAROL, card);
  await seen("Approved by carol");
  expect(visibleText(card)).not.toContain("alice");
  expect(await state()).toBe("pending");
  expect(trail()).toContainEqual(
    expect.objectContaining({ who: CAROL, why: `approved, 1 of 2; counts no more: ${ALICE}` }),
  );
  await press(MEI, card);
  await seen("Active until");
});

test("one denial denies, and neither the requester nor anybody else counts", async () => {
  await world.slack.people.setGroup("S0SRE", [ALICE, BOB, CAROL]);
  const card = await ask("both 1h to see");
  await press(ALICE, card);
  await seen("Approved by alice");
  world.slack.directory.channels.get(ADMINS)?.members.push(BOB);
  await press(BOB, card);
  await it.whisper(BOB, "you cannot approve your own request");
  await press(MEI, card);
  await it.whisper(MEI, "可以审批这条申请");
  await press(CAROL, card, "deny");
  const form = await world.slack.waitFor(() => world.slack.views(CAROL).at(-1));
  const input = form.blocks.find(({ type }) => type === "input");
  await world.slack.submit(CAROL, form.id, { [String(input?.block_id)]: "not now" });
  await it.dm(BOB, "Not approved by");
  expect(await state()).toBe("denied");
});

test("nobody decided: others are asked below the card, and may from then on; then it closes, and is asked again", async () => {
  const card = await ask("late 1h to see");
  await press(MEI, card);
  await it.whisper(MEI, "可以审批这条申请");
  await world.jump(HOUR);
  const reply = await world.slack.waitFor(() => posts().find((m) => m.thread_ts === card.ts));
  expect(visibleText(reply)).toMatch(/Nobody decided yet, so you are asked too:.*<@U0MEI>/s);
  await world.until(async () => trail().some(({ why }) => why?.includes(`asked too: ${MEI}`)));
  await world.jump(HOUR);
  await world.until(async () => posts().length === 3);
  await world.jump(2 * HOUR + MINUTE);
  const closed = await it.dm(BOB, "nobody decided");
  await world.slack.click(BOB, closed, "Ask again");
  const again = await world.slack.waitFor(() => cards()[1]);
  await world.jump(HOUR);
  await world.slack.waitFor(() => posts().find((m) => m.thread_ts === again.ts));
  await press(MEI, again);
  await it.dm(BOB, "Approved by <@U0MEI>:");
  await seen("Active until");
});

test("too few could approve: refused at once, saying why", async () => {
  await it.say(ALICE, "both 1h to see");
  await it.dm(ALICE, "needs 2 approvers from <!subteam^S0SRE>, and only 1 but you is there");
  await it.say(MEI, "outside 1h to see");
  await it.dm(MEI, `另有 1 位审批人不在 <#${ADMINS}> 中`);
  expect(posts()).toEqual([]);
});

test("in Chinese for whoever reads it", async () => {
  const card = await ask("both 1h to see", MEI);
  await press(ALICE, card);
  await it.dm(MEI, "等待审批（1/2）：");
  await it.dm(MEI, "还需 1 人批准");
  await press(ALICE, card);
  await press(CAROL, card);
  await it.dm(MEI, `<@${ALICE}>、<@${CAROL}> 批准`);
});
