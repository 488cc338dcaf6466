/** A process sleeps between a look and what rests on it, as a machine that is suspended does, and meanwhile it is otherwise. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import { goingFrom } from "../../src/domain/generations.ts";
import type { RequestId, UserId } from "../../src/domain/ids.ts";
import { secret } from "../../src/domain/secret.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import { endGrant } from "../../src/flow/end.ts";
import { confirmRestore } from "../../src/flow/operator/confirm-restore.ts";
import { type Directory, LeaseLost, type Ports, TroubleOutside } from "../../src/flow/ports.ts";
import { provisionGrant } from "../../src/flow/provision.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { commit } from "../../src/flow/support/commit.ts";
import { lockDownAs, unlock, unlockAs } from "../../src/flow/together/lockdown.ts";
import { validateRequester } from "../../src/flow/validate.ts";
import { verifyDeleted, verifyEnd } from "../../src/flow/verify.ts";
import { ALICE, BOB, CAROL, startWorld, type World } from "../helpers/bot.ts";
import { alone } from "../helpers/memory-ports.ts";
import { heldAs, openSteps, type Steps } from "../helpers/steps.ts";

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

/** Once what is asked is known. */
function sleepingAfter(
  what: "person" | "qualifies",
  who: string,
  leave: () => Promise<unknown>,
  ms = 6 * MINUTE,
): Ports {
  const { directory } = steps.ports;
  const ask = directory[what] as (...asked: unknown[]) => Promise<unknown>;
  let slept = false;
  const asleep = async (...asked: unknown[]) => {
    const found = await ask(...asked);
    if (asked[0] !== who || slept) return found;
    slept = true;
    await leave();
    world.clock.jump(ms);
    return found;
  };
  return { ...steps.ports, directory: { ...directory, [what]: asleep } as Directory };
}

const ask = async (text = "guest 4h because") => {
  const requester = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
  return makeRequest(steps.ports, { requester, text, triggerId: "t1" });
};
const stateOf = async (id: Awaited<ReturnType<typeof ask>>["id"]) =>
  (await steps.ports.requests.get(id))?.state;

test("whoever asked is deactivated: nobody is asked to approve", async () => {
  const { id } = await ask();
  const asleep = sleepingAfter("person", BOB, async () => world.slack.people.deactivate(BOB));
  await validateRequester(asleep, id);
  expect(await stateOf(id)).toBe("refused");
});

test("whoever approves is taken out of the approvers: it stays to be decided", async () => {
  const { id } = await ask();
  await steps.work();
  const approve = { id, terms: 1, by: ALICE as UserId, verdict: { approve: true } } as const;
  const asleep = sleepingAfter("qualifies", ALICE, () => world.slack.people.setGroup("S0SRE", [CAROL]));
  await expect(decideRequest(asleep, approve)).rejects.toMatchObject({ refusal: { kind: "not-approver" } });
  expect(await stateOf(id)).toBe("pending");
});

test("who sleeps each time decides nothing", async () => {
  const { id } = await ask();
  await steps.work();
  const { requests } = steps.ports;
  const lately: typeof requests.lately = async (of) => {
    world.clock.jump(MINUTE);
    return requests.lately(of);
  };
  const approve = { id, terms: 1, by: ALICE as UserId, verdict: { approve: true } } as const;
  const asleep = { ...steps.ports, requests: { ...requests, lately } };
  await expect(decideRequest(asleep, approve)).rejects.toThrow("Slack asks to wait");
  expect(await stateOf(id)).toBe("pending");
});

const DANA = { by: { operator: "dana" }, qualified: "operator", reason: "laptop stolen" };

test("whoever unlocks is deactivated: it stays locked down", async () => {
  const { lockdown } = await lockDownAs(steps.ports, DANA);
  const asleep = sleepingAfter("person", ALICE, async () => world.slack.people.deactivate(ALICE));
  await expect(unlock(asleep, { by: ALICE as UserId, reason: "found again" })).rejects.toMatchObject({
    refusal: { kind: "not-served" },
  });
  expect(await steps.ports.lockdown.standing()).toEqual(lockdown);
});

test("another lockdown takes the place of the one that is to be lifted: that one stays, however short the sleep", async () => {
  await lockDownAs(steps.ports, DANA);
  const again = { ...DANA, reason: "stolen once more" };
  const relock = async () => {
    await unlockAs(steps.ports, DANA);
    await lockDownAs(steps.ports, again);
  };
  const asleep = sleepingAfter("person", ALICE, relock, SECOND);
  await expect(unlock(asleep, { by: ALICE as UserId, reason: "found again" })).rejects.toMatchObject({
    refusal: { kind: "locked-down", reason: again.reason },
  });
  expect(await steps.ports.lockdown.standing()).toMatchObject(again);
});

test("whoever goes on with a restored Redis is deactivated: it stays held back", async () => {
  let isConfirmed = false;
  const confirm = async () => {
    isConfirmed = true;
    return true;
  };
  const asleep = sleepingAfter("person", ALICE, async () => world.slack.people.deactivate(ALICE));
  const ports = { ...asleep, epoch: { ...asleep.epoch, confirm } };
  await expect(confirmRestore(ports, { by: ALICE as UserId, epoch: 1 })).rejects.toMatchObject({
    refusal: { kind: "not-served" },
  });
  expect(isConfirmed).toBe(false);
});

/** Over, off the hub without a probe, and its token's own time has run out. */
async function endedLongAgo() {
  const { id } = await ask("peek 10m");
  await steps.work();
  expect(await stateOf(id)).toBe("active");
  const { ports } = steps;
  world.clock.jump(11 * MINUTE);
  const withoutProbe = { ...ports.grants, mint: () => Promise.reject(new Error("no probe")) };
  await endGrant({ ...ports, grants: withoutProbe }, id);
  steps.forgetJobs();
  world.clock.jump(3 * MINUTE);
  return id;
}
const proofOf = async (id: RequestId) => {
  const r = await steps.ports.requests.get(id);
  return r?.state === "ended" ? r.verification.method : r?.state;
};
/** As whoever wakes finds each connection that they had. */
function cutOff(): Ports {
  const assertEnforcing = () => Promise.reject(new TroubleOutside("hub", "the connection is gone"));
  return { ...steps.ports, grants: { ...steps.ports.grants, assertEnforcing } };
}

test("one look at whether an end holds is cut off: the token's own time is not said to be all that shows it", async () => {
  const id = await endedLongAgo();
  await expect(verifyEnd(cutOff(), id)).rejects.toThrow("the connection is gone");
  expect(await proofOf(id)).toBe("ending");
  await verifyEnd(steps.ports, id);
  expect(await proofOf(id)).toBe("absence");
});

test("a hub that took any token when it last answered is cut off: nothing is ended by the token's own time", async () => {
  const id = await endedLongAgo();
  world.localHub?.setRbac(false);
  await expect(verifyEnd(steps.ports, id)).rejects.toThrow("lets anybody in");
  world.clock.jump(2 * MINUTE);
  await expect(verifyEnd(cutOff(), id)).rejects.toThrow("the connection is gone");
  expect(await proofOf(id)).toBe("ending");
});

test("the hub stays away: the token's own time ends it, but not by the look of whoever slept past their lease", async () => {
  const id = await endedLongAgo();
  await expect(verifyEnd(cutOff(), id)).rejects.toThrow("the connection is gone");
  world.clock.jump(2 * MINUTE);
  await expect(verifyEnd(cutOff(), id)).rejects.toThrow("the connection is gone");
  const lost = () => {
    throw new LeaseLost();
  };
  await expect(verifyEnd(heldAs(cutOff(), lost), id)).rejects.toThrow(LeaseLost);
  expect(await proofOf(id)).toBe("ending");
  await verifyEnd(cutOff(), id);
  expect(await proofOf(id)).toBe("expiry");
});

test("whoever holds a probe sleeps until it has died of its own age: that it is refused proves nothing", async () => {
  const id = await endedLongAgo();
  const request = await steps.ports.requests.get(id);
  const [going] = request ? goingFrom(request) : [];
  if (!going) throw new Error("Nothing goes.");
  const check = async () => {
    world.clock.jump(12 * MINUTE);
    return "refused" as const;
  };
  const grants = { ...steps.ports.grants, check };
  const probe = { token: secret("probe"), expiresAt: world.clock.now() + 10 * MINUTE };
  const probing = { ...probe, signedBy: null, accountUid: null };
  const held = alone();
  await verifyDeleted({ ...steps.ports, grants }, going, probing, held);
  expect(await proofOf(id)).toBe("absence");
});

test("whoever is about to make a grant sleeps past its end, and another made it and gave it more time: it lives on", async () => {
  const { id } = await ask("peek 10m");
  steps.forgetJobs();
  await validateRequester(steps.ports, id);
  expect(await stateOf(id)).toBe("approved");
  const { ports } = steps;
  let slept = false;
  const look: Ports["epoch"]["look"] = async (...asked) => {
    const found = await ports.epoch.look(...asked);
    if (slept) return found;
    slept = true;
    await steps.loseLeases();
    await steps.work();
    expect(await stateOf(id)).toBe("active");
    await commit(ports, id, (r) => (r.state === "active" ? { ...r, expiresAt: r.expiresAt + HOUR } : null));
    world.clock.jump(11 * MINUTE);
    return found;
  };
  await provisionGrant({ ...ports, epoch: { ...ports.epoch, look } }, id);
  expect(await stateOf(id)).toBe("active");
});
