/** What somebody tried and may not stands on the trail, whichever way they tried it, and changes nothing. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { visibleText } from "../../sandbox/slack/index.ts";
import { verifyLive } from "../../src/cli/audit/live.ts";
import { verifyShipped } from "../../src/cli/audit/verify-shipped.ts";
import type { Attempt } from "../../src/domain/attempt.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { trail } from "../../src/store/trail.ts";
import { read } from "../cli/audit/lines.ts";
import { ALICE, BOB, CAROL, GUEST, MEI, startBot, startWorld, type World } from "../helpers/bot.ts";
import { type Scene, scene } from "../helpers/scene.ts";

let world: World;
let bot: Awaited<ReturnType<typeof startBot>>;
let it: Scene;
beforeEach(async () => {
  world = await startWorld();
  bot = await startBot(world);
  it = scene(world);
});
afterEach(async () => {
  await bot.stop();
  await world.close();
});

async function attempts(): Promise<Attempt[]> {
  const found: Attempt[] = [];
  for await (const entry of trail({ redis: world.commands, keys: world.keys }))
    if ("attempt" in entry) found.push(entry);
  return found;
}
const tried = async () => (await attempts()).map(({ attempt, who, why }) => `${who} ${attempt}: ${why}`);
const noted = (line: string) => world.until(async () => (await tried()).includes(line));
const record = async (reason: string) => {
  const found = (await world.records()).find((r) => r.reason === reason);
  if (!found) throw new Error(`nobody asked for ${reason}`);
  return found;
};

test("a click, a modal and a line: on the trail, in the log, in the story, sealed; the record is untouched", async () => {
  const card = await it.ask("guest 2h", "for the trail");
  await world.until(async () => {
    const { messages } = await record("for the trail");
    return Boolean(messages.card?.ts && messages.waiting?.ts);
  });
  const before = await record("for the trail");
  const { id } = before;

  for (let press = 0; press < 5; press++) await world.slack.click(BOB, card, "approve");
  await noted(`${BOB} approve: own-request`);
  await world.slack.click(MEI, card, "approve");
  await noted(`${MEI} approve: not-approver`);
  await world.slack.click(BOB, card, "Deny…");
  await noted(`${BOB} deny: own-request`);
  await world.slack.click(MEI, card, "Deny…");
  await noted(`${MEI} deny: not-approver`);
  expect(await record("for the trail")).toEqual(before);

  await world.slack.click(ALICE, card, "approve");
  await world.until(async () => (await record("for the trail")).state === "active");
  await it.say(MEI, `revoke ${id} it is mine`);
  await noted(`${MEI} revoke: not-approver`);
  await it.say(GUEST, `revoke ${id} mine, too`);
  await noted(`${GUEST} revoke: not-served`);
  await it.say(MEI, "revoke @bob");
  await world.until(async () => (await attempts()).length === 7);
  expect((await record("for the trail")).state).toBe("active");

  const all = await attempts();
  expect(all).toHaveLength(7);
  for (const one of all.slice(0, 6))
    expect(one).toEqual({
      ...{ attempt: one.attempt, at: expect.any(Number), who: one.who, why: one.why },
      ...{ id, requester: BOB, role: "guest" },
    });
  expect(all[6]).toMatchObject({ requester: BOB });
  expect(all[6]).not.toHaveProperty("id");

  await it.say(ALICE, `show ${id}`);
  const story = visibleText(await it.whisper(ALICE, "tried to"));
  expect(story).toContain(`<@${BOB}> tried to approve it, and may not: it is their own request`);
  expect(story).toContain(`<@${MEI}> tried to revoke it, and may not: they are none of its approvers`);

  const { commands: redis, keys, clock } = world;
  const live = () => verifyLive({ redis, keys, clock }, { heads: [], hub: undefined });
  await world.until(async () => {
    await world.jump(MINUTE);
    return (await live()).unsealed === 0;
  });
  expect((await live()).faults).toEqual([]);
  const shipped = bot.lines.map((line) => JSON.stringify(line));
  const logged = shipped.filter((line) => line.includes('"attempt":'));
  expect(logged).toHaveLength(7);
  expect(bot.lines.filter(({ trail: entry }) => entry && "attempt" in entry)[0]).toMatchObject({
    ...{ level: "info", id, msg: `${BOB} may not approve: own-request` },
  });
  expect((await verifyShipped(read(shipped), [])).faults).toEqual([]);
  expect((await verifyShipped(read(shipped.filter((line) => line !== logged[3])), [])).faults).toHaveLength(
    1,
  );
});

test("what only administrators may, and what approvers allow beforehand; the same again after an hour", async () => {
  await it.say(BOB, "lockdown");
  await noted(`${BOB} lock down: not-admin`);
  await it.say(BOB, "lockdown --drill");
  await it.say(BOB, "revoke all guest");
  await noted(`${BOB} revoke all: not-admin`);
  await it.say(BOB, "unlock because");
  await noted(`${BOB} unlock: not-admin`);
  await it.say(MEI, "allow @bob guest 1h for 2d on call");
  await noted(`${MEI} allow: may-not-allow`);
  await it.say(CAROL, "allow @carol guest 1h for 2d on call");
  await noted(`${CAROL} allow: allow-oneself`);
  const first = await tried();
  expect(first).toHaveLength(5);

  const before = world.slack.ephemerals(BOB).length;
  await it.say(BOB, "unlock because");
  await world.slack.waitFor(() => world.slack.ephemerals(BOB).length > before);
  expect(await tried()).toEqual(first);
  await world.jump(HOUR + MINUTE);
  await it.say(BOB, "unlock because");
  await world.until(async () => (await tried()).length === 6);
});
