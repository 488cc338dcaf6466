/** Promise 2: access ends on time, and the end is proved or said not to be. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../src/request/durations.ts";
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
