/** What the record's change is told of is told although whoever changed it dies before: by the sweep, once. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { hubClient } from "../../sandbox/hub/client.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import { DAY, MINUTE } from "../../src/domain/duration.ts";
import type { RequestId, UserId } from "../../src/domain/ids.ts";
import { isSettled } from "../../src/domain/messages.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import { sweep } from "../../src/flow/mend/sweep.ts";
import type { Ports } from "../../src/flow/ports.ts";
import { renewToken } from "../../src/flow/renew-token.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { ALICE, BOB, startWorld, type World } from "../helpers/bot.ts";
import { openSteps, type Steps } from "../helpers/steps.ts";

let world: World;
let steps: Steps;
let id: RequestId;

beforeEach(async () => {
  world = await startWorld();
  steps = await openSteps(world);
  const requester = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
  ({ id } = await makeRequest(steps.ports, { requester, text: "guest 7d because", triggerId: "t1" }));
  await steps.work();
  await decideRequest(steps.ports, { id, terms: 1, by: ALICE as UserId, verdict: { approve: true } });
  await steps.finish();
});
afterEach(async () => {
  await steps[Symbol.asyncDispose]();
  await world.close();
});

/** Somebody gives the grant's role to one more. */
async function alter(): Promise<void> {
  const admin = hubClient(world.hub, world.hub.admin);
  const { clusterRoleBindings } = await world.hub.objects();
  const ours = clusterRoleBindings.find(({ metadata }) => metadata.name.includes(id.toLowerCase()));
  const path = `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${ours?.metadata.name}`;
  const subjects = [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "mallory" }];
  const { status } = await admin("PATCH", path, { body: { subjects }, type: "application/merge-patch+json" });
  expect(status).toBe(200);
  await admin.close();
}

/** Redis does not know it any more. */
async function lose(): Promise<void> {
  await world.commands.flushall();
  steps.forgetJobs();
}

/** It is gone before anybody was told. */
const dying = (): Ports => ({
  ...steps.ports,
  admins: { tell: async ({ kind }) => kind === "foreign" || new Promise(() => {}) },
});
const told = () =>
  world.slack
    .dm(ALICE)
    .map(visibleText)
    .filter((text) => text.includes(id));
const record = () => steps.ports.requests.get(id);
const toldOnce = async () => {
  await world.until(async () => {
    await steps.sweep();
    return told().length > 0;
  });
  await world.until(async () => (await record())?.untold === undefined);
  await steps.sweep();
  expect(told()).toHaveLength(1);
};

test.each([
  ["changed by hand", alter, "*Changed by hand:*"],
  ["known to no record", lose, "*No record knows it:*"],
])("%s, and whoever found it dies: the next sweep tells it", async (_, happens, words) => {
  await happens();
  await sweep(dying());
  expect(told()).toEqual([]);
  await toldOnce();
  expect(told()[0]).toContain(words);
});

test("also once it is over and all else is done", async () => {
  await alter();
  await sweep(dying());
  await steps.finish();
  expect(await record()).toMatchObject({ state: "ended", end: { cause: "altered" } });
  await toldOnce();
  await world.until(async () => {
    const request = await record();
    return request !== null && isSettled(request);
  });
});

test("a token known to no record, of a grant that is days old: whom Slack keeps waiting hears of it", async () => {
  const old = await record();
  world.clock.jump(2 * DAY);
  await renewToken(steps.ports, { id, by: BOB as UserId, why: "lost" });
  await steps.finish();
  // Redis goes back to where there was one token, and nobody noticed.
  await steps.ports.requests.update(id, (r) => (old ? { ...old, version: r.version } : null), {});
  world.slack.failNext("chat.postMessage", { status: 503 }, 100);
  await steps.sweep();
  expect(await record()).toMatchObject({ generation: 2, untold: { what: "adopted" } });
  world.slack.clearFailures();
  world.clock.jump(MINUTE);
  await toldOnce();
});

test("where Slack takes nothing for a day it is let go", async () => {
  await alter();
  world.slack.failNext("chat.postMessage", { status: 503 }, 100);
  await steps.sweep();
  world.clock.jump(MINUTE);
  await steps.sweep();
  expect((await record())?.untold?.what).toBe("altered");
  world.clock.jump(DAY);
  await world.until(async () => {
    await steps.sweep();
    return (await record())?.untold === undefined;
  });
  expect(told()).toEqual([]);
});
