/** Story 5: access ends before its time: by its holder, an approver, an admin, a lockdown, or by hand on the hub. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { hubClient } from "../../sandbox/hub/client.ts";
import { HOUR } from "../../src/request/durations.ts";
import { eventually } from "../helpers/eventually.ts";
import { ALICE, BOB, CAROL, MEI } from "../helpers/people.ts";
import { buttonsOf, type Scene, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;

beforeAll(async () => {
  world = await startWorld();
  scene = sceneOf(world);
  await startReplica(world);
});
afterEach(() => scene.clear());
afterAll(() => world.close());

const endedBy = (reason: string) =>
  scene.record((one) => one.reason === reason && one.state !== "active" && one.ending !== null);

test("the holder ends it with the button, and with the word", async () => {
  const delivered = await scene.get("guest 1h", "by the button");
  await world.slack.click(BOB, delivered, "End now", { confirm: true });
  const { id } = await endedBy("by the button");
  expect((await scene.proveEnd(id)).outcome).toMatchObject({ kind: "ended", by: BOB });
  await scene.get("guest 1h", "by the word");
  await scene.say(BOB, "end");
  expect((await endedBy("by the word")).ending).toMatchObject({ cause: "holder", by: BOB });
});

test("of several accesses the word ends none: it asks which one, in the reader's language", async () => {
  for (const [user, line, which, button] of [
    [BOB, "end", "Which one?", "End now"],
    [MEI, "结束", "请选择哪一项", "立即结束"],
  ] as const) {
    await scene.get("guest 1h", `one of two for ${user}`, user);
    await scene.say(user, "peek 15m");
    const held = async () =>
      (await world.records())
        .filter(({ requester, state }) => requester === user && state === "active")
        .map(({ role }) => role);
    await eventually(async () => (await held()).length === 2);
    await scene.say(user, line);
    const asked = await scene.whisper(user, which);
    expect(buttonsOf(asked).filter((label) => label === button)).toHaveLength(2);
    expect(await held()).toHaveLength(2);
    await scene.say(user, `${line} peek`);
    expect(await held()).toEqual(["guest"]);
  }
});

test("an approver revokes it with a reason: the binding goes with the commit, and the holder reads who and why", async () => {
  const delivered = await scene.get("guest 2h", "to be revoked", MEI);
  const card = await scene.card("to be revoked");
  await world.slack.waitFor(() => buttonsOf(card).includes("Revoke…"));
  await world.slack.click(CAROL, card, "Revoke…");
  await scene.fill(CAROL, "leaving the team");
  expect(await scene.login(tokenIn(delivered))).toBe("unbound");
  await scene.dm(MEI, "leaving the team");
  expect((await endedBy("to be revoked")).ending).toMatchObject({ cause: "revoked", by: CAROL });
  await world.slack.waitFor(() => !world.slack.dm(MEI).includes(delivered));
});

test("a command revokes all of a person, and offers to lock them down; only admins may", async () => {
  await scene.get("guest 2h", "one of all");
  await scene.say(CAROL, `revoke all @bob stolen laptop`);
  await scene.whisper(CAROL, "admin");
  await scene.say(ALICE, `revoke all @bob stolen laptop`);
  expect((await endedBy("one of all")).ending?.cause).toBe("revoked");
  expect(buttonsOf(await scene.whisper(ALICE, "Lock")).length).toBeGreaterThan(0);
});

test("a lockdown of one person refuses them alone, until it is lifted", async () => {
  await scene.get("guest 2h", "before the lockdown");
  await scene.say(ALICE, `lockdown @bob stolen laptop`);
  expect((await endedBy("before the lockdown")).ending?.cause).toBe("lockdown");
  const told = await scene.dm(BOB, "lockdown");
  expect(visibleText(told)).not.toContain("stolen laptop");
  expect(buttonsOf(told)).toEqual([]);
  await scene.say(BOB, "peek 15m");
  await scene.whisper(BOB, "locked");
  await scene.say(BOB, "emergency admin 1h the site is down");
  await scene.get("guest 15m", "somebody else", MEI);
  await scene.say(ALICE, `unlock @bob found again`);
  await eventually(async () => {
    await scene.say(BOB, "peek 15m");
    return scene.record((one) => one.role === "peek" && one.state === "active");
  });
});

test("a lockdown of everybody ends all, closes what was to start, and outlives a lost Redis value", async () => {
  await scene.get("guest 3h", "under everybody's lockdown", CAROL);
  await scene.say(ALICE, "lockdown everybody an incident");
  expect((await endedBy("under everybody's lockdown")).ending?.cause).toBe("lockdown");
  await world.commands.del("{karpor-access:test}:lockdowns");
  await world.sweep();
  await scene.say(MEI, "peek 15m");
  await scene.whisper(MEI, "锁定");
  await scene.say(ALICE, "unlock all clear");
  await eventually(
    async () =>
      !(await world.commands.hget("{karpor-access:test}:lockdowns", "everybody"))?.includes('"locked":true'),
  );
});

test("who left Slack, or the group that may ask, has no access any more", async () => {
  const card = await scene.ask("admin 2h", "OPS-2 leaving soon", MEI);
  await world.slack.click(ALICE, card, "approve");
  await world.slack.click(CAROL, card, "approve");
  await scene.record(({ reason, state }) => reason === "OPS-2 leaving soon" && state === "active");
  await world.slack.people.deactivate(MEI);
  expect((await endedBy("OPS-2 leaving soon")).ending?.cause).toBe("left");
});

test("what is removed or altered on the hub by hand is noticed by the next sweep", async () => {
  const delivered = await scene.get("guest 3h", "altered by hand");
  const { id } = await scene.record(({ reason }) => reason === "altered by hand");
  const admin = hubClient(world.hub, world.hub.admin);
  const name = (await scene.onHub()).find((one) => one.endsWith(id.toLowerCase()));
  await admin("DELETE", `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${name}`);
  await admin.close();
  await world.jump(HOUR / 60);
  expect((await endedBy("altered by hand")).ending?.cause).toBe("altered");
  await scene.proveEnd(id);
  await scene.isDead(tokenIn(delivered));
});
