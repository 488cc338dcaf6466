/** The process dies after any step between "more time is approved" and the token that lives as long: the grant gets the time once, and its holder one token. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import type { RequestId, UserId } from "../../src/domain/ids.ts";
import { askMoreTime } from "../../src/flow/ask-more-time.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import { endGrant } from "../../src/flow/end.ts";
import { extendGrant } from "../../src/flow/extend-grant.ts";
import type { Ports } from "../../src/flow/ports.ts";
import { remindHolder } from "../../src/flow/remind.ts";
import { renewToken } from "../../src/flow/renew-token.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { releaseGrant } from "../../src/flow/revoke.ts";
import { ALICE, BOB, catalog, startWorld, type World } from "../helpers/bot.ts";
import { login } from "../helpers/login.ts";
import { tokenIn } from "../helpers/scene.ts";
import { Crash, dyingAt, heldAs, openSteps, type Steps } from "../helpers/steps.ts";

const duration = { default: "1h", max: "2h", total: "200d" };
const roles = { ...catalog, guest: { ...catalog.guest, duration } };
let world: World;
let steps: Steps;
let asked = 0;

beforeEach(async () => {
  world = await startWorld({ roles });
  steps = await openSteps(world);
});
afterEach(async () => {
  await steps[Symbol.asyncDispose]();
  await world.close();
});

const bob = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
const trigger = () => `trigger-${++asked}`;
const approve = (ports: Ports, id: RequestId) =>
  decideRequest(ports, { id, terms: 1, by: ALICE as UserId, verdict: { approve: true } });

async function activeGrant(): Promise<RequestId> {
  const { id } = await makeRequest(steps.ports, { requester: bob, text: "guest 2h", triggerId: trigger() });
  await steps.work();
  await approve(steps.ports, id);
  await steps.work();
  return id;
}

async function askMore(id: RequestId): Promise<RequestId> {
  const more = { id, by: BOB as UserId, duration: HOUR, reason: "more", triggerId: trigger() };
  const { id: request } = await askMoreTime(steps.ports, more);
  steps.forgetJobs();
  await restart();
  return request;
}

async function restart(): Promise<void> {
  await steps.restart(MINUTE);
  await steps.work();
}

const stateOf = async (id: RequestId) => (await steps.ports.requests.get(id))?.state;
const tokens = () => world.slack.dm(BOB).map(tokenIn).filter(Boolean);
const endOf = async (id: RequestId) => {
  const grant = await steps.ports.requests.get(id);
  return grant?.state === "active" ? grant.expiresAt : 0;
};

async function survive(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof Crash) return false;
    throw error;
  }
}

test("after any step of it", async () => {
  const id = await activeGrant();
  let survived = false;
  for (let last = 1; !survived; last++) {
    const before = await endOf(id);
    const more = await askMore(id);
    expect(await stateOf(more)).toBe("pending");
    const dying = dyingAt(steps.ports, last);
    survived = await survive(async () => {
      await approve(dying.ports, more);
      await steps.work(dying.ports);
    });
    await restart();
    if ((await stateOf(more)) === "pending") {
      await approve(steps.ports, more);
      await steps.work();
    }
    expect(await stateOf(more)).toBe("extended");
    expect(await endOf(id)).toBe(before + HOUR);
    expect(tokens()).toHaveLength(1);
    expect(await login(world.hub, tokens()[0] ?? "")).toBe(200);
    expect(world.slack.dm(BOB).map(visibleText).join()).not.toContain("Waiting");
    if (survived) expect(dying.steps).toContain("notifier.showToken");
  }
  await releaseGrant(steps.ports, { id, by: BOB as UserId });
  await steps.finish();
  expect(await stateOf(id)).toBe("ended");
  expect(tokens()).toEqual([]);
});

test("the grant ends between any two of its steps: no time is given, or it ended with it", async () => {
  let survived = false;
  for (let last = 1; !survived; last++) {
    const id = await activeGrant();
    const more = await askMore(id);
    const dying = dyingAt(steps.ports, last);
    survived = await survive(async () => {
      await approve(dying.ports, more);
      await steps.work(dying.ports);
    });
    await releaseGrant(steps.ports, { id, by: BOB as UserId });
    await restart();
    await steps.finish();
    await restart();
    expect(await stateOf(id)).toBe("ended");
    expect(["refused", "extended"]).toContain(await stateOf(more));
    expect(tokens()).toEqual([]);
    const { serviceAccounts } = await world.hub.objects();
    expect(serviceAccounts.filter(({ metadata }) => metadata.name.includes("-r-"))).toEqual([]);
  }
});

/** More time is approved, and given: the token that lives as long is not made yet. */
async function given(): Promise<{ id: RequestId; more: RequestId }> {
  const id = await activeGrant();
  const more = await askMore(id);
  await approve(steps.ports, more);
  steps.forgetJobs();
  return { id, more };
}

test("another token is asked for meanwhile: it lives as long, and more time is done at once", async () => {
  const { id, more } = await given();
  await extendGrant(steps.ports, more);
  expect(await stateOf(more)).toBe("extending");
  await renewToken(steps.ports, { id, by: BOB as UserId, why: "lost" });
  expect(await stateOf(more)).toBe("extended");
  await steps.finish();
  expect(await stateOf(id)).toBe("active");
  expect(await login(world.hub, tokens()[0] ?? "")).toBe(200);
});

test("a reminder of the end before comes due meanwhile: nobody is told of that end, and the next one is due", async () => {
  const { id, more } = await given();
  world.clock.jump(HOUR);
  const get: Ports["requests"]["get"] = async (key) => {
    const found = await steps.ports.requests.get(key);
    if (key === id) await extendGrant(steps.ports, more);
    return found;
  };
  await remindHolder({ ...steps.ports, requests: { ...steps.ports.requests, get } }, id);
  expect(await steps.ports.requests.get(id)).toMatchObject({ state: "active", reminded: [] });
});

/** By these ports nobody may have more time. */
function leaving(before: () => Promise<unknown> = async () => {}): Ports {
  const { directory } = steps.ports;
  const person: typeof directory.person = async (...args) => {
    await before();
    return { ...(await directory.person(...args)), standing: "guest" };
  };
  return { ...steps.ports, directory: { ...directory, person } };
}

test("a replica sleeps when it has looked at everybody, and another closes it meanwhile: no time is given", async () => {
  const { id, more } = await given();
  const before = await endOf(id);
  const { directory } = steps.ports;
  let slept = false;
  const person: typeof directory.person = async (...args) => {
    const found = await directory.person(...args);
    if (slept) return found;
    slept = true;
    await steps.loseLeases();
    await extendGrant(leaving(), more);
    expect(await stateOf(more)).toBe("refused");
    return found;
  };
  await extendGrant({ ...steps.ports, directory: { ...directory, person } }, more);
  expect(slept).toBe(true);
  await steps.work();
  expect(await endOf(id)).toBe(before);
});

/** Its lease is lost when it has looked at everybody, and then at this record; meanwhile something is done. */
function sleepingOver(ports: Ports, read: RequestId, meanwhile: () => Promise<unknown>): Ports {
  const { directory, requests } = ports;
  const lost = new AbortController();
  let looked = false;
  const person: typeof directory.person = async (...args) => {
    looked = true;
    return directory.person(...args);
  };
  const get: typeof requests.get = async (key) => {
    const found = await requests.get(key);
    if (key !== read || !looked || lost.signal.aborted) return found;
    lost.abort(new Error("The lease was lost."));
    await steps.loseLeases();
    await meanwhile();
    return found;
  };
  const asleep = { ...ports, directory: { ...directory, person }, requests: { ...requests, get } };
  return heldAs(asleep, () => lost.signal.throwIfAborted());
}

test("a replica sleeps until it is refused, and another gives the time meanwhile: it is not called refused", async () => {
  const { id, more } = await given();
  const before = await endOf(id);
  let slept = false;
  const left = leaving(async () => {
    if (slept) return;
    slept = true;
    await steps.loseLeases();
    await extendGrant(steps.ports, more);
  });
  await extendGrant(left, more);
  expect(slept).toBe(true);
  expect(await stateOf(more)).toBe("extending");
  await steps.work();
  expect(await stateOf(more)).toBe("extended");
  expect(await endOf(id)).toBe(before + HOUR);
});

test("a replica sleeps when it has read what it would refuse more of, and another gives the time: nor is it called refused", async () => {
  const { id, more } = await given();
  const before = await endOf(id);
  const asleep = sleepingOver(leaving(), id, () => extendGrant(steps.ports, more));
  await expect(extendGrant(asleep, more)).rejects.toThrow("The lease was lost.");
  await steps.work();
  expect(await stateOf(more)).toBe("extended");
  expect(await endOf(id)).toBe(before + HOUR);
});

test("a replica sleeps when it has read that the time is to be given, and another closes it: no time is given", async () => {
  const { id, more } = await given();
  const before = await endOf(id);
  const asleep = sleepingOver(steps.ports, more, () => extendGrant(leaving(), more));
  await expect(extendGrant(asleep, more)).rejects.toThrow("The lease was lost.");
  expect(await stateOf(more)).toBe("refused");
  await steps.work();
  expect(await endOf(id)).toBe(before);
});

test("a replica sleeps when it has read what comes to its end, and more time is given meanwhile: what is asked for beyond that stays to be decided", async () => {
  const { id, more } = await given();
  const read = await steps.ports.requests.get(id);
  await extendGrant(steps.ports, more);
  await steps.work();
  const further = await askMore(id);
  world.clock.jump(2 * HOUR);
  const { requests } = steps.ports;
  const get: typeof requests.get = async (key) => (key === id ? read : requests.get(key));
  await endGrant({ ...steps.ports, requests: { ...requests, get } }, id);
  expect(await stateOf(id)).toBe("active");
  expect(await stateOf(further)).toBe("pending");
});
