/** Story: the form asks for what the chosen role needs. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOUR } from "../../src/request/durations.ts";
import { eventually } from "../helpers/eventually.ts";
import { BOB } from "../helpers/people.ts";
import { roles } from "../helpers/roles.ts";
import { type Scene, sceneOf } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;
beforeAll(async () => {
  world = await startWorld({ config: { roles } });
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
