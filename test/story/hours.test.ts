/** Story: a rule that holds by day approves then, and says so on the card; at night people are asked. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOUR } from "../../src/request/durations.ts";
import { BOB, MEI } from "../helpers/people.ts";
import { roles } from "../helpers/roles.ts";
import { type Scene, sceneOf, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

/** The time of day in UTC, `hours` from now. */
const clockIn = (hours: number): string => new Date(Date.now() + hours * HOUR).toISOString().slice(11, 16);
const shift = `${clockIn(-1)}-${clockIn(3)}`;

let world: World;
let scene: Scene;
beforeAll(async () => {
  const when = { role: ["guest"], hours: shift, zone: "UTC" };
  world = await startWorld({ config: { roles, rules: [{ name: "day shift", when, then: "approve" }] } });
  scene = sceneOf(world);
  await startReplica(world);
});
afterAll(() => world.close());

const because = (reason: string, state: string) =>
  scene.record((one) => one.reason === reason && one.state === state);

test("within its hours it approves, and the card says which rule and why", async () => {
  await scene.say(BOB, "guest 8h by day");
  const { approvals } = await because("by day", "active");
  expect(approvals).toMatchObject([{ by: null, rule: "day shift", why: `${shift} UTC` }]);
  await scene.card(`approved by the rule “day shift (${shift} UTC)”`);
  await scene.dm(BOB, `rule “day shift (${shift} UTC)”`);
});

test("what begins outside of them is left to people, whenever it is asked", async () => {
  const later = new Date(world.clock.now() + 5 * HOUR).toISOString();
  await scene.say(MEI, `guest 1h from ${later} begins in the evening`);
  await because("begins in the evening", "waiting");
  expect(visibleText(await scene.card("begins in the evening"))).not.toContain("day shift");
  await world.jump(4 * HOUR);
  await scene.say(BOB, "more 1h of the same");
  await because("of the same", "waiting");
});
