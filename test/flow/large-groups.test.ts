/** A large company: hundreds of user groups, ten thousand people in one, which one look has all; and a channel of more than a minute's calls can read. */
import { expect, test } from "vitest";
import { MINUTE, SECOND } from "../../src/domain/duration.ts";
import { ALICE, APPROVALS, BOB, CAROL, catalog, MEI, startBot, startWorld } from "../helpers/bot.ts";
import { scene } from "../helpers/scene.ts";

const GROUPS = 400;
const TEAM = GROUPS - 1;
const COMPANY = "S0COMPANY";
const name = (n: number): string => `U0CROWD${String(n).padStart(5, "0")}`;
const people = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => name(from + i));

const groups = [
  ...Array.from({ length: GROUPS }, (_, i) => ({
    id: `S0TEAM${i}`,
    handle: `team-${i}`,
    members: people(i * 25, 100),
  })),
  { id: COMPANY, handle: "company", members: [...people(0, 10_000), ALICE, BOB] },
];
const roles = {
  guest: {
    ...catalog.guest,
    requester: { in: [COMPANY] },
    approval: { by: [`S0TEAM${TEAM}`, COMPANY], within: "4h" },
  },
};

test("who is in a group of ten thousand among hundreds asks and decides, who is not does neither, and one look has them all", async () => {
  await using world = await startWorld({ roles, groups });
  for (const id of people(TEAM * 25, 8)) world.slack.people.add({ id, name: id });
  const bots = [await startBot(world), await startBot(world)];
  const it = scene(world);
  const calls = (method: string) => world.slack.calls.filter((call) => call.method === method).length;
  await it.say(MEI, "guest 1h from outside");
  await it.whisper(MEI, COMPANY);
  const card = await it.ask("guest 1h", "in the company");
  await world.jump(10_001);
  await world.slack.click(CAROL, card, "approve");
  await it.whisper(CAROL, COMPANY);
  world.slack.deliverTo(`http://127.0.0.1:${bots[0]?.app.port}/slack/events`);
  await world.slack.click(ALICE, card, "approve");
  await it.dm(BOB, "Only for you.");
  await it.channel("Active until");
  // At the start, when they asked, and when they were decided on; people are looked up who act, and who could decide.
  expect(calls("usergroups.list")).toBeLessThanOrEqual(4);
  expect(calls("users.info")).toBeLessThan(20);
  for (const bot of bots) await bot.stop();
});

test("an approvals channel of sixty thousand is read to its end, and only then is its card posted", async () => {
  await using world = await startWorld();
  const channel = world.slack.directory.channels.get(APPROVALS);
  channel?.members.unshift(...people(0, 60_000));
  const bot = await startBot(world);
  const it = scene(world);
  await it.say(BOB, "guest 1h from a crowd");
  const began = world.clock.now();
  const state = async () => (await world.records())[0]?.state;
  await world.until(async () => {
    await world.jump(SECOND);
    return ![undefined, "requested"].includes(await state());
  });
  expect(await state()).toBe("pending");
  expect(world.clock.now() - began).toBeLessThan(3 * MINUTE);
  const pages = world.slack.calls.filter(({ method }) => method === "conversations.members");
  expect(pages.length).toBeLessThanOrEqual(2 * 61);
  await it.channel("from a crowd");
  await bot.stop();
});
