/** Story: the form asks for what the chosen role needs. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOUR } from "../../src/request/durations.ts";
import { eventually } from "../helpers/eventually.ts";
import { BOB } from "../helpers/people.ts";
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
test("a role that is chosen brings its times and its reason; what was typed stays", async () => {
  await scene.say(BOB, "");
  const view = { view: (await form()).id };
  await world.slack.choose(BOB, view, "other", "20m");
  expect((await inputs()).get("reason")?.optional).toBe(true);
  await world.slack.choose(BOB, view, "role", "admin");
  const drawn = await eventually(async () => {
    const now = await inputs();
    return now.get("reason")?.optional === false && now;
  });
  expect(JSON.stringify(drawn.get("time"))).toContain("8 h");
  expect(JSON.stringify(drawn.get("time"))).not.toContain("7 d");
  await world.slack.submit(BOB, (await form()).id, { reason: "by the form that reacts" });
  expect(await scene.because("by the form that reacts", "waiting")).toMatchObject({ duration: HOUR / 3 });
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
