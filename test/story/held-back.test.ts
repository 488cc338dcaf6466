/** Story 8: a check of the hub fails: what it concerns is held back, and nothing else. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { hubClient } from "../../sandbox/hub/client.ts";
import { HOUR, MINUTE, SECOND } from "../../src/request/durations.ts";
import { ALICE, BOB, CAROL, MEI } from "../helpers/people.ts";
import { type Scene, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;

beforeEach(async () => {
  world = await startWorld();
  scene = sceneOf(world);
  await startReplica(world);
});
afterEach(() => world.close());

const ROLES = "/apis/rbac.authorization.k8s.io/v1/clusterroles";

/** As a rollout that deletes it and brings it later; resolves to what brings it back. */
async function takeClusterRole(name: string) {
  const admin = hubClient(world.hub, world.hub.admin);
  const { body } = await admin("GET", `${ROLES}/${name}`);
  await admin("DELETE", `${ROLES}/${name}`);
  await world.sweep();
  return async () => {
    await admin("POST", ROLES, { body: { metadata: { name }, rules: body.rules } });
    await admin.close();
    await world.sweep();
  };
}

const MISSING = "Karpor has no ClusterRole `karpor-guest`";

test("a missing ClusterRole holds back its roles alone, with its reason, and no time runs", async () => {
  const bringBack = await takeClusterRole("karpor-guest");
  await world.slack.click(ALICE, await scene.ask("guest 4h", "waits for its role"), "approve");
  const held = await scene.because("waits for its role", "scheduled");
  expect(held).toMatchObject({ startsAt: null, endsAt: null });
  for (const shown of [await scene.dm(BOB, "not ready yet"), await scene.card("not ready yet")])
    expect(visibleText(shown)).toContain(MISSING);

  await scene.say(BOB, "emergency admin 1h the site is down");
  expect(await scene.login(tokenIn(await scene.tokenOf(BOB)))).toBe("good");
  const card = await scene.ask("admin 1h", "OPS-1 another role", MEI);
  await world.slack.click(ALICE, card, "approve");
  await world.slack.waitFor(() => visibleText(card).includes(`Approved by <@${ALICE}>`));
  await world.slack.click(CAROL, card, "approve");
  await scene.because("OPS-1 another role", "active");

  await world.jump(2 * HOUR);
  expect((await scene.because("waits for its role", "scheduled")).heldBack).toEqual([
    { code: "no-cluster-role", name: "karpor-guest" },
  ]);
  await bringBack();
  const { endsAt, activeAt, id } = await scene.because("waits for its role", "active");
  expect((endsAt ?? 0) - (activeAt ?? 0)).toBeGreaterThan(4 * HOUR - 10 * SECOND);
  expect(await scene.login(tokenIn(await scene.tokenOf(BOB, id)))).toBe("good");
});

test("what never becomes ready closes with the reason when it lapses", async () => {
  await takeClusterRole("karpor-guest");
  await world.slack.click(ALICE, await scene.ask("guest 1h", "never ready"), "approve");
  await scene.because("never ready", "scheduled");
  await world.jump(4 * HOUR + MINUTE);
  const { outcome } = await scene.because("never ready", "closed");
  expect(outcome).toMatchObject({
    kind: "refused",
    refusal: { code: "held-back", data: { reason: "no-cluster-role", name: "karpor-guest" } },
  });
  const told = visibleText(await scene.dm(BOB, "never became ready"));
  expect(told).toContain(MISSING);
  expect(visibleText(await scene.card("never became ready"))).toContain(MISSING);
  expect(scene.visible()).not.toContain("nobody decided");
  expect(await scene.onHub()).toEqual([]);
});

test("a restart with everything well holds back nothing, and rings nobody", async () => {
  await scene.get("guest 4h", "held before");
  await Promise.all(world.bots.splice(0).map((running) => running.stop()));
  const rung = () => [ALICE, BOB, CAROL, MEI].flatMap((user) => world.slack.notifications(user)).length;
  const [before, said] = [rung(), world.slack.history().length];
  const { bot, lines } = await startReplica(world);
  expect(bot.checks.failing).toEqual([]);
  await world.sweep();
  expect([rung(), world.slack.history().length]).toEqual([before, said]);
  await scene.say(MEI, "peek 15m at once");
  await scene.because("at once", "active");
  expect(lines.filter(({ msg }) => /New access|→ scheduled/.test(msg))).toEqual([]);
});
