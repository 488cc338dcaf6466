/** A look at the user groups that is cut off doubts the others at the next, not an hour later. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { MINUTE, SECOND } from "../../src/domain/duration.ts";
import type { RequestId, UserId } from "../../src/domain/ids.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import { type Ports, StoreDown } from "../../src/flow/ports.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { watchGroups } from "../../src/flow/watch/watch-departures.ts";
import { ALICE, BOB, CAROL, catalog, MEI, startWorld, type World } from "../helpers/bot.ts";
import { openSteps, type Steps } from "../helpers/steps.ts";

/** Half of them: a sync that takes more away is not believed. */
const STAY = [CAROL, ALICE];

let world: World;
let steps: Steps;
beforeEach(async () => {
  const dev = { ...catalog.guest, requester: { in: ["S0DEV"] } };
  world = await startWorld({ roles: { ...catalog, dev } });
  await world.slack.people.setGroup("S0DEV", [BOB, MEI, ...STAY]);
  steps = await openSteps(world);
});
afterEach(async () => {
  await steps[Symbol.asyncDispose]();
  await world.close();
});

async function live(user: string): Promise<RequestId> {
  const requester = { id: user as UserId, name: user, locale: "en" } as const;
  const { id } = await makeRequest(steps.ports, { requester, text: "dev 4h because", triggerId: user });
  await steps.work();
  await decideRequest(steps.ports, { id, terms: 1, by: ALICE as UserId, verdict: { approve: true } });
  await steps.work();
  expect((await steps.ports.requests.get(id))?.state).toBe("active");
  return id;
}
const doubted = async (ids: readonly RequestId[]) => {
  const all = await Promise.all(ids.map((id) => steps.ports.requests.get(id)));
  return all.filter((r) => r?.state !== "active" || r.doubtedAt !== undefined).length;
};

test.each([0, 1])("after %i of two who left", async (before) => {
  const ids = [await live(BOB), await live(MEI)];
  await watchGroups(steps.ports);
  await world.slack.people.setGroup("S0DEV", STAY);
  await steps.ports.looks.ask();
  world.clock.jump(MINUTE);
  let changes = 0;
  const update: Ports["requests"]["update"] = async (...args) => {
    changes += 1;
    if (changes > before) throw new StoreDown("cut off");
    return steps.ports.requests.update(...args);
  };
  await watchGroups({ ...steps.ports, requests: { ...steps.ports.requests, update } });
  expect(await doubted(ids)).toBe(before);
  world.clock.jump(10 * SECOND);
  await watchGroups(steps.ports);
  expect(await doubted(ids)).toBe(2);
});
