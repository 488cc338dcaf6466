/** policy check with a Slack token: whom each role would ask, in the workspace as it is. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld, type World } from "../../helpers/bot.ts";
import { run } from "./run.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

test("says how many people each role asks", async () => {
  const { good, said } = await run(["check"], world.env);
  expect(said).toMatch(/Approvers\n +ok +guest +2 people\n +ok +admin +3 people/);
  expect(good).toBe(true);
});
