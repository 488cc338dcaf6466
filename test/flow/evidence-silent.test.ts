/** A hub that tells nothing any more is noticed: said wherever use is shown, and to the administrators once. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { visibleText } from "../../sandbox/slack/index.ts";
import { HOUR } from "../../src/domain/duration.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import { ALICE, BOB, startBot, startWorld, type World } from "../helpers/bot.ts";
import { findingsOf, runDoctor } from "../helpers/doctor.ts";
import { announceLarge, hubTells, letHubTell } from "../helpers/hub-tells.ts";
import { type Scene, scene } from "../helpers/scene.ts";

let world: World;
let it: Scene;
const bots: Awaited<ReturnType<typeof startBot>>[] = [];

beforeEach(async () => {
  world = await startWorld({ transport: "socket" });
  letHubTell(world);
  it = scene(world);
  bots.push(await startBot(world), await startBot(world));
});
afterEach(async () => {
  await Promise.all(bots.splice(0).map((bot) => bot.stop()));
  await world.close();
});

/** The bot's own write came back, to one of them. */
const beat = () => hubTells(world, () => bots[0]).heartbeat();
const sent = async () => Number(await world.commands.hget(world.keys.heard, "sent"));
/** Time passes in steps that the heartbeat sees. */
async function pass(minutes: number, told: boolean): Promise<void> {
  for (let i = 0; i < minutes; i += 2) {
    const before = await sent();
    await world.until(async () => {
      await world.jump(30_000);
      if (told) await beat();
      return (await sent()) > before;
    });
    if (told) await beat();
  }
}
const alarms = () => world.slack.dm(ALICE).filter((m) => visibleText(m).includes("Use is not known"));
const notices = async () => {
  const found = await Promise.all(bots.map((bot) => bot.status()));
  return found.flatMap(({ body }) =>
    (body as { notices: { cause: string }[] }).notices.filter(({ cause }) => cause === "hub audit"),
  );
};
/** By each replica's metrics. */
const complete = async () => {
  const texts = bots.map(({ app }) => fetch(`http://127.0.0.1:${app.port}/metrics`).then((r) => r.text()));
  return (await Promise.all(texts)).map((text) => /^karpor_access_evidence_complete (\d)$/m.exec(text)?.[1]);
};
const status = async (words: string) => {
  await it.say(BOB, "status");
  return visibleText(await it.whisper(BOB, words));
};
const doctor = async () => findingsOf(await runDoctor(world)).find(({ check }) => check === "hub audit");

test("ten minutes of silence are a gap, and stay one when the hub tells again", async () => {
  await world.until(async () => (await sent()) > 0);
  await beat();
  await it.get("guest 7d", "looking");
  await pass(4, true);
  expect(await status("not used yet")).not.toMatch(/not complete/);
  expect(await doctor()).toMatchObject({ level: "ok" });

  expect(await complete()).toEqual(["1", "1"]);

  await pass(14, false);
  await world.until(async () => alarms().length > 0);
  expect(await complete()).toEqual(["0", "0"]);
  expect(await status("no use reported, not complete since")).toMatch(/not complete since/);
  await it.say(ALICE, "active");
  expect(visibleText(await it.whisper(ALICE, "1 active"))).toMatch(/not complete since/);
  await world.until(async () => (await notices()).length === 2);
  expect(await doctor()).toMatchObject({
    level: "fail",
    message: expect.stringMatching(/has not told since/),
  });
  await pass(6, false);
  expect(alarms()).toHaveLength(1);

  await beat();
  await pass(2, true);
  expect(await status("not complete from")).toMatch(/not complete from .* to /);
  await world.until(async () => (await notices()).length === 0);
  expect(await complete()).toEqual(["1", "1"]);
  expect(await doctor()).toMatchObject({ level: "ok" });
  expect(alarms()).toHaveLength(1);

  // It is over while the hub is silent once more: nobody waits for it for ever.
  await world.slack.click(BOB, await it.dm(BOB, "production"), "End now", { confirm: true });
  await it.proveEnd();
  await pass(14, false);
  await world.until(async () => (await world.records()).some((r) => r.state === "ended" && r.use));
  expect(visibleText(await it.dm(BOB, "No use reported"))).toMatch(
    /not complete from .* · not complete since/,
  );
  expect(visibleText(await it.channel("No use reported"))).toMatch(/not complete since/);
}, 120_000);

test("whoever slept as long hears no silence in it, but in what comes after it", async () => {
  await world.until(async () => (await sent()) > 0);
  await beat();
  await pass(4, true);
  await world.jump(HOUR);
  await pass(4, false);
  expect(alarms()).toEqual([]);
  expect(await notices()).toEqual([]);
  await pass(10, false);
  await world.until(async () => alarms().length > 0);
});

test("a batch that is too large to be taken is a gap, one however often it is sent", async () => {
  await world.until(async () => (await sent()) > 0);
  await beat();
  await it.get("guest 7d", "looking");
  await pass(4, true);
  for (const bot of [...bots, ...bots]) {
    expect(await announceLarge(bot.app.hubAuditPort ?? 0)).toBe(413);
    await world.jump(45_000);
  }
  await beat();
  await pass(4, true);
  expect(await status("not complete from")).toMatch(/no use reported, not complete from \S.* to /);
});

test("where the hub never told anything, all of it is unknown", async () => {
  await it.get("guest 4h", "looking");
  expect(await status("no use reported")).toMatch(/not complete since/);
  await world.until(async () => (await sent()) > 0);
  expect(await doctor()).toMatchObject({ level: "fail", message: expect.stringMatching(/never told/) });
  expect(alarms()).toHaveLength(0);
});

test("what the hub sends again after the end is in what is said of it", async () => {
  const hub = hubTells(world, () => bots[0]);
  const only = async () => (await world.records())[0] as AccessRequest;
  await hub.heartbeat();
  const message = await it.get("guest 4h", "looking");
  const used = world.clock.now();
  await world.slack.click(BOB, message, "End now", { confirm: true });
  await it.proveEnd();
  await world.jump(45_000);
  await hub.heartbeat();
  await world.jump(45_000);
  await hub.use(await only(), { at: used });
  expect(await only()).not.toHaveProperty("use");
  await world.until(async () => {
    await world.jump(30_000);
    await hub.heartbeat();
    return "use" in (await only());
  });
  expect(visibleText(await it.dm(BOB, "Used once"))).toMatch(/Ended by you/);
});
