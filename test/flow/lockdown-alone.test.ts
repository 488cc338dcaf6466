/** A lockdown in the moment when a token is on its way, when hub or Redis is away, and when its replica dies. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import type { RequestId, UserId } from "../../src/domain/ids.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import { abandonEnd } from "../../src/flow/operator/abandon.ts";
import { type Ports, StoreDown } from "../../src/flow/ports.ts";
import { provisionGrant } from "../../src/flow/provision.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { lockDown, unlock } from "../../src/flow/together/lockdown.ts";
import { carryOutMassEnds } from "../../src/flow/together/mass-end.ts";
import { revokeAll } from "../../src/flow/together/revoke-all.ts";
import { fallbackExpiry } from "../../src/flow/watch/fallback-expiry.ts";
import { createChangeReader } from "../../src/flow/watch/watch-hub.ts";
import { ALICE, APPROVALS, BOB, CAROL, MEI, startWorld, type World } from "../helpers/bot.ts";
import { login } from "../helpers/login.ts";
import { memoryLog } from "../helpers/memory-log.ts";
import { scene, TOKEN } from "../helpers/scene.ts";
import { openSteps, type Steps } from "../helpers/steps.ts";

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

const by = ALICE as UserId;
const who = { by: { id: by, name: "Alice", locale: "en" as const }, qualified: ALICE };
const lock = () => lockDown(steps.ports, { by, reason: "laptop stolen" });
const setLockdown = () =>
  steps.ports.lockdown.set({ ...who, at: world.clock.now(), reason: "laptop stolen" });
const open = () => unlock(steps.ports, { by, reason: "found again" });
let asked = 0;

async function approved(user = BOB, text = "guest 4h because"): Promise<RequestId> {
  asked += 1;
  const requester = { id: user as UserId, name: "Bob", locale: "en" } as const;
  const { id } = await makeRequest(steps.ports, {
    ...{ requester, text },
    triggerId: `t${asked}`,
  });
  await steps.work();
  await decideRequest(steps.ports, { id, terms: 1, by, verdict: { approve: true } });
  return id;
}
async function granted(user = BOB): Promise<RequestId> {
  const id = await approved(user);
  await steps.work();
  expect(await stateOf(id)).toBe("active");
  return id;
}
/** Unlocked, granted anew, and only then whoever slept goes on; resolves to what is granted since. */
async function overtaken(wake: () => void, sleeping: Promise<unknown>): Promise<RequestId> {
  await open();
  world.clock.jump(10 * SECOND);
  const after = await granted();
  wake();
  await sleeping;
  return after;
}
const stateOf = async (id: RequestId) => (await steps.ports.requests.get(id))?.state;
const shown = () => it.everShown(BOB).match(new RegExp(TOKEN, "g")) ?? [];
const bindings = async () =>
  (await world.hub.objects()).clusterRoleBindings.filter(({ metadata }) => metadata.name.includes("-r-"))
    .length;
const flagOnHub = async () =>
  (await world.hub.objects()).serviceAccounts.flatMap(
    ({ metadata }) => metadata.annotations?.["karpor-access.io/lockdown"] ?? [],
  );
/** The job goes as far as this call to the outside, and waits there for what is done meanwhile. */
function meanwhile<P extends "grants" | "notifier">(
  port: P,
  call: keyof Ports[P],
  done: () => Promise<unknown>,
): Ports {
  const real = steps.ports[port] as Record<keyof Ports[P], unknown>;
  const run = real[call] as (...args: unknown[]) => Promise<unknown>;
  const held = async (...args: unknown[]) => {
    await done();
    return run(...args);
  };
  return { ...steps.ports, [port]: { ...real, [call]: held } };
}

test.each(["create", "mint"] as const)("locked down before %s: nothing is ever shown", async (call) => {
  const id = await approved();
  await steps.work(meanwhile("grants", call, lock));
  await carryOutMassEnds(steps.ports);
  await steps.finish();
  expect(shown()).toEqual([]);
  expect(await stateOf(id)).toBe("ended");
  expect(await it.standing()).toEqual([]);
});

test("all of a role is revoked, and Redis is away once it began: its bindings go all the same", async () => {
  const id = await granted();
  const ports = meanwhile("grants", "list", async () => world.redis.pause());
  const scope = { what: "role", role: "guest" } as const;
  await revokeAll(ports, { by, scope, reason: "laptop stolen", triggerId: "all" });
  await world.until(async () => (await bindings()) === 0);
  world.redis.resume();
  await world.until(async () => {
    await carryOutMassEnds(steps.ports).catch(() => {});
    await steps.finish().catch(() => {});
    return (await stateOf(id).catch(() => "unknown")) === "ended";
  });
});

test("locked down while Redis is away and Slack slow: the job fails, and no promise is lost", async () => {
  const id = await approved();
  const lost: unknown[] = [];
  const note = (error: unknown) => lost.push(error);
  process.on("unhandledRejection", note);
  const slack = Promise.withResolvers<void>();
  const { notifier } = steps.ports;
  const locked = { by: { operator: "root" }, qualified: "operator", at: world.clock.now(), reason: "theft" };
  const done = provisionGrant(
    {
      ...steps.ports,
      lockdown: {
        ...steps.ports.lockdown,
        look: async () => locked,
      },
      requests: { ...steps.ports.requests, update: () => Promise.reject(new StoreDown("away")) },
      notifier: { ...notifier, roomForToken: (r) => slack.promise.then(() => notifier.roomForToken(r)) },
    },
    id,
  );
  setTimeout(slack.resolve, 300);
  await expect(done).rejects.toThrow(StoreDown);
  process.off("unhandledRejection", note);
  expect(lost).toEqual([]);
});

test("locked down while a token is being shown: by the time it is, it has no binding, and it leaves Slack", async () => {
  const id = await approved();
  let before = 1;
  await steps.work(
    meanwhile("notifier", "showToken", async () => {
      await lock();
      await world.until(async () => (await bindings()) === 0);
      before = await bindings();
    }),
  );
  expect(before).toBe(0);
  const [token = ""] = shown();
  expect([401, 403]).toContain(await login(world.hub, token));
  await carryOutMassEnds(steps.ports);
  await steps.finish();
  expect(await stateOf(id)).toBe("ended");
  expect(visibleText(await it.dm(BOB, "R-"))).not.toMatch(TOKEN);
});

test("bindings go before any record ends, and the watch leaves both to the lockdown", async () => {
  const id = await granted();
  const record = await steps.ports.requests.get(id);
  const uid = record?.state === "active" ? record.grant.bindingUid : "";
  const tell = createChangeReader(steps.ports);
  const { removeBinding } = steps.ports.grants;
  let seen: string | undefined;
  const slowly: typeof removeBinding = async (key, uids, signal) => {
    await removeBinding(key, uids, signal);
    tell({ ...key, uid });
    await new Promise((resolve) => setTimeout(resolve, 300));
    seen = await stateOf(id);
  };
  const ports = { ...steps.ports, grants: { ...steps.ports.grants, removeBinding: slowly } };
  await lockDown(ports, { by, reason: "laptop stolen" });
  await world.until(async () => (await stateOf(id)) === "ending");
  expect(seen).toBe("active");
  await steps.finish();
  expect(await stateOf(id)).toBe("ended");
});

test("the replica that began it dies: another goes on, with one message", async () => {
  await granted();
  const dead = { ...steps.ports, lease: { hold: async () => null, holdRequest: async () => null } };
  await lockDown(dead, { by, reason: "laptop stolen" });
  expect(await bindings()).toBe(1);
  await steps[Symbol.asyncDispose]();
  steps = await openSteps(world);
  await carryOutMassEnds(steps.ports);
  expect(await bindings()).toBe(0);
  steps.forgetJobs();
  world.clock.jump(MINUTE);
  await steps.sweep();
  await steps.finish();
  await carryOutMassEnds(steps.ports);
  const told = world.slack.messages(APPROVALS).filter((m) => visibleText(m).includes("Locked down by"));
  expect(told.map((m) => visibleText(m))).toEqual([expect.stringContaining("It is confirmed")]);
  expect(await steps.ports.massEnds.open()).toEqual([]);
});

test("it sleeps while it looks what stands, and is overtaken: what is granted after the unlocking stays", async () => {
  const before = await granted();
  const { promise: asleep, resolve: wake } = Promise.withResolvers<void>();
  const { requests } = steps.ports;
  const slow: Ports = {
    ...steps.ports,
    requests: {
      ...requests,
      async *unsettled(known) {
        await asleep;
        yield* requests.unsettled(known);
      },
    },
  };
  expect((await setLockdown()).inRedis).toBe(true);
  const sleeping = carryOutMassEnds(slow);
  await world.until(async () => (await world.commands.keys("*:lease:mass-end*")).length > 0);
  await steps.loseLeases();
  await carryOutMassEnds(steps.ports);
  await steps.finish();
  await carryOutMassEnds(steps.ports);
  expect(await stateOf(before)).toBe("ended");
  const after = await overtaken(wake, sleeping);
  await carryOutMassEnds(steps.ports);
  await steps.finish();
  expect(await stateOf(after)).toBe("active");
});

test("it sleeps before it lists the hub, and is overtaken: what is granted after the unlocking keeps its binding", async () => {
  const before = await granted();
  await setLockdown();
  const { promise: asleep, resolve: wake } = Promise.withResolvers<void>();
  const sleeping = carryOutMassEnds(meanwhile("grants", "list", () => asleep));
  await world.until(async () => (await stateOf(before)) === "ending");
  await steps.loseLeases();
  await carryOutMassEnds(steps.ports);
  await steps.finish();
  await carryOutMassEnds(steps.ports);
  const after = await overtaken(wake, sleeping);
  await steps.sweep();
  expect([await stateOf(before), await stateOf(after)]).toEqual(["ended", "active"]);
  expect(await bindings()).toBe(1);
});

test("without Redis it sleeps before it lists the hub: what is granted after the unlocking stays", async () => {
  const before = await granted();
  const { lockdown } = await setLockdown();
  await steps.ports.lockdown.tell(lockdown);
  const { promise: asleep, resolve: wake } = Promise.withResolvers<void>();
  const { signal } = new AbortController();
  const sleeping = fallbackExpiry(
    meanwhile("grants", "list", () => asleep),
    signal,
  );
  await carryOutMassEnds(steps.ports);
  await steps.finish();
  const after = await overtaken(wake, sleeping);
  await steps.sweep();
  expect([await stateOf(before), await stateOf(after)]).toEqual(["ended", "active"]);
});

test("locked and unlocked before any replica looked: what is granted since stays, and what begins since", async () => {
  const before = await granted();
  const at = new Date(world.clock.now() + HOUR).toISOString().slice(0, 16);
  const later = await approved(CAROL, `guest 4h from ${at}Z because`);
  expect(await stateOf(later)).toBe("scheduled");
  world.clock.jump(Date.parse(`${at}Z`) - world.clock.now() - MINUTE);
  await setLockdown();
  await open();
  world.clock.jump(10 * SECOND);
  const after = await granted(MEI);
  world.clock.jump(MINUTE);
  await steps.work();
  expect(await stateOf(later)).toBe("active");
  await carryOutMassEnds(steps.ports);
  await steps.finish();
  expect(await stateOf(later)).toBe("active");
  expect([await stateOf(before), await stateOf(after)]).toEqual(["ended", "active"]);
});

test("locked down, what no record can be read of goes, too", async () => {
  const id = await granted();
  await world.commands.hset(world.keys.request(id), "record", "{");
  await setLockdown();
  await steps.sweep();
  expect(await it.standing()).toEqual([]);
});

test("what another version ends at once, and ours cannot read, keeps nothing else from ending, and is left as it is", async () => {
  const id = await granted();
  const theirs = JSON.stringify({ id: "team-1", scope: { what: "team", team: "sre" }, left: [] });
  await world.commands.hset(world.keys.massEnds, "team-1", theirs);
  await setLockdown();
  await carryOutMassEnds(steps.ports);
  await steps.finish();
  await carryOutMassEnds(steps.ports);
  expect(await stateOf(id)).toBe("ended");
  expect(visibleText(await it.channel("Locked down by"))).toContain("It is confirmed");
  expect(await world.commands.hgetall(world.keys.massEnds)).toEqual({ "team-1": theirs });
});

test("it dies right after the flag: another ends all at its next look, and the channel is told", async () => {
  await granted();
  const never = () => new Promise<never>(() => {});
  const { lockdown, massEnds } = steps.ports;
  const dead = {
    ...steps.ports,
    lockdown: { ...lockdown, tell: never },
    massEnds: { ...massEnds, begin: never, open: never },
  };
  void lockDown(dead, { by, reason: "laptop stolen" });
  await world.until(async () => (await lockdown.standing()) !== null);
  await carryOutMassEnds(steps.ports);
  expect(await bindings()).toBe(0);
  await it.channel("Locked down by");
});

test("the hub hangs: the channel hears of it all the same, and records end", async () => {
  const id = await granted();
  world.localHub?.meddle({ before: () => new Promise(() => {}), after: async () => true });
  void lock();
  expect(visibleText(await it.channel("Locked down by"))).toContain("0 of 1 confirmed");
  await world.until(async () => (await stateOf(id)) === "ending");
  world.localHub?.meddle(undefined);
});

test("only the hub remembers it, and does not answer: whoever unlocks is told that it cannot be known", async () => {
  await lock();
  await world.until(async () => (await steps.ports.massEnds.open()).length === 0);
  await world.commands.del(world.keys.lockdown);
  await world.localHub?.down();
  await expect(open()).rejects.toMatchObject({ refusal: { kind: "lock-unknown" } });
  await world.localHub?.up();
  await world.until(async () => (await open().catch(() => null)) !== null);
  expect(await steps.ports.lockdown.look()).toBeNull();
});

test("the hub is away: nothing is granted, and what stands ends when it is back", async () => {
  const id = await granted();
  await world.localHub?.down();
  expect(await lock()).toMatchObject({ inRedis: true, onHub: false, before: false });
  await expect(approved()).rejects.toMatchObject({ refusal: { kind: "locked-down" } });
  await world.until(async () => (await stateOf(id)) === "ending");
  await steps.work().catch(() => {});
  await world.localHub?.up();
  await world.until(async () => {
    await carryOutMassEnds(steps.ports);
    return (await bindings()) === 0;
  });
  await steps.ports.lockdown.settle();
  expect(await flagOnHub()).toEqual([expect.stringContaining("laptop stolen")]);
  world.clock.jump(MINUTE);
  await steps.sweep();
  await steps.finish();
  expect(await stateOf(id)).toBe("ended");
});

test("the hub is away, and an operator settles what ends: the channel is not told that it is confirmed", async () => {
  const ids = [await granted(), await granted(CAROL)];
  await world.localHub?.down();
  await lock();
  await world.until(async () => (await Promise.all(ids.map(stateOf))).every((state) => state === "ending"));
  world.clock.jump(MINUTE + SECOND);
  for (const id of ids) await abandonEnd(steps.ports, { id, operator: "dana" });
  await world.until(async () => {
    await carryOutMassEnds(steps.ports);
    return (await steps.ports.massEnds.open()).every(({ left }) => left.length === 0);
  });
  const said = visibleText(await it.channel("*0 of 2 confirmed.* 2 ends were never confirmed"));
  expect(said).not.toMatch(/refuses/);
});

test("all of a person is revoked before it began: nobody is told of a token", async () => {
  const at = new Date(world.clock.now() + HOUR).toISOString().slice(0, 16);
  const id = await approved(BOB, `guest 4h from ${at}Z because`);
  const scope = { what: "person", person: BOB as UserId } as const;
  await revokeAll(steps.ports, { by, scope, reason: "laptop stolen", triggerId: "all" });
  await world.until(async () => (await stateOf(id)) === "ended");
  await it.channel("It is confirmed: no token was given out.");
});

test("unlocked while the hub is away: nothing is granted until the hub has forgotten it", async () => {
  await lock();
  expect(await flagOnHub()).toHaveLength(1);
  await world.localHub?.down();
  expect(await open()).toMatchObject({ onHub: false });
  const id = await approved();
  await steps.work().catch(() => {});
  expect(await stateOf(id)).toBe("approved");
  await world.localHub?.up();
  world.clock.jump(5 * SECOND);
  steps.forgetJobs();
  world.clock.jump(MINUTE);
  await steps.sweep();
  await steps.work();
  expect(await flagOnHub()).toEqual([]);
  expect(await stateOf(id)).toBe("active");
});

test("Redis is away: the hub alone remembers it, and ends what stands", async () => {
  await granted();
  await world.redis.stop();
  expect(await lock()).toMatchObject({ inRedis: false, onHub: true });
  expect(await it.standing()).toEqual([]);
  expect(await flagOnHub()).toHaveLength(1);
});

test("whoever can write to Redis lifts it in both, by what an unlocking writes; what the flag alone was taken from brings it back", async () => {
  const { lockdown } = await lock();
  await world.commands.hdel(world.keys.lockdown, "record", "at");
  expect(await steps.ports.lockdown.look()).toMatchObject({ at: lockdown.at });
  await world.commands.hset(world.keys.lockdown, "lifted", lockdown.at);
  await world.commands.hdel(world.keys.lockdown, "record", "at");
  expect(await steps.ports.lockdown.look()).toBeNull();
  expect(await flagOnHub()).toEqual([]);
});

test("locked down by hand on the hub: without Redis each replica ends what stands", async () => {
  await granted();
  const flag = {
    by: { id: by, name: "Alice", locale: "en" as const },
    qualified: by,
    at: 1,
    reason: "by hand",
  };
  expect(await steps.ports.lockdown.tell(flag)).toBe(true);
  await fallbackExpiry(steps.ports, new AbortController().signal);
  expect(await it.standing()).toEqual([]);
});

test("Redis goes away once the hub has listed what stands: it is called by its name, and not the hub", async () => {
  await granted();
  await setLockdown();
  let away = false;
  const ports = meanwhile("grants", "list", async () => {
    away = true;
  });
  const { lockdown } = ports;
  const standing = () => (away ? Promise.reject(new StoreDown("away")) : lockdown.standing());
  const log = memoryLog();
  await carryOutMassEnds({ ...ports, log, lockdown: { ...lockdown, standing } });
  expect(log.lines.map(({ message }) => message)).toContain(
    "Redis does not answer: no binding is taken away yet; trying on",
  );
});

test("both are away: refused, and said so", async () => {
  await granted();
  await world.redis.stop();
  await world.localHub?.down();
  await expect(lock()).rejects.toMatchObject({ refusal: { kind: "not-locked-down" } });
});

test("Slack has no room when it is locked, and access is unlocked meanwhile: the channel's last word is that", async () => {
  await granted();
  world.slack.failNext("chat.postMessage", { retryAfter: 2 }, 1_000);
  await lock();
  await open();
  for (let looks = 0; looks < 3; looks++) await carryOutMassEnds(steps.ports);
  world.slack.clearFailures();
  await world.until(async () => {
    world.clock.jump(SECOND);
    await carryOutMassEnds(steps.ports);
    return (await steps.ports.massEnds.open()).every(({ id }) => id.startsWith("lockdown-"));
  });
  const said = world.slack.messages(APPROVALS).map(visibleText);
  const last = (words: RegExp) => said.findLastIndex((text) => words.test(text));
  expect(last(/Locked down/)).toBeGreaterThan(-1);
  expect(last(/Unlocked by/)).toBeGreaterThan(last(/Locked down/));
});
