/** Redis loses everything, or is away at the end: the hub alone is enough to end a grant on time. */
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hubClient } from "../../sandbox/hub/client.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import type { RequestId, UserId } from "../../src/domain/ids.ts";
import { requestId } from "../../src/domain/ids.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import { endGrant } from "../../src/flow/end.ts";
import { sweep } from "../../src/flow/mend/sweep.ts";
import { type Notifier, SlackBusy, TroubleOutside } from "../../src/flow/ports.ts";
import { renewToken } from "../../src/flow/renew-token.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { revokeGrant } from "../../src/flow/revoke.ts";
import { fallbackExpiry } from "../../src/flow/watch/fallback-expiry.ts";
import { ALICE, BOB, MEI, startWorld, type World } from "../helpers/bot.ts";
import { memoryLog } from "../helpers/memory-log.ts";
import { scene, TOKEN } from "../helpers/scene.ts";
import { openSteps, type Steps } from "../helpers/steps.ts";

const BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";

let world: World;
let steps: Steps;
let it: ReturnType<typeof scene>;

beforeEach(async () => {
  world = await startWorld();
  steps = await openSteps(world);
  it = scene(world);
});
afterEach(async () => {
  await steps[Symbol.asyncDispose]();
  await world.close();
});

async function grant(triggerId = "t1", who = BOB): Promise<RequestId> {
  const requester = { id: who as UserId, name: "Bob", locale: "en" } as const;
  const { id } = await makeRequest(steps.ports, { requester, text: "guest 4h because", triggerId });
  await steps.work();
  await decideRequest(steps.ports, { id, terms: 1, by: ALICE as UserId, verdict: { approve: true } });
  await finish();
  return id;
}

const finish = () => steps.finish();

test("Redis lost everything: the grant is adopted from the hub, ended on time, and its holder told", async () => {
  const id = await grant();
  const token = await it.dm(BOB, "eyJ");
  expect(await it.standing()).toHaveLength(2);
  await world.commands.flushall();
  steps.forgetJobs();
  await steps.sweep();
  expect(await steps.ports.requests.get(id)).toMatchObject({
    state: "active",
    reason: "because",
    requester: { id: BOB },
  });
  expect(await it.standing()).toHaveLength(2);
  world.clock.jump(4 * HOUR);
  await finish();
  expect(await it.standing()).toEqual([]);
  expect(visibleText(await it.dm(BOB, "Ended at"))).toContain("time was up");
  // Where the message stands is known from the hub alone.
  expect(world.slack.dm(BOB).map(({ ts }) => ts)).not.toContain(token.ts);
  expect(world.slack.dm(BOB).map(visibleText).join("\n")).not.toMatch(TOKEN);
});

test("what was adopted is told to the administrators although Slack takes nothing just then", async () => {
  await grant();
  await world.commands.flushall();
  steps.forgetJobs();
  const told = () => world.slack.dm(ALICE).filter((m) => visibleText(m).includes("R-"));
  world.slack.failNext("chat.postMessage", { status: 503 }, 100);
  await steps.sweep();
  world.clock.jump(10 * SECOND);
  world.slack.clearFailures();
  await world.until(async () => {
    world.clock.jump(SECOND);
    await steps.sweep();
    return told().length > 0;
  });
  for (let i = 0; i < 3; i++) world.clock.jump(10 * SECOND);
  await steps.sweep();
  expect(told()).toHaveLength(1);
});

test.each([
  [
    "another role",
    { roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "karpor-admin" } },
  ],
  [
    "somebody else, too",
    { subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "eve" }] },
  ],
])(
  "Redis lost everything, and the binding gives %s: the grant ends at once, and that is told",
  async (_what, given) => {
    const id = await grant();
    await bindAnew(id, given);
    await world.commands.flushall();
    steps.forgetJobs();
    await steps.sweep();
    await finish();
    expect(await it.standing()).toEqual([]);
    expect(await steps.ports.requests.get(id)).toMatchObject({ state: "ended", end: { cause: "altered" } });
    expect(it.everShown(ALICE)).toContain("Changed by hand:");
    expect(it.everShown(ALICE)).not.toContain("No record knows it:");
  },
);

test("Redis does not answer at the end: each replica ends what is over by itself, and the record follows later", async () => {
  const id = await grant();
  world.clock.jump(4 * HOUR);
  world.redis.pause();
  await fallbackExpiry(steps.ports, AbortSignal.timeout(MINUTE));
  expect(await it.standing()).toEqual([]);
  world.redis.resume();
  await world.until(async () => (await steps.ports.requests.get(id).catch(() => null)) !== null);
  await steps.sweep();
  await finish();
  expect(await steps.ports.requests.get(id)).toMatchObject({ state: "ended", end: { cause: "expired" } });
});

test.each(["all else is well", "Slack is away, too", "the hub's answers are lost"])(
  "Redis does not answer at the end and comes back empty, and %s: no token stays in Slack",
  async (besides) => {
    await grant();
    const token = await it.dm(BOB, "eyJ");
    const shown = () => world.slack.dm(BOB).some(({ ts }) => ts === token.ts);
    const isAway = besides === "Slack is away, too";
    if (isAway) world.slack.failNext("chat.delete", { status: 503 }, 1_000);
    const { grants } = steps.ports;
    const removeAccount: typeof grants.removeAccount = async (...of) => {
      await grants.removeAccount(...of);
      if (besides === "the hub's answers are lost") throw new Error("lost");
    };
    world.clock.jump(4 * HOUR);
    world.redis.pause();
    await fallbackExpiry(
      { ...steps.ports, grants: { ...grants, removeAccount } },
      AbortSignal.timeout(MINUTE),
    );
    expect(await it.standing()).toEqual([]);
    if (isAway) {
      await world.until(async () => world.slack.calls.some(({ method }) => method === "chat.delete"));
      expect(shown()).toBe(true);
      world.slack.clearFailures();
    }
    await world.until(async () => {
      world.clock.jump(SECOND);
      return !shown();
    });
    world.redis.resume();
    await world.commands.flushall();
    steps.forgetJobs();
    await steps.sweep();
    expect(world.slack.dm(BOB).map(visibleText).join("\n")).not.toMatch(TOKEN);
  },
);

/** Of two whose time is over, ended from the hub alone: `asked`, for whose message Slack was asked. */
async function endTwo(
  answer: (...of: Parameters<Notifier["eraseToken"]>) => ReturnType<Notifier["eraseToken"]>,
  stopping = steps.ports.stopping,
) {
  await grant("t1");
  await grant("t2", MEI);
  const asked: RequestId[] = [];
  const eraseToken: typeof answer = (of, at) => {
    asked.push(of.id);
    return answer(of, at);
  };
  const log = memoryLog();
  const notifier = { ...steps.ports.notifier, eraseToken };
  world.clock.jump(4 * HOUR);
  await fallbackExpiry({ ...steps.ports, notifier, log, stopping }, AbortSignal.timeout(MINUTE));
  return { asked, log };
}

test("ended from the hub alone, and Slack refuses one token's message again and again: the other goes, and that is said once", async () => {
  const { notifier } = steps.ports;
  let first: RequestId | undefined;
  const { asked, log } = await endTwo(async (of, at) => {
    first ??= of.id;
    if (of.id === first) throw new TroubleOutside("slack", "access_denied");
    return notifier.eraseToken(of, at);
  });
  await world.until(async () => {
    world.clock.jump(SECOND);
    return asked.length >= 4;
  });
  expect(asked).toEqual([first, expect.not.stringMatching(String(first)), first, first]);
  const bearing = [BOB, MEI].filter((user) => world.slack.dm(user).some((m) => TOKEN.test(visibleText(m))));
  expect(bearing).toHaveLength(1);
  expect(log.lines.filter(({ message }) => message.includes("not off Slack yet"))).toHaveLength(1);
});

test("the process stops while Slack has no room for a token's message: it is asked for no other", async () => {
  const stopping = new AbortController();
  const { asked } = await endTwo(() => Promise.reject(new SlackBusy(MINUTE)), stopping.signal);
  await world.until(async () => asked.length > 0);
  stopping.abort();
  await turn();
  expect(asked).toHaveLength(1);
});

test("with Redis away, what is not over yet is left alone", async () => {
  await grant();
  world.redis.pause();
  await fallbackExpiry(steps.ports, AbortSignal.timeout(MINUTE));
  world.redis.resume();
  expect(await it.standing()).toHaveLength(2);
});

test("with Redis away, an end that was begun is finished: an account that lost its binding, or never got one", async () => {
  await grant();
  const admin = hubClient(world.hub, world.hub.admin);
  const name = (await it.standing())[0];
  await admin("DELETE", `${BINDINGS}/${name}`);
  await admin.close();
  world.redis.pause();
  await fallbackExpiry(steps.ports, AbortSignal.timeout(MINUTE));
  // It may be in the making: its binding comes at once.
  expect(await it.standing()).toHaveLength(1);
  world.clock.jump(MINUTE + 2_000);
  await fallbackExpiry(steps.ports, AbortSignal.timeout(MINUTE));
  expect(await it.standing()).toEqual([]);
  world.redis.resume();
});

test("with Redis away, what an operator ended goes, though the operator got no further than the hub's note", async () => {
  const ids = [await grant("t1"), await grant("t2", MEI)];
  await steps.ports.hubEnds.remember({ ids: ids.slice(0, 1), operator: "dana", at: world.clock.now() });
  world.redis.pause();
  await fallbackExpiry(steps.ports, AbortSignal.timeout(MINUTE));
  world.redis.resume();
  const left = await it.standing();
  expect(left.length).toBeGreaterThan(0);
  for (const name of left) expect(name).toContain(ids[1]?.toLowerCase());
});

test("with Redis away, what was revoked while the hub was away goes when that is back, and nothing else", async () => {
  const ids = [await grant("t1"), await grant("t2", MEI)] as const;
  const away = { before: async () => ({ status: 503 }), after: async () => true };
  world.localHub?.meddle(away);
  await revokeGrant(steps.ports, { id: ids[0], by: ALICE as UserId });
  await steps.work().catch(() => {});
  expect(await steps.ports.requests.get(ids[0])).toMatchObject({ state: "ending" });
  world.redis.pause();
  world.localHub?.meddle(undefined);
  await fallbackExpiry(steps.ports, AbortSignal.timeout(MINUTE));
  world.redis.resume();
  const left = await it.standing();
  expect(left).toHaveLength(2);
  for (const name of left) expect(name).toContain(ids[1].toLowerCase());
});

test("what an operator ended goes, though nobody can read its record, and no other that nobody can read", async () => {
  const ids = [await grant("t1"), await grant("t2", MEI)];
  for (const id of ids) await world.commands.hset(world.keys.request(id), "record", "{");
  await steps.ports.hubEnds.remember({ ids: ids.slice(0, 1), operator: "dana", at: world.clock.now() });
  await steps.sweep();
  const left = await it.standing();
  expect(left.length).toBeGreaterThan(0);
  for (const name of left) expect(name).toContain(ids[1]?.toLowerCase());
});

test("with Redis away, one object that cannot be removed keeps no other grant from ending", async () => {
  const ids = [await grant("t1"), await grant("t2", MEI)];
  world.clock.jump(4 * HOUR);
  const stuck = ids[0]?.toLowerCase() ?? "";
  const isStuck = (method: string, path: string) => method === "DELETE" && path.includes(stuck);
  world.localHub?.failNext(Number.POSITIVE_INFINITY, 500, isStuck);
  world.redis.pause();
  await fallbackExpiry(steps.ports, AbortSignal.timeout(MINUTE));
  world.redis.resume();
  const left = await it.standing();
  expect(left.length).toBeGreaterThan(0);
  expect(left.filter((name) => !name.includes(stuck))).toEqual([]);
});

/** Half of the grant is taken away behind our back. */
async function unbindByHand(id: RequestId): Promise<void> {
  const admin = hubClient(world.hub, world.hub.admin);
  await admin("DELETE", `${BINDINGS}/${(await bindingOf(id)).metadata.name}`);
  await admin.close();
}

async function bindAnew(
  id: RequestId,
  { subjects = [], ...given }: { roleRef?: object; subjects?: object[] },
): Promise<void> {
  const { metadata, ...rest } = await bindingOf(id);
  const { name, labels } = metadata;
  const body = {
    ...rest,
    ...given,
    metadata: { name, labels },
    subjects: [...(rest.subjects as object[]), ...subjects],
  };
  await unbindByHand(id);
  const admin = hubClient(world.hub, world.hub.admin);
  expect((await admin("POST", BINDINGS, { body })).status).toBe(201);
  await admin.close();
}

async function bindingOf(id: RequestId) {
  const { clusterRoleBindings } = await world.hub.objects();
  const found = clusterRoleBindings.find((o) => o.metadata.name.includes(id.toLowerCase()));
  if (!found) throw new Error("no binding");
  return found;
}

test("half of a grant was taken away behind our back: the rest goes too", async () => {
  const id = await grant();
  await unbindByHand(id);
  await steps.sweep();
  await finish();
  expect(await steps.ports.requests.get(id)).toMatchObject({ state: "ended", end: { cause: "lost" } });
  expect(await it.standing()).toEqual([]);
});

test("a name already bound to another role never grants it", async () => {
  const bytes = new Uint8Array([1, 2, 3, 4, 5]);
  const name = `karpor-access-guest-${requestId(bytes).toLowerCase()}-1`;
  const admin = hubClient(world.hub, world.hub.admin);
  const { status } = await admin("POST", BINDINGS, {
    body: {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "karpor-admin" },
      subjects: [{ kind: "ServiceAccount", name, namespace: "karpor-access" }],
    },
  });
  await admin.close();
  expect(status).toBe(201);
  steps.ports.random = () => bytes;
  const id = await grant();
  await finish();
  expect(await steps.ports.requests.get(id)).toMatchObject({
    state: "ended",
    end: { cause: "failed", failure: "name-taken" },
  });
  expect(it.everShown(BOB)).not.toMatch(TOKEN);
  expect(visibleText(await it.dm(BOB, "Failed:"))).toContain("nothing was granted");
  const { serviceAccounts, clusterRoleBindings } = await world.hub.objects();
  expect(serviceAccounts.map((o) => o.metadata.name)).not.toContain(name);
  // It is not ours, so it is not ours to delete.
  expect(clusterRoleBindings.map((o) => o.metadata.name)).toContain(name);
});

test("objects of a request that is over are removed, whatever made them late", async () => {
  const id = await grant();
  const record = await steps.ports.requests.get(id);
  world.clock.jump(4 * HOUR);
  await finish();
  if (record?.state !== "active") throw new Error("never active");
  const { grant: _, hidden: __, reminded: ___, ...rest } = record;
  await steps.ports.grants.create({ ...rest, state: "approved" }, AbortSignal.timeout(MINUTE));
  expect(await it.standing()).toHaveLength(2);
  await steps.sweep();
  expect(await it.standing()).toEqual([]);
});

test("an end step that comes once more, as a sweep may add it, leaves the proof to the probe and to its timer", async () => {
  const id = await grant();
  world.clock.jump(4 * HOUR);
  const mint = () => Promise.reject(new Error("slow"));
  const ports = { ...steps.ports, grants: { ...steps.ports.grants, mint } };
  await steps.work(ports);
  world.clock.jump(12 * SECOND);
  await endGrant(ports, id);
  expect(await ports.requests.get(id)).toMatchObject({ state: "ending", deletedAt: expect.any(Number) });
  world.clock.jump(SECOND);
  await steps.work(ports);
  expect(await ports.requests.get(id)).toMatchObject({
    state: "ended",
    verification: { method: "absence" },
  });
});

test("a sweep sleeps over its lease when it saw that the binding is gone, and its holder gets a new token meanwhile: that one stays", async () => {
  const id = await grant();
  await unbindByHand(id);
  const { massEnds } = steps.ports;
  let slept = false;
  const open: typeof massEnds.open = async () => {
    const found = await massEnds.open();
    if (slept) return found;
    slept = true;
    await steps.loseLeases();
    await renewToken(steps.ports, { id, by: BOB as UserId, why: "lost" });
    await finish();
    expect(await steps.ports.requests.get(id)).toMatchObject({ state: "active", generation: 2 });
    return found;
  };
  await sweep({ ...steps.ports, massEnds: { ...massEnds, open } });
  await finish();
  expect(await steps.ports.requests.get(id)).toMatchObject({ state: "active", generation: 2 });
});
