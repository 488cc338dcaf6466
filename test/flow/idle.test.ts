/** Access that nobody uses: its holder is asked, and keeps it, uses it, ends it, or it ends by itself. Nothing is concluded from what the hub did not tell. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { buttonsOf, visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import {
  ALICE,
  APPROVALS,
  BOB,
  type Bot,
  catalog,
  MEI,
  startBot,
  startWorld,
  type World,
} from "../helpers/bot.ts";
import { changeFile } from "../helpers/config-file.ts";
import { hubTells, letHubTell } from "../helpers/hub-tells.ts";
import { type IdleScene, idleScene } from "../helpers/idle-scene.ts";
import { type Scene, scene } from "../helpers/scene.ts";

const asked = { ...catalog.guest, idle: "2h" };
const roles = {
  ...catalog,
  guest: asked,
  admin: { ...catalog.admin, duration: { default: "1h", max: "1d" }, idle: { after: "30m", release: true } },
};
let world: World;
let it: Scene;
let { record, state, settled, pass, comes, questions, stands, told }: IdleScene = {} as IdleScene;
let hub: ReturnType<typeof hubTells>;
let bots: Bot[] = [];
beforeEach(async () => {
  world = await startWorld({ transport: "socket" });
  letHubTell(world, { roles });
  it = scene(world);
  bots = [await startBot(world)];
  hub = hubTells(world, () => bots.at(-1));
  ({ record, state, settled, pass, comes, questions, stands, told } = idleScene(world, hub.heartbeat));
  await hub.heartbeat();
});
afterEach(async () => {
  await Promise.all(bots.map((bot) => bot.stop()));
  await world.close();
});

/** What a crash of Redis, or of BullMQ, may lose. */
const loseJobs = async () => {
  const jobs = await world.jobs.lanes.timers.getDelayed();
  await Promise.all(jobs.filter(({ name }) => name !== "sweep").map((job) => job.remove()));
};

test("two hours without use: the holder is asked once, and Keep starts the time anew", async () => {
  await it.get("guest 8h", "looking");
  await pass(2 * HOUR - 2 * MINUTE);
  expect(questions(BOB)).toEqual([]);
  const message = await stands(BOB);
  expect(visibleText(message)).toMatch(
    /^\*Still needed\?\* No use of `guest` on \*production\* was reported for 2 h\./,
  );
  expect(buttonsOf(message)).toEqual(["Keep", "End now"]);
  await pass(HOUR);
  expect(questions(BOB)).toHaveLength(1);
  await it.say(BOB, "status");
  expect(buttonsOf(await it.whisper(BOB, "still needed?"))[0]).toBe("Keep");

  // Nobody does it twice.
  const click = await world.slack.click(BOB, message, "Keep");
  await world.slack.redeliver(click);
  await world.slack.waitFor(() => visibleText(message).startsWith("*Kept:*"));
  expect(buttonsOf(message)).toEqual([]);
  await pass(2 * HOUR - 2 * MINUTE);
  expect(questions(BOB)).toEqual([]);
  await stands(BOB);
  // The one before is gone.
  await world.slack.waitFor(() => world.slack.dm(BOB).every((m) => !visibleText(m).startsWith("*Kept:*")));
  expect(world.slack.ephemerals(BOB)).toHaveLength(2);
}, 120_000);

test("who uses it is not asked, a question is taken back by use, and End now ends it", async () => {
  await it.get("guest 8h", "looking");
  await pass(HOUR);
  await hub.use(await record("looking"));
  await pass(2 * HOUR - 2 * MINUTE);
  expect(questions(BOB)).toEqual([]);
  const message = await stands(BOB);
  await hub.use(await record("looking"));
  await comes(() => visibleText(message).startsWith("*In use again:*"));
  expect(buttonsOf(message)).toEqual([]);
  await pass(2 * HOUR - 2 * MINUTE);
  await world.slack.click(BOB, await stands(BOB), "End now", { confirm: true });
  await world.until(async () => (await state("looking")) === "ending");
  expect(await record("looking")).toMatchObject({ end: { cause: "released" } });
  await world.slack.waitFor(() => questions(BOB).length === 0);
}, 120_000);

test("with release it ends a quarter of an hour after its holder was told, and everybody hears why", async () => {
  const card = await it.ask("admin 4h", "clusters", MEI);
  await world.slack.click(ALICE, card, "approve");
  await world.until(async () => (await state("clusters")) === "active");
  await pass(30 * MINUTE);
  const message = await stands(MEI);
  expect(visibleText(message)).toMatch(/若不保留也不使用，最早 15 分钟后结束/);
  expect(buttonsOf(message)).toEqual(["保留", "立即结束"]);
  const at = await told("clusters");
  await comes(async () => (await state("clusters")) !== "active");
  const over = await record("clusters");
  const end = "end" in over ? over.end : undefined;
  expect(end?.cause).toBe("idle");
  expect(end?.at).toBeGreaterThanOrEqual(at + 17 * MINUTE);
  expect(end?.at).toBeLessThanOrEqual(at + 19 * MINUTE);
  await world.until(async () => {
    const r = await record("clusters");
    return r.state === "ended" || (r.state === "ending" && r.deletedAt !== undefined);
  });
  expect(await it.standing()).toEqual([]);
  await comes(async () => (await state("clusters")) === "ended");
  await world.slack.waitFor(() => /Ended .* \(idle, no use was reported\)/.test(visibleText(card)));
  await comes(() => world.slack.messages(APPROVALS).some((m) => /Ended because idle/.test(visibleText(m))));
  const receipt = await it.dm(MEI, "已结束，没有使用记录");
  expect(buttonsOf(receipt)).toEqual(["再次申请"]);
  expect(questions(MEI)).toEqual([]);
  expect(bots[0]?.trail().find(({ to }) => to === "ending")).toMatchObject({ who: "bot", why: "idle" });
}, 120_000);

test("who asks for more time while they are asked needs it: it goes on while that waits", async () => {
  await it.get("admin 4h", "clusters");
  await pass(30 * MINUTE);
  const message = await stands(BOB);
  await told("clusters");
  await world.slack.click(BOB, await it.dm(BOB, "Only for you."), "Ask for more time");
  const form = await world.slack.waitFor(() => world.slack.views(BOB).at(-1));
  await world.slack.submit(BOB, form.id, { "more-time": "1 h", "more-reason": "not done" });
  await it.channel("not done");
  await world.slack.waitFor(() => visibleText(message).startsWith("*Kept:*"));
  await pass(25 * MINUTE);
  expect([await state("clusters"), await state("not done")]).toEqual(["active", "pending"]);
}, 120_000);

test("use before the end, of which the hub tells late, takes the release back", async () => {
  await it.get("admin 4h", "clusters");
  await pass(30 * MINUTE);
  const message = await stands(BOB);
  const at = await told("clusters");
  await pass(at + 14 * MINUTE - world.clock.now());
  // Its time is over, and the hub has not told yet of what was done in it.
  await world.jump(2 * MINUTE);
  await settled();
  expect(await state("clusters")).toBe("active");
  await hub.use(await record("clusters"), { at: at + 14 * MINUTE });
  await comes(() => visibleText(message).startsWith("*In use again:*"));
  expect(await state("clusters")).toBe("active");
}, 120_000);

test("a batch with use that the hub sends again after a heartbeat still takes the release back", async () => {
  await it.get("admin 4h", "clusters");
  await pass(30 * MINUTE);
  const message = await stands(BOB);
  const at = await told("clusters");
  await pass(at + 15 * MINUTE - world.clock.now());
  await pass(MINUTE);
  await world.jump(90 * SECOND);
  await settled();
  expect(await state("clusters")).toBe("active");
  await hub.use(await record("clusters"), { at: at + 14 * MINUTE });
  await comes(() => visibleText(message).startsWith("*In use again:*"));
  expect(await state("clusters")).toBe("active");
}, 120_000);

test("a hub that is silent ends nothing, nobody is asked because of it, and then the time counts anew", async () => {
  await it.get("admin 4h", "clusters");
  await pass(30 * MINUTE);
  await stands(BOB);
  await told("clusters");
  await pass(24 * MINUTE, { heard: false });
  await world.slack.waitFor(() => questions(BOB).length === 0);
  await pass(16 * MINUTE, { heard: false });
  expect(await state("clusters")).toBe("active");
  expect(questions(BOB)).toEqual([]);
  await hub.heartbeat();
  await pass(28 * MINUTE);
  expect(questions(BOB)).toEqual([]);
  await stands(BOB);
}, 120_000);

test("what becomes due while no bot runs is not forgotten, though its jobs are lost", async () => {
  const restart = async () => {
    await bots.pop()?.stop();
    await loseJobs();
    await world.jump(8 * MINUTE);
    bots.push(await startBot(world));
    await hub.heartbeat();
  };
  await it.get("admin 4h", "clusters");
  await pass(24 * MINUTE);
  await restart();
  await stands(BOB);
  await told("clusters");
  await restart();
  await comes(async () => (await state("clusters")) !== "active");
  expect(await record("clusters")).toMatchObject({ end: { cause: "idle" } });
}, 120_000);

test("a policy that asks no more takes the question back", async () => {
  await it.get("admin 4h", "clusters");
  await pass(30 * MINUTE);
  await stands(BOB);
  await told("clusters");
  changeFile(world, { roles: catalog });
  await comes(() => questions(BOB).length === 0);
  await pass(24 * MINUTE);
  expect(await state("clusters")).toBe("active");
}, 120_000);
