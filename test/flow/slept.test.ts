/** A process sleeps between a look and what rests on it, as a machine that is suspended does, and meanwhile it is otherwise. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { MINUTE, SECOND } from "../../src/domain/duration.ts";
import type { UserId } from "../../src/domain/ids.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import { endGrant } from "../../src/flow/end.ts";
import type { Directory, Ports } from "../../src/flow/ports.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { validateRequester } from "../../src/flow/validate.ts";
import { verifyEnd } from "../../src/flow/verify.ts";
import { ALICE, BOB, CAROL, startWorld, type World } from "../helpers/bot.ts";
import { openSteps, type Steps } from "../helpers/steps.ts";

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
function sleepingAfter(what: "person" | "qualifies", who: string, leave: () => Promise<unknown>): Ports {
  const { directory } = steps.ports;
  const ask = directory[what] as (...asked: unknown[]) => Promise<unknown>;
  let slept = false;
  const asleep = async (...asked: unknown[]) => {
    const found = await ask(...asked);
    if (asked[0] !== who || slept) return found;
    slept = true;
    await leave();
    world.clock.jump(6 * MINUTE);
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

test("whoever looks whether an end holds sleeps past the lease, and the hub takes any token: nothing is ended by the token's own time", async () => {
  const { id } = await ask("peek 10m");
  await steps.work();
  expect(await stateOf(id)).toBe("active");
  const { ports } = steps;
  world.clock.jump(11 * MINUTE);
  const withoutProbe = { ...ports.grants, mint: () => Promise.reject(new Error("no probe")) };
  await endGrant({ ...ports, grants: withoutProbe }, id);
  steps.forgetJobs();
  world.clock.jump(3 * MINUTE);
  world.localHub?.setRbac(false);
  const slept = new AbortController();
  const lease: Ports["lease"] = {
    ...ports.lease,
    holdRequest: (held, work) =>
      ports.lease.holdRequest(held, (request, signal) =>
        work(request, AbortSignal.any([signal, slept.signal]), () => slept.signal.throwIfAborted()),
      ),
  };
  const assertEnforcing = async (signal: AbortSignal) => {
    slept.abort(new Error("The lease was lost."));
    await ports.grants.assertEnforcing(signal);
  };
  const asleep = { ...ports, lease, grants: { ...ports.grants, assertEnforcing } };
  await expect(verifyEnd(asleep, id)).rejects.toThrow("The lease was lost.");
  expect(await stateOf(id)).toBe("ending");
  await expect(verifyEnd(ports, id)).rejects.toThrow();
  world.localHub?.setRbac(true);
  world.clock.jump(SECOND);
  await verifyEnd(ports, id);
  expect((await steps.ports.requests.get(id)) ?? {}).toMatchObject({ verification: { method: "absence" } });
});
