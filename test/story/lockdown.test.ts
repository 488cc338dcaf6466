/** A lockdown's card: what rests on the locked person's approval, and one button that ends all of it. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ALICE, BOB, CAROL } from "../helpers/people.ts";
import { buttonsOf, inputOf, type Scene, sceneOf, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;

beforeAll(async () => {
  world = await startWorld({ config: { admins: [ALICE, CAROL] } });
  scene = sceneOf(world);
  await startReplica(world);
});
afterEach(() => scene.clear());
afterAll(() => world.close());

test("an admin ends all that a locked-out approver approved", async () => {
  await scene.get("guest 8h", "approved by who is locked out");
  const held = await scene.record(({ reason }) => reason === "approved by who is locked out");
  await scene.say(CAROL, "lockdown @alice a stolen laptop");
  const card = await scene.card("rests on their approval");
  expect(visibleText(card)).toContain(held.id);
  expect(buttonsOf(card)).toEqual(["Unlock…", "End all of it…"]);
  expect((await scene.record(({ id }) => id === held.id)).state).toBe("active");
  await world.slack.click(CAROL, card, "end-approved");
  const form = await scene.form(CAROL);
  await world.slack.submit(CAROL, form.id, { [inputOf(form)]: "the thief approved it" });
  await scene.record(({ id, ending }) => id === held.id && ending?.cause === "revoked");
  expect(visibleText(await scene.dm(BOB, "Revoked by"))).toContain("the thief approved it");
  await scene.say(CAROL, "unlock @alice found");
});
