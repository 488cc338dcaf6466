/** Attack: a thief of one Slack session has somebody else given what nobody approves. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ALICE, BOB, CAROL, GENERAL, MEI } from "../helpers/people.ts";
import { roles } from "../helpers/roles.ts";
import { type Scene, sceneOf, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;

beforeAll(async () => {
  const fast = { name: "fast", when: { role: ["quick"], requester: { in: ["S0DEV"] } }, then: "approve" };
  world = await startWorld({ config: { roles: { ...roles, quick: roles.guest }, rules: [fast] } });
  scene = sceneOf(world);
  await startReplica(world);
});
afterAll(() => world.close());

async function answerTo(user: string, line: string): Promise<string> {
  const { ephemeral } = await scene.say(user, line, GENERAL);
  return ephemeral ? visibleText(ephemeral) : "";
}

test("an emergency for an accomplice who may take it is refused, and nothing is on the hub", async () => {
  expect(await answerTo(CAROL, "for @bob emergency admin 1h search is down")).toContain(
    `is for oneself alone. <@${BOB}> can ask for it.`,
  );
  expect(await scene.onHub()).toEqual([]);
  expect(await world.records()).toEqual([]);
});

test("a role that needs no approval is had by who asks for it, and by nobody else", async () => {
  expect(await answerTo(CAROL, "for @mei peek 15m hers")).toContain("is for oneself alone");
  await scene.say(CAROL, "", GENERAL);
  const form = await scene.unfold(CAROL);
  const { errors } = await world.slack.submit(CAROL, form.id, { role: "peek", who: MEI });
  expect(errors).toEqual({ who: expect.stringContaining("is for oneself alone") });
  expect(await world.records()).toEqual([]);
});

test("a rule that approves MEI's own requests approves none that CAROL makes for her: approvers decide", async () => {
  await scene.say(CAROL, "for @mei quick 1h not her own");
  const card = await scene.card("not her own");
  expect((await scene.record(({ reason }) => reason === "not her own")).state).toBe("waiting");
  await world.slack.click(ALICE, card, "approve");
  const { approvals } = await scene.record((one) => one.reason === "not her own" && one.state === "active");
  expect(approvals).toMatchObject([{ by: ALICE, rule: null }]);
  await scene.say(MEI, "end quick");
  await scene.say(MEI, "quick 1h her own");
  await scene.record((one) => one.reason === "her own" && one.state === "active");
});
