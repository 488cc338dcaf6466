/** Promise 4: a Redis that lost something, or was restored to an older copy, gives nobody access again. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../src/request/durations.ts";
import { copyRedis } from "../helpers/copy.ts";
import { eventually } from "../helpers/eventually.ts";
import { ALICE, BOB, GENERAL, MEI } from "../helpers/people.ts";
import { buttonsOf, type Scene, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;

beforeEach(async () => {
  world = await startWorld();
  scene = sceneOf(world);
  await startReplica(world);
});
afterEach(() => world.close());

const isClosedAs = (reason: string, kind: string) =>
  scene.record((one) => one.reason === reason && one.state === "closed" && one.outcome?.kind === kind);

/** Two sweeps, with the time of a proof between them. */
async function twoSweeps() {
  await world.sweep();
  await world.jump(14 * SECOND);
  await world.sweep();
}

test("an approval of what Redis lost gives nothing, and its card loses its buttons", async () => {
  const card = await scene.ask("guest 1h", "waits when it is emptied");
  await world.commands.flushall();
  await world.slack.click(ALICE, card, "approve");
  await scene.whisper(ALICE, "no record");
  const retired = await scene.card("This message is over");
  expect([retired.ts, buttonsOf(retired)]).toEqual([card.ts, []]);
  expect(await world.records()).toEqual([]);
  expect(
    (await world.hub.objects()).clusterRoleBindings.map(({ metadata }) => metadata.name),
  ).not.toContainEqual(expect.stringMatching(/-r-/));
});

describe("an older copy", () => {
  test("a request that waits there and was denied since closes as restored", async () => {
    const card = await scene.ask("guest 1h", "denied since");
    const restore = await copyRedis(world.commands);
    await world.slack.click(ALICE, card, "Deny…");
    await scene.fill(ALICE, "no");
    await isClosedAs("denied since", "denied");
    await restore();
    await world.slack.click(ALICE, card, "approve").catch(() => {});
    await twoSweeps();
    await isClosedAs("denied since", "restored");
    expect(await scene.onHub()).toEqual([]);
    await scene.dm(BOB, "restored from a copy");
  });

  test("a request that waits there and was granted since ends, and asks for another decision", async () => {
    const card = await scene.ask("guest 1h", "granted since");
    const restore = await copyRedis(world.commands);
    await world.slack.click(ALICE, card, "approve");
    const token = tokenIn(await scene.tokenOf(BOB));
    await restore();
    await twoSweeps();
    await eventually(async () => {
      await world.jump(14 * SECOND);
      return isClosedAs("granted since", "restored");
    });
    await scene.isDead(token);
  });

  test("one scheduled there and withdrawn since does not begin", async () => {
    await scene.say(BOB, "guest 1h from 2099-01-01 09:00 too far", GENERAL);
    const card = await scene.ask(`guest 1h from ${inTwoHours()}`, "withdrawn since");
    await world.slack.click(ALICE, card, "approve");
    await scene.record(({ state }) => state === "scheduled");
    const restore = await copyRedis(world.commands);
    await world.slack.click(BOB, await scene.dm(BOB, "when it starts"), "Withdraw");
    await isClosedAs("withdrawn since", "withdrawn");
    await restore();
    await world.jump(3 * HOUR);
    await twoSweeps();
    await eventually(async () => {
      await world.jump(14 * SECOND);
      return isClosedAs("withdrawn since", "restored");
    });
    expect(await scene.onHub()).toEqual([]);
  });

  test("a grant active there and revoked since stays refused", async () => {
    const delivered = await scene.get("guest 2h", "revoked since");
    const { id } = await scene.record(({ state }) => state === "active");
    const restore = await copyRedis(world.commands);
    await scene.say(ALICE, `revoke ${id} enough`);
    await scene.proveEnd(id);
    await restore();
    await eventually(async () => {
      await world.jump(14 * SECOND);
      return isClosedAs("revoked since", "restored");
    });
    await scene.isDead(tokenIn(delivered));
    expect(await scene.onHub()).toEqual([]);
  });

  test("a grant made since keeps its own end, the admins are told, and lockdown ends it sooner", async () => {
    const restore = await copyRedis(world.commands);
    const token = tokenIn(await scene.get("guest 2h", "made since"));
    await restore();
    await world.sweep();
    await scene.card("without a record");
    expect(await scene.login(token)).toBe("good");
    await scene.say(ALICE, "lockdown everybody an incident");
    await world.sweep();
    await eventually(async () => (await scene.login(token)) !== "good");
  });

  test("a lockdown set since is copied from Karpor, and one lifted since holds until somebody unlocks again", async () => {
    const restore = await copyRedis(world.commands);
    await scene.say(ALICE, "lockdown everybody an incident");
    await scene.card("Locked down");
    await restore();
    await world.sweep();
    await scene.say(MEI, "peek 15m");
    await scene.whisper(MEI, "锁定");
    const locked = await copyRedis(world.commands);
    await scene.say(ALICE, "unlock all clear");
    await eventually(async () => !(await isLocked()));
    await locked();
    expect(await isLocked()).toBe(true);
    await world.sweep();
    expect(await isLocked()).toBe(true);
    await scene.say(ALICE, "unlock all clear");
    await world.sweep();
    expect(await isLocked()).toBe(false);
  });
});

describe("an empty Redis", () => {
  test("nobody gets access, and what is on the hub ends by its own annotation", async () => {
    await scene.ask("guest 1h", "waits when it is emptied");
    const token = tokenIn(await scene.get("guest 1h", "active when it is emptied", MEI));
    await world.commands.flushall();
    await world.sweep();
    expect(await scene.login(token)).toBe("good");
    await world.jump(HOUR + MINUTE);
    await scene.isDead(token);
    await world.jump(24 * HOUR);
    await eventually(async () => {
      await world.sweep();
      return (await scene.onHub()).length === 0;
    });
    const card = world.slack.messages("C0APPROVALS").find((one) => visibleText(one).includes("waits when"));
    if (card) await world.slack.click(ALICE, card, "approve");
    await scene.whisper(ALICE, "no record");
    expect(await scene.onHub()).toEqual([]);
  });

  test("more time that is granted keeps its own end", async () => {
    await scene.get("guest 7h", "the first part");
    await world.slack.click(ALICE, await scene.ask("more 1h", "the second part"), "approve");
    const { id } = await scene.because("the second part", "active");
    const token = tokenIn(await scene.tokenOf(BOB, id));
    await world.commands.flushall();
    await world.jump(8 * HOUR - MINUTE);
    await world.sweep();
    expect(await scene.login(token)).toBe("good");
    await world.jump(2 * MINUTE);
    await scene.isDead(token);
  });

  test("a wrong REDIS_URL that is put right ends nobody", async () => {
    const token = tokenIn(await scene.get("guest 1h", "on the right one"));
    const restore = await copyRedis(world.commands);
    await world.commands.flushall();
    await world.sweep();
    await world.jump(2 * MINUTE);
    await restore();
    await world.sweep();
    await world.jump(MINUTE);
    expect(await scene.login(token)).toBe("good");
    expect((await scene.record(({ reason }) => reason === "on the right one")).state).toBe("active");
  });
});

const isLocked = async () =>
  (await world.commands.hexists("{karpor-access:test}:lockdowns", "everybody")) === 1;

/** Of the UTC day, which is the people's zone in this workspace. */
function inTwoHours(): string {
  const at = new Date(world.clock.now() + 2 * HOUR);
  return at.toISOString().slice(0, 16).replace("T", " ");
}
