/**
 * Attack: a thief has the Slack session of CAROL, who approves and is an admin. From her lockdown on the session gives
 * nothing to anybody, and what it gave before is taken back where it is not granted yet.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { HOUR, SECOND } from "../../src/request/durations.ts";
import { keysFor } from "../../src/store/keys.ts";
import { copyRedis } from "../helpers/copy.ts";
import { eventually } from "../helpers/eventually.ts";
import { ALICE, APPROVALS, BOB, CAROL, GUS, MEI } from "../helpers/people.ts";
import { type Scene, sceneOf, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

const STRANGER = "U0STRANGER";
let world: World;
let scene: Scene;

beforeAll(async () => {
  world = await startWorld({ config: { admins: [ALICE, CAROL, "S0SRE"] } });
  scene = sceneOf(world);
  await startReplica(world);
});
afterEach(() => scene.clear());
afterAll(() => world.close());

const lockdownOf = (whom: string) => world.commands.hget(keysFor("test").lockdowns, whom);

async function lockCarol() {
  await scene.say(ALICE, "lockdown @carol her laptop was stolen");
  await eventually(async () => (await lockdownOf(CAROL)) !== null);
}

async function unlockCarol() {
  await scene.say(ALICE, "unlock @carol she has a new one");
  await eventually(async () => (await lockdownOf(CAROL)) === null);
}

const lockedNow = () => world.commands.hkeys(keysFor("test").lockdowns);

/** The answer that only CAROL sees. */
async function answerTo(line: string): Promise<string> {
  const { ephemeral } = await scene.say(CAROL, line);
  return ephemeral ? visibleText(ephemeral) : "";
}

const LOCKED_OUT = "You are locked out";

/** Resolves when this person is answered with these words once more. */
async function isAnswered(user: string, words: string, deed: () => Promise<unknown>) {
  const count = () => world.slack.ephemerals(user).filter((one) => visibleText(one).includes(words)).length;
  const before = count();
  await deed();
  await world.slack.waitFor(() => count() > before);
}

/** Nothing of it is on the hub, though an approver presses and two sweeps look at it. */
async function givesNothing(id: string, card: Awaited<ReturnType<Scene["ask"]>>) {
  await world.slack.click(ALICE, card, "approve").catch(() => {});
  await world.sweep();
  await eventually(async () => {
    await world.jump(14 * SECOND);
    return (await world.records()).some((one) => one.id === id && one.state === "closed");
  });
  expect((await scene.record((one) => one.id === id)).activeAt).toBeNull();
  expect((await scene.onHub()).filter((name) => name.endsWith(id.toLowerCase()))).toEqual([]);
}

describe("after the lockdown", () => {
  test("it approves, denies, revokes, asks for others and unlocks nothing", async () => {
    await scene.get("guest 4h", "held by mei", MEI);
    const held = await scene.because("held by mei", "active");
    const card = await scene.ask("guest 4h", "waits for an approver");
    await lockCarol();
    for (const action of ["approve", "deny"])
      await isAnswered(CAROL, LOCKED_OUT, () => world.slack.click(CAROL, card, action));
    for (const line of [
      `revoke ${held.id} the thief likes it so`,
      "revoke all @mei the thief likes it so",
      "for @mei guest 1h for an accomplice",
      "guest 1h for herself",
      "unlock @carol",
      "unlock it was nothing",
      "lockdown @alice she would end it",
      "pending",
      "passkey",
      "",
    ])
      expect(await answerTo(line), line).toContain(LOCKED_OUT);
    expect(await scene.because("waits for an approver", "waiting")).toMatchObject({ approvals: [] });
    expect(await scene.because("held by mei", "active")).toMatchObject({ id: held.id });
    expect(await lockedNow()).toEqual([CAROL]);
  });

  test("a form that was open before changes nothing", async () => {
    const card = await scene.ask("guest 4h", "the form is open");
    await world.slack.click(CAROL, card, "deny");
    const form = await scene.form(CAROL);
    await lockCarol();
    await scene
      .fill(CAROL, "the thief likes it so")
      .then(({ errors }) => expect(JSON.stringify(errors)).toContain("locked out"));
    await world.slack.closeView(CAROL, form.id);
    await scene.because("the form is open", "waiting");
  });

  test("she reads her own status, and locks everybody, by a line or the form", async () => {
    await lockCarol();
    expect(await answerTo("status")).not.toContain("locked out");
    expect(await answerTo("end")).toContain("there is no such access");
    await scene.get("guest 4h", "held by mei, under the form", MEI);
    await scene.say(CAROL, "lockdown");
    const form = await scene.form(CAROL);
    await scene.fill(CAROL, "there are more thieves");
    await scene.record(
      (one) => one.reason === "held by mei, under the form" && one.ending?.cause === "lockdown",
    );
    await world.slack.closeView(CAROL, form.id).catch(() => {});
    expect(await answerTo("unlock it was nothing")).toContain(LOCKED_OUT);
    await scene.say(ALICE, "unlock found");
    await scene.say(CAROL, "lockdown everybody there are more thieves");
    await eventually(async () =>
      (await world.commands.hget(keysFor("test").lockdowns, "everybody"))?.includes(`"by":"${CAROL}"`),
    );
  });

  test("she may give her access back while Karpor is away", async () => {
    await scene.get("guest 4h", "held by carol", CAROL);
    await world.hub.down();
    await lockCarol();
    await scene.record((one) => one.reason === "held by carol" && one.state === "ending");
    expect(await answerTo("end guest")).not.toContain("locked out");
    await world.hub.up();
  });
});

describe("an approval of hers", () => {
  test("the first of two counts no more: neither after the unlock nor in an older copy of Redis", async () => {
    const card = await scene.ask("admin 1h", "OPS-1 bears her approval", MEI);
    await world.slack.click(CAROL, card, "approve");
    const { id } = await scene.record(
      (one) => one.reason === "OPS-1 bears her approval" && one.approvals.length === 1,
    );
    const restore = await copyRedis(world.commands);
    await lockCarol();
    const { outcome } = await scene.because("OPS-1 bears her approval", "closed");
    expect(outcome).toMatchObject({ kind: "refused", refusal: { code: "approval-gone" } });
    await eventually(async () =>
      visibleText(await scene.card("OPS-1 bears her approval")).includes("counts no more"),
    );
    expect(await scene.onHub()).toEqual([]);
    await unlockCarol();
    await givesNothing(id, card);
    await restore();
    await givesNothing(id, card);
  });

  test("for access that starts later is taken back with it", async () => {
    const start = new Date(world.clock.now() + 2 * HOUR).toISOString().slice(0, 16).replace("T", " ");
    const card = await scene.ask(`guest 1h from ${start}`, "starts later", MEI);
    await world.slack.click(CAROL, card, "approve");
    const { id } = await scene.because("starts later", "scheduled");
    await lockCarol();
    await scene.because("starts later", "closed");
    await unlockCarol();
    await world.jump(2 * HOUR);
    await givesNothing(id, card);
  });

  test("whose commit comes after the lockdown is refused", async () => {
    const card = await scene.ask("guest 1h", "approved too late", MEI);
    // Older than 15 s, what was looked up before is asked for anew.
    await world.jump(16 * SECOND);
    const asked = Promise.withResolvers<void>();
    const goesOn = Promise.withResolvers<undefined>();
    world.slack.meddle({
      async before({ method, args }) {
        if (method !== "users.info" || args.user !== CAROL) return undefined;
        asked.resolve();
        return goesOn.promise;
      },
      after: async () => true,
    });
    void world.slack.click(CAROL, card, "approve");
    await asked.promise;
    await lockCarol();
    goesOn.resolve(undefined);
    await scene.whisper(CAROL, "is locked down");
    expect(await scene.because("approved too late", "waiting")).toMatchObject({ approvals: [] });
  });

  test("in the same second as the lockdown gives nothing that lasts", async () => {
    const card = await scene.ask("admin 1h", "OPS-2 in the same second", MEI);
    await Promise.all([world.slack.click(CAROL, card, "approve"), lockCarol()]);
    await unlockCarol();
    for (const approver of [ALICE, BOB]) await world.slack.click(approver, card, "approve").catch(() => {});
    await eventually(async () => {
      const { state, approvals } = await scene.record(({ reason }) => reason === "OPS-2 in the same second");
      return state === "closed" || (state === "active" && approvals.every(({ by }) => by !== CAROL));
    });
  });

  test("ends what is being set up, and the card names why", async () => {
    const card = await scene.ask("guest 1h", "being set up", MEI);
    const isSetUp = Promise.withResolvers<undefined>();
    world.hub.meddle({
      before: async ({ method, path }) =>
        method === "POST" && path.includes("clusterrolebindings") ? isSetUp.promise : undefined,
      after: async () => true,
    });
    await world.slack.click(CAROL, card, "approve");
    await scene.because("being set up", "granting");
    await lockCarol();
    const { id, ending } = await scene.because("being set up", "ending");
    expect(ending).toMatchObject({ cause: "lockdown", refusal: { code: "approval-gone" } });
    world.hub.meddle(undefined);
    isSetUp.resolve(undefined);
    await scene.proveEnd(id);
    await world.slack.waitFor(() => visibleText(card).includes("approved it was locked out"));
    expect(world.slack.dm(MEI).map(visibleText).join()).not.toMatch(/eyJ/);
    await unlockCarol();
    await givesNothing(id, card);
  });

  test("nor does what she asked for an accomplice", async () => {
    const card = await scene.ask("for @mei guest 1h", "asked by the thief", CAROL);
    const { id } = await scene.because("asked by the thief", "waiting");
    await lockCarol();
    expect((await scene.because("asked by the thief", "closed")).outcome?.refusal?.code).toBe(
      "approval-gone",
    );
    await unlockCarol();
    await givesNothing(id, card);
  });
});

test("a lockdown of everybody takes access and no power", async () => {
  await scene.get("guest 4h", "held by mei, in an incident", MEI);
  await scene.say(CAROL, "lockdown everybody an incident");
  const { id } = await scene.record(
    (one) => one.reason === "held by mei, in an incident" && one.ending?.cause === "lockdown",
  );
  await scene.say(BOB, "peek 15m");
  await scene.whisper(BOB, "locked down");
  expect(await answerTo(`revoke ${id} again`)).not.toContain("locked out");
  await scene.say(CAROL, "unlock it is over");
  await scene.get("guest 1h", "asked after it", MEI, CAROL);
});

test("guests and strangers in the group of admins, approvers and reviewers have no power", async () => {
  world.slack.people.add({ id: STRANGER, name: "stranger", teamId: "T0OTHER" });
  world.slack.people.join(STRANGER, APPROVALS);
  await world.slack.people.setGroup("S0SRE", [ALICE, CAROL, GUS, STRANGER]);
  await world.jump(16 * SECOND);
  await scene.get("guest 4h", "held by mei, among guests", MEI);
  const held = await scene.because("held by mei, among guests", "active");
  const card = await scene.ask("guest 4h", "waits for a member");
  await scene.say(BOB, "emergency admin 1h OPS-3 the site is down");
  const emergency = await scene.because("OPS-3 the site is down", "active");
  for (const user of [GUS, STRANGER]) {
    for (const line of [
      "lockdown @alice she would end it",
      "lockdown everybody for fun",
      "unlock it was nothing",
      "revoke all @mei for fun",
      `revoke ${held.id} for fun`,
    ]) {
      const { ephemeral } = await scene.say(user, line, "dm");
      expect(ephemeral && visibleText(ephemeral), line).toMatch(/\bonly\b/i);
    }
    world.slack.people.join(user, APPROVALS);
    await isAnswered(user, "can do this", () => world.slack.click(user, card, "approve"));
    await world.slack.click(user, await scene.card(emergency.id), "review");
    const form = await scene.form(user);
    const { errors } = await scene.fill(user, "nothing to see");
    expect(JSON.stringify(errors)).toContain("can review this");
    await world.slack.closeView(user, form.id);
  }
  expect(await lockedNow()).toEqual([]);
  expect(await scene.because("waits for a member", "waiting")).toMatchObject({ approvals: [] });
  expect(await scene.because("held by mei, among guests", "active")).toMatchObject({ id: held.id });
  expect((await scene.because("OPS-3 the site is down", "active")).review).toBeNull();
});
