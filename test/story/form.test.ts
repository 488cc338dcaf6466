/** Story: the form asks for what the chosen role needs. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOUR } from "../../src/request/durations.ts";
import { eventually } from "../helpers/eventually.ts";
import { ALICE, BOB, CAROL, GUS, MEI } from "../helpers/people.ts";
import { roles } from "../helpers/roles.ts";
import { type Scene, sceneOf, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;
beforeAll(async () => {
  const warn = (en: string, zh: string) => ({ ...roles.guest, confirm: { en, zh } });
  const risky = warn("What you change here is seen by <everybody>.", "这里的更改所有人可见。");
  world = await startWorld({
    config: { roles: { ...roles, risky, other: warn("Nothing is undone.", "无法撤销。") } },
  });
  scene = sceneOf(world);
  await startReplica(world);
});
afterAll(() => world.close());

const form = () => scene.form(BOB);
const inputs = async () => new Map((await form()).blocks.map((block) => [block.block_id, block]));
const timesIn = async () => JSON.stringify((await inputs()).get("time"));
const cursorIn = async () =>
  (await form()).blocks.find((block) => JSON.stringify(block).includes("focus_on_load"))?.block_id;

test("role, time and reason, and the rest behind More; a role brings its times and its reason; what was typed stays", async () => {
  await scene.say(BOB, "");
  const view = { view: (await form()).id };
  expect([...(await inputs()).keys()].slice(0, 3)).toEqual(["role", "time", "reason"]);
  expect(await cursorIn()).toBe("role");
  // As long as every role allows, until one is chosen.
  expect(await timesIn()).toContain("1 h");
  expect(await timesIn()).not.toContain("2 h");
  expect((await inputs()).has("other")).toBe(false);
  await scene.unfold(BOB);
  expect(await cursorIn()).toBe("other");
  await world.slack.choose(BOB, view, "other", "20m");
  expect((await inputs()).get("reason")?.optional).toBe(true);
  await world.slack.choose(BOB, view, "role", "admin");
  await eventually(async () => (await inputs()).get("reason")?.optional === false);
  expect(await timesIn()).toContain("8 h");
  expect(await timesIn()).not.toContain("7 d");
  await world.slack.submit(BOB, (await form()).id, { reason: "by the form that reacts" });
  expect(await scene.because("by the form that reacts", "waiting")).toMatchObject({ duration: HOUR / 3 });
});

test("for somebody else their roles are offered; a line for a role that one may not have opens no form", async () => {
  await scene.say(CAROL, "admin");
  await scene.whisper(CAROL, "can ask for");
  await scene.say(BOB, "emergency guest");
  await scene.whisper(BOB, "`guest` cannot be taken in an emergency");
  expect(world.slack.views(CAROL)).toEqual([]);
  await scene.say(CAROL, "");
  const { id } = await scene.unfold(CAROL);
  const offered = async () => JSON.stringify((await scene.form(CAROL)).blocks[0]);
  expect(await offered()).not.toContain("admin");
  await world.slack.choose(CAROL, { view: id }, "who", BOB);
  await eventually(async () => (await offered()).includes("admin"));
  await world.slack.choose(CAROL, { view: id }, "role", "admin");
  await world.slack.choose(CAROL, { view: id }, "who", ALICE);
  const { errors } = await world.slack.submit(CAROL, id, { reason: "for who may not" });
  expect(errors).toEqual({ role: expect.stringContaining("can ask for admin") });
  await world.slack.closeView(CAROL, id);
});

test("a role that warns opens the form from a line, and is asked for with a tick; the card warns too", async () => {
  const { ephemeral } = await scene.say(BOB, "risky 2h a risky line");
  expect(ephemeral).toBeUndefined();
  const { id, blocks } = await form();
  expect(JSON.stringify(blocks)).toContain("seen by &lt;everybody&gt;.");
  expect((await world.slack.submit(BOB, id)).sent).toBe(false);
  await world.slack.submit(BOB, id, { "confirm-risky": ["risky"] });
  expect(await scene.because("a risky line", "waiting")).toMatchObject({ duration: 2 * HOUR, role: "risky" });
  expect(visibleText(await scene.card("a risky line"))).toContain(
    "*Warning:* What you change here is seen by",
  );
});

test("the tick of one role is none of another's, and a form sent before it warned is shown again", async () => {
  await scene.say(BOB, "");
  const { id } = await form();
  const view = { view: id };
  await world.slack.choose(BOB, view, "role", "risky");
  await eventually(async () => (await inputs()).has("confirm-risky"));
  await world.slack.choose(BOB, view, "confirm-risky", ["risky"]);
  await world.slack.choose(BOB, view, "role", "other");
  await eventually(async () => (await inputs()).has("confirm-other"));
  expect((await world.slack.submit(BOB, id, { reason: "without a tick" })).sent).toBe(false);

  // Slack sends what is chosen and what is submitted side by side.
  await world.slack.closeView(BOB, id);
  await scene.say(BOB, "");
  const second = await form();
  const sent = await world.slack.submit(BOB, second.id, { role: "other", reason: "without a tick" });
  expect([sent.sent, sent.errors]).toEqual([true, {}]);
  await eventually(async () => (await inputs()).has("confirm-other"));
  expect((await world.records()).filter(({ reason }) => reason === "without a tick")).toEqual([]);
  await world.slack.submit(BOB, second.id, { "confirm-other": ["other"] });
  await scene.because("without a tick", "waiting");
});

test("only roles that one may ask for are offered; in an emergency those that one may take; a guest reads why not", async () => {
  const offered = async (user: string) => {
    const { id, blocks } = await scene.form(user);
    const role = blocks.find(({ block_id }) => block_id === "role")?.element as {
      options: { value: string }[];
    };
    await world.slack.closeView(user, id);
    return role.options.map(({ value }) => value);
  };
  await scene.say(CAROL, "");
  expect(await offered(CAROL)).toEqual(["guest", "peek", "shown", "risky", "other"]);
  await world.slack.closeView(BOB, (await form()).id).catch(() => {});
  await scene.say(BOB, "emergency");
  expect(await offered(BOB)).toEqual(["admin"]);
  await scene.say(GUS, "");
  await scene.whisper(GUS, "has a Slack guest account");
  expect(world.slack.views(GUS)).toEqual([]);
});

test("a lockdown of nobody in particular opens the form, which says whom and what it hits; revoke without words too", async () => {
  const card = await scene.ask("guest 1h", "to be counted");
  await scene.say(ALICE, "lockdown a stolen laptop");
  const { id, blocks } = await scene.form(ALICE);
  expect(visibleText({ text: "", blocks })).toMatch(
    /\*Everybody\* loses their access[\s\S]*Now: 0 accesses, \d+ waiting/,
  );
  expect(JSON.stringify(blocks)).toContain("a stolen laptop");
  await world.slack.closeView(ALICE, id);
  await scene.say(ALICE, "lockdown @bob");
  const one = await scene.form(ALICE);
  expect(visibleText({ text: "", blocks: one.blocks })).toMatch(
    /<@U0BOB> loses all access, and can neither ask nor decide[\s\S]*Now: 0 accesses, \d+ waiting/,
  );
  await world.slack.closeView(ALICE, one.id);
  await world.slack.click(ALICE, card, "approve");
  const held = await scene.because("to be counted", "active");
  await scene.say(MEI, `revoke ${held.id}`);
  await scene.whisper(MEI, "可以操作");
  expect(world.slack.views(MEI)).toEqual([]);
  await scene.say(ALICE, `revoke ${held.id}`);
  await scene.fill(ALICE, "found by the form");
  expect(await scene.because("to be counted", "ending")).toMatchObject({
    ending: { words: "found by the form" },
  });
});
