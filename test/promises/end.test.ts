/** Promise 2: access ends on time, and the end is proved or said not to be. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { PROVE_AFTER } from "../../src/hub/proof.ts";
import { runStep } from "../../src/life/step.ts";
import { HOUR, MINUTE, SECOND } from "../../src/request/durations.ts";
import type { Ending } from "../../src/request/record.ts";
import { eventually } from "../helpers/eventually.ts";
import { ALICE, BOB, MEI } from "../helpers/people.ts";
import { type Scene, sceneOf, tokenIn } from "../helpers/scene.ts";
import { onStandIn } from "../helpers/stand-in.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;

beforeEach(async () => {
  world = await startWorld();
  scene = sceneOf(world);
  await startReplica(world);
});
afterEach(async () => {
  await world.hub.up();
  await world.close();
});

test("the token opens Karpor until its end and not after, and the receipt says that this was tried", async () => {
  const token = tokenIn(await scene.get("guest 1h", "looking"));
  await world.jump(HOUR - MINUTE);
  expect(await scene.login(token)).toBe("good");
  await world.jump(MINUTE);
  const { id } = await scene.record(({ ending }) => ending?.deletedAt != null);
  expect((await scene.proveEnd(id)).ending).toMatchObject({ cause: "time", proof: { method: "probe" } });
  await scene.isDead(token);
  await scene.dm(BOB, "Karpor refuses the token");
  expect(await scene.onHub()).toEqual([]);
});

test("what cannot be proved is said not to be, to the holder and to the channel, and is proved later", async () => {
  await scene.get("guest 1h", "ends while Karpor is away");
  await world.hub.down();
  await world.jump(HOUR + MINUTE);
  await world.jump(MINUTE);
  await scene.dm(BOB, "Not confirmed");
  await scene.card("Not confirmed");
  await world.hub.up();
  await world.sweep();
  const { id } = await scene.record(({ ending }) => ending?.deletedAt != null);
  expect((await scene.proveEnd(id)).ending?.proof).not.toBeNull();
  await scene.dm(BOB, "(checked");
});

onStandIn("a hub that is restored from a copy")("a hub that is restored from a copy", () => {
  test("while an end waits for its proof: what came back is deleted again, and only then proved", async () => {
    const token = tokenIn(await scene.get("guest 4h", "comes back"));
    const { id } = await scene.because("comes back", "active");
    const restore = world.localHub.copy();
    await scene.say(ALICE, `revoke ${id} enough`);
    const first = await scene.record((one) => one.id === id && one.ending?.deletedAt != null);
    restore();
    expect(await scene.login(token)).toBe("good");
    await world.jump(12 * SECOND);
    const again = await scene.record(
      (one) => one.id === id && (one.ending?.deletedAt ?? 0) > (first.ending?.deletedAt ?? 0),
    );
    expect(again).toMatchObject({ state: "ending", ending: { proof: null, unconfirmedAt: null } });
    expect(await scene.onHub()).toEqual([]);
    expect((await scene.proveEnd(id)).ending?.proof).not.toBeNull();
    await scene.isDead(token);
  });
});

test("replicas whose clocks are 50 s apart prove no end before its time", async () => {
  const { now, sleep } = world.clock;
  const ahead = { now: () => now() + 50 * SECOND, sleep };
  await scene.get("guest 4h", "deleted by the slower clock");
  await scene.say(BOB, "end");
  const slow = await scene.record((one) => one.ending?.deletedAt != null);
  const replica = await startReplica(world, { clock: ahead });
  await runStep(replica.bot, slow.id);
  expect((await scene.because(slow.reason, "ending")).ending?.proof).toBeNull();
  expectApart((await scene.proveEnd(slow.id)).ending);

  await scene.get("guest 4h", "deleted by the faster clock");
  const [behind] = world.bots.splice(0, 1);
  await behind?.stop();
  await scene.say(BOB, "end");
  const fast = await scene.record(
    (one) => one.reason.endsWith("faster clock") && one.ending?.deletedAt != null,
  );
  const gone = fast.ending?.deletedAt ?? 0;
  expect(Math.abs(gone - now())).toBeLessThan(5 * SECOND);
  expectApart((await scene.proveEnd(fast.id)).ending);
});

/** The hub may take a used token for 10 s. */
function expectApart(ending: Ending | null) {
  const { deletedAt, proof } = ending ?? {};
  expect((proof?.at ?? 0) - (deletedAt ?? 0)).toBeGreaterThanOrEqual(PROVE_AFTER);
}

onStandIn("a hub with RBAC off")("a hub with RBAC off", () => {
  test("nothing is granted, and nothing is called proved, until it is on again", async () => {
    const delivered = await scene.get("guest 8h", "ends while RBAC is off");
    await scene.ask("guest 8h", "waits for RBAC", MEI);
    world.localHub.setRbac(false);
    await world.jump(MINUTE);
    await world.slack.click(ALICE, await scene.card("waits for RBAC"), "approve");
    await scene.dm(MEI, "暂不开通");
    await world.slack.click(BOB, delivered, "End now", { confirm: true });
    const { id } = await scene.record(
      ({ reason, ending }) => reason === "ends while RBAC is off" && ending?.deletedAt != null,
    );
    for (let sweeps = 0; sweeps < 4; sweeps++) await world.jump(30 * SECOND);
    const open = await scene.record((one) => one.id === id && one.ending?.unconfirmedAt != null);
    expect(open.ending?.proof).toBeNull();
    await scene.card("Not confirmed");
    expect((await scene.record(({ reason }) => reason === "waits for RBAC")).state).toBe("scheduled");
    expect(await scene.onHub()).toHaveLength(1);
    world.localHub.setRbac(true);
    await world.sweep();
    expect(await scene.login(tokenIn(await scene.tokenOf(MEI)))).toBe("good");
    await eventually(async () => {
      await world.jump(14 * SECOND);
      return (await world.records()).find((one) => one.id === id)?.ending?.proof;
    });
  });
});
