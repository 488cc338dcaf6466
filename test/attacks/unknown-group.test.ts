/** Attack: somebody who edits user groups has Slack stop listing one, so that what denies them denies nobody. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../src/request/durations.ts";
import { ALICE, APPROVALS, BOB, CAROL, MEI } from "../helpers/people.ts";
import { roles } from "../helpers/roles.ts";
import { type Scene, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;

beforeAll(async () => {
  const approval = { by: ["S0SRE"], within: "2h" };
  world = await startWorld({
    config: {
      roles: {
        ...roles,
        guest: { ...roles.guest, approval },
        own: { ...roles.peek, requester: { in: ["S0DEV"] } },
      },
      rules: [
        { name: "no developers", when: { role: ["peek"], requester: { in: ["S0DEV"] } }, then: "deny" },
      ],
    },
  });
  scene = sceneOf(world);
  await startReplica(world);
});
afterAll(() => world.close());

const because = (reason: string, state: string) =>
  scene.record((one) => one.reason === reason && one.state === state);
const refusalFor = async (reason: string) => (await because(reason, "closed")).outcome?.refusal;
const told = () =>
  world.slack.messages(APPROVALS).filter((one) => visibleText(one).includes("Slack does not list"));
/** The bot asks Slack anew after 15 s. */
const disable = async (id: string, isDisabled: boolean) => {
  await world.slack.people.disableGroup(id, isDisabled);
  await world.jump(MINUTE);
};

test("what a denying rule's group hides is refused, its holders keep what they have, the admins hear it once", async () => {
  await scene.say(MEI, "own 1h held before");
  const held = await because("held before", "active");
  const token = tokenIn(await scene.tokenOf(MEI, held.id));
  await disable("S0DEV", true);

  await scene.say(BOB, "peek 15m round the rule");
  expect(await refusalFor("round the rule")).toEqual({ code: "group-unknown", data: { group: "S0DEV" } });
  await scene.say(BOB, "own 1h not known to be one");
  expect((await refusalFor("not known to be one"))?.code).toBe("group-unknown");
  await scene.say(CAROL, "guest 1h depends on no such group");
  await because("depends on no such group", "waiting");

  expect(visibleText(await world.slack.waitFor(() => told()[0]))).toContain("S0DEV");
  await world.jump(20 * MINUTE);
  expect((await scene.record(({ id }) => id === held.id)).state).toBe("active");
  expect(await scene.login(token)).toBe("good");
  expect(told()).toHaveLength(1);
  await disable("S0DEV", false);
  await scene.say(BOB, "peek 15m denied again");
  expect((await refusalFor("denied again"))?.code).toBe("rule-denies");
});

test("what waits for approvers whom nobody can tell goes on waiting, and is approved when they are known", async () => {
  const card = await scene.ask("guest 1h", "waits for the group", MEI);
  await disable("S0SRE", true);
  await world.slack.click(ALICE, card, "approve");
  await scene.whisper(ALICE, "does not list the user group `S0SRE`");
  expect((await scene.record(({ reason }) => reason === "waits for the group")).state).toBe("waiting");
  await scene.say(BOB, "guest 1h nobody could approve it");
  expect((await refusalFor("nobody could approve it"))?.code).toBe("group-unknown");
  await disable("S0SRE", false);
  await world.slack.click(ALICE, card, "approve");
  await because("waits for the group", "active");
});

test("what was approved for later waits at its start, and closes when it lapses", async () => {
  await scene.say(MEI, "end guest");
  const ask = async (reason: string) => {
    const at = new Date(world.clock.now() + HOUR).toISOString();
    await world.slack.click(ALICE, await scene.ask(`guest 30m from ${at}`, reason, MEI), "approve");
    await because(reason, "scheduled");
  };
  await ask("starts when they are known");
  await disable("S0SRE", true);
  await world.jump(HOUR);
  expect((await scene.record(({ reason }) => reason === "starts when they are known")).state).toBe(
    "scheduled",
  );
  await disable("S0SRE", false);
  await because("starts when they are known", "active");
  await scene.say(MEI, "end guest");
  await ask("never known");
  await disable("S0SRE", true);
  await world.jump(4 * HOUR);
  expect((await refusalFor("never known"))?.code).toBe("group-unknown");
});
