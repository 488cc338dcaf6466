/** Access that begins later, whatever dies: the process at any step of its start, Redis set back to a copy, the rules of then. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import type { RequestId, UserId } from "../../src/domain/ids.ts";
import { formatMoment } from "../../src/domain/moment.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import type { Ports } from "../../src/flow/ports.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { revokeGrant } from "../../src/flow/revoke.ts";
import { withdrawRequest } from "../../src/flow/withdraw.ts";
import { ALICE, BOB, startWorld, type World } from "../helpers/bot.ts";
import { copyRedis, restoreRedis } from "../helpers/copy.ts";
import { login } from "../helpers/login.ts";
import { BY_HAND } from "../helpers/people.ts";
import { scene, TOKEN } from "../helpers/scene.ts";
import { Crash, dyingAt, openSteps, type Steps } from "../helpers/steps.ts";

let world: World;
let steps: Steps;
beforeEach(async () => {
  world = await startWorld();
  steps = await openSteps(world);
});
afterEach(async () => {
  await steps[Symbol.asyncDispose]();
  await world.close();
});

const bob = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
let asked = 0;
async function scheduled(): Promise<{ id: RequestId; at: number }> {
  asked += 1;
  const at = Math.ceil((world.clock.now() + 8 * HOUR) / MINUTE) * MINUTE;
  const text = `guest 2h from ${formatMoment({ at })} number ${asked}`;
  const { id } = await makeRequest(steps.ports, { requester: bob, text, triggerId: `t${asked}` });
  await steps.work();
  await decideRequest(steps.ports, { id, terms: 1, by: ALICE as UserId, verdict: { approve: true } });
  await steps.work();
  expect(await state(id)).toBe("scheduled");
  return { id, at };
}
const state = async (id: RequestId) => (await steps.ports.requests.get(id))?.state;
const to = (at: number) => world.clock.jump(at - world.clock.now());
const token = () =>
  TOKEN.exec(
    visibleText(world.slack.dm(BOB).findLast((m) => TOKEN.test(visibleText(m))) ?? { text: "" }),
  )?.[0];
const standing = () => scene(world).standing();
const settled = () => steps.ports.epoch.settle();

async function diesAt(last: number): Promise<boolean> {
  const { ports } = dyingAt(steps.ports, last);
  try {
    await steps.work(ports as Ports);
    return false;
  } catch (error) {
    if (error instanceof Crash) return true;
    throw error;
  }
}

test("the process dies at any step of the start, with its jobs: it begins all the same, once", async () => {
  for (let last = 0, died = true; died; last++) {
    const { id, at } = await scheduled();
    to(at);
    died = await diesAt(last);
    await steps.restart(MINUTE);
    await steps.finish();
    expect(await state(id), `after ${last}`).toBe("active");
    expect(await standing()).toHaveLength(2);
    expect(await login(world.hub, token() ?? "")).toBe(200);
    await revokeGrant(steps.ports, { id, by: ALICE as UserId, reason: "next" });
    await steps.finish();
    expect(await state(id)).toBe("ended");
    expect(await standing()).toEqual([]);
  }
}, 120_000);

const ENDS: [string, (id: RequestId) => Promise<unknown>][] = [
  ["withdrawn", (id) => withdrawRequest(steps.ports, { id, by: BOB as UserId })],
  ["revoked", (id) => revokeGrant(steps.ports, { id, by: ALICE as UserId, reason: "off" })],
];
test.each(ENDS)("%s, and Redis is set back to before: it does not begin", async (_, end) => {
  const { id, at } = await scheduled();
  await settled();
  const copy = await copyRedis(world.commands);
  await end(id);
  await steps.work();
  await settled();
  await steps[Symbol.asyncDispose]();
  await restoreRedis(world.commands, copy);
  steps = await openSteps(world);
  await settled();
  to(at);
  await steps.sweep();
  await steps.work();
  expect(await standing()).toEqual([]);
  expect(await steps.ports.epoch.confirm(null, BY_HAND)).toBe(true);
  world.clock.jump(MINUTE);
  await steps.sweep();
  await steps.finish();
  expect(await standing()).toEqual([]);
  expect(token()).toBeUndefined();
});

test("begun, and Redis is set back to before: what stands goes on, and ends on time", async () => {
  const { id, at } = await scheduled();
  await settled();
  const copy = await copyRedis(world.commands);
  to(at);
  await steps.work();
  expect(await state(id)).toBe("active");
  await settled();
  await steps[Symbol.asyncDispose]();
  await restoreRedis(world.commands, copy);
  steps = await openSteps(world);
  await steps.sweep();
  await steps.work();
  expect(await steps.ports.requests.get(id)).toMatchObject({
    state: "active",
    startsAt: at,
    expiresAt: at + 2 * HOUR,
  });
  expect(await login(world.hub, token() ?? "")).toBe(200);
  to(at + 2 * HOUR);
  await steps.sweep();
  await steps.finish();
  expect(await standing()).toEqual([]);
});
