/** The hub is restored from a backup at any moment of an end: what came back goes once more, and the end is proved then. */
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hubClient } from "../../sandbox/hub/client.ts";
import type { KubeObject } from "../../sandbox/hub/types.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import type { Transition } from "../../src/domain/audit.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import { usedLate } from "../../src/domain/generations.ts";
import type { RequestId, UserId } from "../../src/domain/ids.ts";
import { isSettled } from "../../src/domain/messages.ts";
import { askMoreTime } from "../../src/flow/ask-more-time.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import { sweep } from "../../src/flow/mend/sweep.ts";
import type { Ports } from "../../src/flow/ports.ts";
import { renewToken } from "../../src/flow/renew-token.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { revokeGrant } from "../../src/flow/revoke.ts";
import { validateRequester } from "../../src/flow/validate.ts";
import { fallbackExpiry } from "../../src/flow/watch/fallback-expiry.ts";
import { transitions } from "../../src/store/trail.ts";
import { ALICE, BOB, CAROL, MEI, startWorld, type World } from "../helpers/bot.ts";
import { login } from "../helpers/login.ts";
import { scene, tokenIn } from "../helpers/scene.ts";
import { openSteps, type Steps, throughCalls } from "../helpers/steps.ts";

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

let asked = 0;
async function pending(by: string = BOB): Promise<RequestId> {
  asked += 1;
  const requester = { id: by as UserId, name: "Bob", locale: "en" } as const;
  const text = `guest 8h number ${asked}`;
  const { id } = await makeRequest(steps.ports, { requester, text, triggerId: `t${asked}` });
  await steps.work();
  return id;
}

async function live(by?: string): Promise<RequestId> {
  const id = await pending(by);
  await decideRequest(steps.ports, { id, terms: 1, by: ALICE as UserId, verdict: { approve: true } });
  await steps.work();
  return id;
}

const tokens = () => world.slack.dm(BOB).map(tokenIn).filter(Boolean);
const record = (id: RequestId) => steps.ports.requests.get(id);
const standing = () => scene(world).standing();
const isEnded = (id: RequestId) => async () => (await record(id))?.state === "ended";
const revoke = (id: RequestId) => revokeGrant(steps.ports, { id, by: ALICE as UserId, reason: "enough" });
/** What is called brings back what stands now. */
const backup = () => world.localHub?.backup() ?? (() => {});

/** These ports; `act` is done as call number `at` to the hub or the records is answered. */
function meanwhile(ports: Ports, at: number, act: () => void) {
  let calls = 0;
  const through = throughCalls(ports, ["grants", "requests"], async (_, run) => {
    const mine = calls++;
    const answer = await run();
    if (mine === at) act();
    return answer;
  });
  return { ports: through, isReached: () => calls > at };
}

/** Time passes, and each minute's sweep with it. */
async function pass(ports: Ports, until: () => Promise<boolean>): Promise<boolean> {
  for (let i = 1; i <= 100; i++) {
    await steps.work(ports).catch(() => {});
    if (i % 10 === 0) await steps.sweep();
    if (await until()) return true;
    // The look with the probe token comes before the verify job is due.
    world.clock.jump(6 * SECOND);
    await delay(20);
  }
  return false;
}

const heardOfReturn = () =>
  world.slack
    .dm(ALICE)
    .map(visibleText)
    .filter((text) => text.includes("stood again"));
async function onTrail(): Promise<Transition[]> {
  const lines: Transition[] = [];
  for await (const line of transitions({ redis: world.commands, keys: world.keys })) lines.push(line);
  return lines;
}
const returnsOnTrail = async (): Promise<string[]> =>
  (await onTrail()).flatMap(({ to, why }) =>
    why?.includes("stood on the hub again") ? [`${to}: ${why}`] : [],
  );

test("after any call of an end", async () => {
  for (let at = 0, reached = true; reached; at++) {
    const id = await live();
    const token = tokens().at(-1) ?? "";
    const restore = backup();
    await revoke(id);
    const { ports, isReached } = meanwhile(steps.ports, at, restore);
    expect(await pass(ports, isEnded(id)), `ended, restored after call ${at}`).toBe(true);
    reached = isReached();
    // What came back after the end goes at a sweep.
    await steps.sweep();
    expect(await standing()).toEqual([]);
    expect(await login(world.hub, token)).toBe(401);
    await steps.work();
  }
}, 240_000);

test("long after many ends: all of it goes with the next sweep, the trail says it of each, and the administrators hear it once", async () => {
  const ids = [await live(BOB), await live(MEI), await live(CAROL)];
  const restore = backup();
  for (const id of ids) {
    await revoke(id);
    expect(await pass(steps.ports, isEnded(id))).toBe(true);
  }
  world.clock.jump(30 * 24 * HOUR);
  restore();
  expect(await standing()).toHaveLength(6);
  await steps.sweep();
  expect(await standing()).toEqual([]);
  await world.until(async () => heardOfReturn().length > 0);
  await steps.sweep();
  expect(heardOfReturn()).toHaveLength(1);
  const said = (await onTrail()).flatMap(({ id, from, who, why }) =>
    from === "ended" && who === "bot" ? [`${id}: ${why}`] : [],
  );
  expect(said.sort()).toEqual(
    ids
      .map((id) => `${id}: generation 1 stood on the hub again after it was gone, and goes once more`)
      .sort(),
  );
  await world.until(async () =>
    (await Promise.all(ids.map(record))).every((r) => r !== null && isSettled(r)),
  );
});

/** By hand, as they stood. */
async function remake({
  serviceAccounts,
  clusterRoleBindings,
}: Awaited<ReturnType<typeof world.hub.objects>>) {
  const admin = hubClient(world.hub, world.hub.admin);
  const make = async (path: string, { metadata: { name, labels, annotations }, ...rest }: KubeObject) => {
    const body = { ...rest, metadata: { name, labels, annotations } };
    expect((await admin("POST", path, { body })).status).toBe(201);
  };
  const isGrants = ({ metadata }: KubeObject) => /^karpor-access-.*-r-/.test(metadata.name);
  for (const one of serviceAccounts.filter(isGrants))
    await make("/api/v1/namespaces/karpor-access/serviceaccounts", one);
  for (const one of clusterRoleBindings.filter(isGrants))
    await make("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", one);
  await admin.close();
}

test("long after an end, and the hub does not let go of it: noted once until it is told, and nobody reads that it is gone", async () => {
  const id = await live();
  const restore = backup();
  await revoke(id);
  expect(await pass(steps.ports, isEnded(id))).toBe(true);
  world.clock.jump(HOUR);
  restore();
  const held: Ports = {
    ...steps.ports,
    grants: { ...steps.ports.grants, removeBinding: async () => Promise.reject(new Error("held")) },
  };
  // Whoever found it dies before anybody is told, and so does the next.
  const dying: Ports = { ...held, admins: { tell: () => new Promise(() => {}) } };
  await sweep(dying);
  await sweep(dying);
  expect(await returnsOnTrail()).toEqual([
    "ended: generation 1 stood on the hub again after it was gone, and goes once more",
  ]);
  await sweep(held);
  await world.until(async () => heardOfReturn().length > 0);
  expect(await standing()).toHaveLength(2);
  expect(heardOfReturn()[0]).toContain("The bot removes it, and whatever else of its own came back.");
  await steps.sweep();
  expect(await standing()).toEqual([]);
});

test("made late, by a replica that slept through an end before anybody had a token: it goes, and nobody is alarmed", async () => {
  const id = await pending();
  await decideRequest(steps.ports, { id, terms: 1, by: ALICE as UserId, verdict: { approve: true } });
  const slept = await record(id);
  await revoke(id);
  expect(await pass(steps.ports, isEnded(id))).toBe(true);
  expect(await record(id)).toMatchObject({ verification: { method: "absence" } });
  if (slept?.state !== "approved") throw new Error("not approved");
  await steps.ports.grants.create(slept, AbortSignal.timeout(5_000));
  expect(await standing()).toHaveLength(2);
  await steps.sweep();
  expect(await standing()).toEqual([]);
  expect(await record(id)).toMatchObject({ state: "ended" });
  expect(await returnsOnTrail()).toEqual([]);
});

test("an earlier token of a grant that goes on: that is said of it, and not that the grant ended", async () => {
  const id = await live();
  const before = await world.hub.objects();
  await renewToken(steps.ports, { id, by: BOB as UserId, why: "leaked" });
  const isProved = async () => {
    const r = await record(id);
    return r?.state === "active" && (r.former ?? []).every((one) => one.verification);
  };
  expect(await pass(steps.ports, isProved)).toBe(true);
  await remake(before);
  expect(await standing()).toHaveLength(4);
  await steps.sweep();
  expect(await standing()).toHaveLength(2);
  await world.until(async () => heardOfReturn().length > 0);
  expect(heardOfReturn()[0]).toContain("an earlier token of `guest`");
  expect(await returnsOnTrail()).toEqual([
    "active: generation 1 stood on the hub again after it was gone, and goes once more",
  ]);
  expect(await record(id)).toMatchObject({ state: "active", generation: 2 });
});

test("seen by the probe: it goes at once, and not with the next sweep", async () => {
  const id = await live();
  const restore = backup();
  await revoke(id);
  await steps.work();
  restore();
  world.clock.jump(12 * SECOND);
  await world.until(async () => {
    await steps.work();
    return (await standing()).length === 0;
  });
});

test("a probe token whose own time is over proves nothing", async () => {
  const id = await live();
  const token = tokens().at(-1) ?? "";
  const restore = backup();
  await revoke(id);
  await steps.work();
  restore();
  // As long as the process sleeps.
  world.clock.jump(11 * MINUTE);
  await delay(100);
  expect((await record(id))?.state).toBe("ending");
  expect(await login(world.hub, token)).toBe(200);
  expect(await pass(steps.ports, isEnded(id))).toBe(true);
  expect(await standing()).toEqual([]);
});

test("what was accepted while it stood again keeps nobody from proving the end by absence", async () => {
  const id = await live();
  const restore = backup();
  await revoke(id);
  await steps.work();
  restore();
  const now = world.clock.now();
  await steps.ports.requests.update(id, (r) => usedLate(r, { generation: r.generation, at: now }, now));
  // Whoever removes it the second time dies with the probe token.
  const unlucky: Ports = {
    ...steps.ports,
    grants: { ...steps.ports.grants, mint: async () => Promise.reject(new Error("gone")) },
  };
  expect(await pass(unlucky, isEnded(id))).toBe(true);
  expect(await record(id)).toMatchObject({ verification: { method: "absence" } });
});

test("after any call as a new token takes the place of one that leaked", async () => {
  for (let at = 0, reached = true; reached; at++) {
    const id = await live();
    const old = tokens().at(-1) ?? "";
    const restore = backup();
    await renewToken(steps.ports, { id, by: BOB as UserId, why: "leaked" });
    const { ports, isReached } = meanwhile(steps.ports, at, restore);
    const isSettled = async () => {
      const r = await record(id);
      return (
        r?.state === "ended" || (r?.state === "active" && (r.former ?? []).every((one) => one.verification))
      );
    };
    expect(await pass(ports, isSettled), `settled, restored after call ${at}`).toBe(true);
    reached = isReached();
    await steps.sweep();
    expect(await login(world.hub, old)).toBe(401);
    const r = await record(id);
    if (r?.state === "active") await revoke(id);
    expect(await pass(steps.ports, isEnded(id))).toBe(true);
    await steps.sweep();
    expect(await standing()).toEqual([]);
    world.clock.jump(60 * MINUTE);
    await steps.work();
  }
}, 240_000);

test("after any call as a grant is made: what is called active works, and nothing stands of what is not", async () => {
  for (let at = 0, reached = true; reached; at++) {
    const restore = backup();
    const id = await pending();
    await decideRequest(steps.ports, { id, terms: 1, by: ALICE as UserId, verdict: { approve: true } });
    const { ports, isReached } = meanwhile(steps.ports, at, restore);
    const isSettled = async () => ["active", "ended"].includes((await record(id))?.state ?? "");
    expect(await pass(ports, isSettled), `settled, restored after call ${at}`).toBe(true);
    reached = isReached();
    // Of what was lost as it became active the next sweep knows.
    await steps.sweep();
    expect(await pass(steps.ports, isSettled), `settled, restored after call ${at}`).toBe(true);
    const r = await record(id);
    const token = tokens().at(-1);
    if (r?.state === "active") {
      expect(await standing()).toHaveLength(2);
      expect(await login(world.hub, token ?? ""), `works, restored after call ${at}`).toBe(200);
      await revoke(id);
      expect(await pass(steps.ports, isEnded(id))).toBe(true);
    } else expect(token).toBeUndefined();
    await steps.sweep();
    expect(await standing()).toEqual([]);
    world.clock.jump(60 * MINUTE);
    await steps.work();
  }
}, 240_000);

test("from before more time was given, with Redis away after that: it lasts for as long as it was given", async () => {
  const id = await live();
  const restore = backup();
  const more = { id, by: BOB as UserId, duration: HOUR, reason: "more", triggerId: "more" };
  const { id: asked } = await askMoreTime(steps.ports, more);
  await validateRequester(steps.ports, asked);
  await decideRequest(steps.ports, { id: asked, terms: 1, by: ALICE as UserId, verdict: { approve: true } });
  await steps.work();
  const token = tokens().at(-1) ?? "";
  restore();
  await steps.sweep();
  world.redis.pause();
  const withoutRedis = () => fallbackExpiry(steps.ports, AbortSignal.timeout(MINUTE));
  world.clock.jump(8 * HOUR + MINUTE);
  await withoutRedis();
  expect(await login(world.hub, token)).toBe(200);
  world.clock.jump(HOUR);
  await withoutRedis();
  expect(await standing()).toEqual([]);
  world.redis.resume();
});
