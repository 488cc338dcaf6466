/** Attack: whoever holds the session of somebody on call takes the emergency again, however often it is ended. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { DAY, HOUR } from "../../src/request/durations.ts";
import { ALICE, BOB, CAROL, GENERAL } from "../helpers/people.ts";
import { buttonsOf, inputOf, type Scene, sceneOf } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;

beforeAll(async () => {
  world = await startWorld();
  scene = sceneOf(world);
  await startReplica(world);
});
afterAll(() => world.close());

const because = (reason: string, state: string) =>
  scene.record((one) => one.reason === reason && one.state === state);

/** The code of the refusal, or null where it is held now. */
async function take(reason: string): Promise<string | null> {
  await scene.say(BOB, `emergency admin 30m ${reason}`, GENERAL);
  const { outcome } = await scene.record(
    (one) => one.reason === reason && ["active", "closed"].includes(one.state),
  );
  return outcome?.refusal?.code ?? null;
}

test("what a reviewer ended is not taken again before it is reviewed, and a lockdown is offered", async () => {
  expect(await take("first try")).toBeNull();
  const first = await because("first try", "active");
  await world.slack.click(ALICE, await scene.card("took *admin*"), "Revoke…");
  const form = await scene.form(ALICE);
  await world.slack.submit(ALICE, form.id, { [inputOf(form)]: "nothing is down" });
  const offer = await world.slack.waitFor(() => {
    const view = world.slack.views(ALICE).at(-1);
    return view && buttonsOf(view).includes("Lock them down…") ? view : undefined;
  });
  expect(JSON.stringify(offer.blocks)).toContain("may ask again at once");
  await world.slack.closeView(ALICE, offer.id);

  expect(await take("in the same second")).toBe("emergency-stopped");
  await scene.whisper(BOB, `ended your last emergency (\`${first.id}\`)`);
  await scene.proveEnd(first.id);
  await world.jump(DAY);
  expect(await take("still unreviewed")).toBe("emergency-stopped");

  await world.slack.click(ALICE, await scene.card(first.id), "Review…");
  const review = await scene.form(ALICE);
  await world.slack.submit(ALICE, review.id, { [inputOf(review)]: "a false alarm" });
  await scene.record(({ id, review }) => id === first.id && review !== null);
  expect(await take("after the review")).toBeNull();
});

test("who ends it oneself takes it twice in 24 hours, and no third time", async () => {
  const second = await because("after the review", "active");
  await scene.say(BOB, "end admin");
  await scene.proveEnd(second.id);
  expect(await take("taken twice")).toBeNull();
  await scene.say(BOB, "end admin");
  await scene.proveEnd((await scene.record(({ reason }) => reason === "taken twice")).id);
  expect(await take("taken thrice")).toBe("too-many-emergencies");
  await world.jump(DAY + HOUR);
  expect(await take("another shift")).toBeNull();
});

test("what a lockdown ended waits for its review too", async () => {
  await scene.say(ALICE, "lockdown @bob his laptop was stolen");
  const { id } = await scene.record(
    (one) => one.reason === "another shift" && one.ending?.cause === "lockdown",
  );
  await scene.proveEnd(id);
  await scene.say(ALICE, "unlock @bob");
  expect(await take("after the unlock")).toBe("emergency-stopped");
});

test("who ends it and is no admin reads who can lock them down", async () => {
  const { id } = await scene.record(({ reason }) => reason === "another shift");
  await world.slack.click(CAROL, await scene.card(id), "Review…");
  const review = await scene.form(CAROL);
  await world.slack.submit(CAROL, review.id, { [inputOf(review)]: "the laptop is found" });
  await scene.record((one) => one.id === id && one.review !== null);
  expect(await take("the laptop is back")).toBeNull();
  const again = await because("the laptop is back", "active");
  await scene.say(CAROL, `revoke ${again.id} nothing is down`);
  const answer = await scene.whisper(CAROL, `A lockdown by <@${ALICE}> prevents that`);
  expect(buttonsOf(answer)).toEqual([]);
  await scene.proveEnd(again.id);
});
