/** A new token takes the place of another, whatever dies, is slow or away in between: one works, and that one only. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hubClient } from "../../sandbox/hub/client.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import type { RequestId, UserId } from "../../src/domain/ids.ts";
import { Refused } from "../../src/domain/refusal.ts";
import type { In } from "../../src/domain/request.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import { hideToken } from "../../src/flow/hide.ts";
import type { Ports } from "../../src/flow/ports.ts";
import { provisionGrant } from "../../src/flow/provision.ts";
import { renewToken } from "../../src/flow/renew-token.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { releaseGrant, revokeGrant } from "../../src/flow/revoke.ts";
import { takeTokenOff } from "../../src/flow/take-token-off.ts";
import { fallbackExpiry } from "../../src/flow/watch/fallback-expiry.ts";
import { ALICE, APPROVALS, BOB, startBot, startWorld, type World } from "../helpers/bot.ts";
import { copyRedis, restoreRedis } from "../helpers/copy.ts";
import { login } from "../helpers/login.ts";
import { BY_HAND } from "../helpers/people.ts";
import { type Scene, scene, tokenIn } from "../helpers/scene.ts";
import { Crash, dyingAt, openSteps, type Steps } from "../helpers/steps.ts";
import { swept } from "../helpers/swept.ts";

let world: World;
let steps: Steps;
let asked = 0;

beforeEach(async () => {
  world = await startWorld();
  steps = await openSteps(world);
});
afterEach(async () => {
  world.localHub?.meddle(undefined);
  world.slack.clearFailures();
  await steps[Symbol.asyncDispose]();
  await world.close();
});

/** Bob holds a token. */
async function live(): Promise<{ id: RequestId; token: string }> {
  asked += 1;
  const requester = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
  const wish = { requester, text: `guest 8h number ${asked}.`, triggerId: `t${asked}` };
  const { id } = await makeRequest(steps.ports, wish);
  await steps.work();
  await decideRequest(steps.ports, { id, terms: 1, by: ALICE as UserId, verdict: { approve: true } });
  await steps.work();
  return { id, token: shown() };
}

const tokens = () => world.slack.dm(BOB).map(tokenIn).filter(Boolean);
const shown = () => tokens().at(-1) ?? "";
const renew = (id: RequestId, why: "lost" | "leaked" = "leaked", ports: Ports = steps.ports) =>
  renewToken(ports, { id, by: BOB as UserId, why });
const record = async (id: RequestId) => (await steps.ports.requests.get(id)) as In<"active">;
const works = async (token: string) => (await login(world.hub, token)) === 200;
const channel = () => world.slack.messages(APPROVALS).map(visibleText).join("\n");
const standing = () => scene(world).standing();
const hubGoesAway = () =>
  world.localHub?.meddle({ before: async () => ({ status: 503 }), after: async () => true });
const adminsTold = () =>
  world.slack.dm(ALICE).filter((m) => visibleText(m).includes("A leaked token may still work"));

/** A bot does what these steps leave to be done. */
async function besideBot(work: (it: Scene) => Promise<void>): Promise<void> {
  const bot = await startBot(world);
  try {
    await work(scene(world));
  } finally {
    await bot.stop();
  }
}

async function survive(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof Crash) return false;
    throw error;
  }
}

/** A new process: the old one's jobs and leases are gone, and minutes pass. */
async function restart(): Promise<void> {
  await steps.restart(MINUTE);
  await steps.finish();
}

/** Of generations that are not the last nothing works, stands or is unproved; of the last, all does. */
async function expectRenewed(id: RequestId, generation: number, old: readonly string[]): Promise<void> {
  const request = await record(id);
  expect(request).toMatchObject({ state: "active", generation, hidden: false });
  expect(request.former?.every(({ verification }) => verification)).toBe(true);
  expect(tokens()).toHaveLength(1);
  expect(await works(shown())).toBe(true);
  for (const token of old) expect(await login(world.hub, token)).toBe(401);
  expect((await standing()).filter((name) => name.includes(id.toLowerCase()))).toHaveLength(2);
}

/** Each run dies after every third step, from a place of its own: a few runs see them all. */
const STRIDE = 3;
const FIRST = 1 + Math.floor(Math.random() * STRIDE);

test.each(["shown", "hidden"] as const)(
  `after step ${FIRST} and every third from there, from a token that is %s`,
  async (is) => {
    let survived = false;
    for (let last = FIRST; !survived; last += STRIDE) {
      const { id, token } = await live();
      if (is === "hidden") await hideToken(steps.ports, { id, by: BOB as UserId });
      await steps.work();
      const dying = dyingAt(steps.ports, last);
      survived = await survive(async () => {
        await renew(id, "leaked", dying.ports);
        await steps.work(dying.ports);
        world.clock.jump(14 * SECOND);
        await steps.work(dying.ports);
      });
      await restart();
      // The click itself was lost with its process: it changed nothing, and is made again.
      if ((await record(id)).generation === 1) {
        await renew(id);
        await steps.finish();
      }
      await expectRenewed(id, 2, [token]);
      const told = world.slack.messages(APPROVALS).filter((m) => visibleText(m).includes("Token leaked"));
      expect(told.map(visibleText).join()).toContain("Token leaked, stopped:");
      world.clock.jump(8 * HOUR);
      await steps.sweep();
      await steps.finish();
      expect(await record(id)).toMatchObject({ state: "ended" });
      if (survived) expect(dying.steps).toContain("grants.removeAccount");
    }
  },
  240_000,
);

test.each(["deletes it", "only edits it"])(
  "the old one's message is taken off before the new one is made, and Slack %s: the new one rings",
  async (does) => {
    const { id, token } = await live();
    const place = (await record(id)).messages.token;
    if (does === "only edits it") world.slack.failNext("chat.delete", "cant_delete_message", 1);
    await renew(id);
    await takeTokenOff(steps.ports, id);
    expect(tokens()).toEqual([]);
    await steps.finish();
    await expectRenewed(id, 2, [token]);
    expect((await record(id)).messages.token?.ts).not.toBe(place?.ts);
    expect(world.slack.dm(BOB).map(visibleText).join()).not.toContain("comes in seconds");
  },
);

test("Slack only edits the old one's message, and the post of the new one's fails without a word: the new one rings", async () => {
  const { id, token } = await live();
  const place = (await record(id)).messages.token;
  const rung = () => world.slack.notifications(BOB).length;
  const before = rung();
  world.slack.failNext("chat.delete", "cant_delete_message", 1);
  await renew(id);
  world.slack.failNext("chat.postMessage", { status: 500 });
  await expect(steps.work()).rejects.toThrow("the answer to a post was lost");
  await restart();
  await expectRenewed(id, 2, [token]);
  expect((await record(id)).messages.token?.ts).not.toBe(place?.ts);
  expect(rung()).toBe(before + 1);
});

test("a click that hides the old one comes while the new one is shown: that one stays", async () => {
  const { id, token } = await live();
  const old = (await record(id)).messages.token?.ts;
  const { notifier } = steps.ports;
  const showToken: typeof notifier.showToken = async (...args) => {
    await hideToken(steps.ports, { id, by: BOB as UserId, ts: old });
    return notifier.showToken(...args);
  };
  await renew(id);
  await steps.work({ ...steps.ports, notifier: { ...notifier, showToken } });
  await steps.finish();
  await expectRenewed(id, 2, [token]);
});

test("hidden, and another asked for before Slack has taken the old one off: the new one rings", async () => {
  const { id, token } = await live();
  const place = (await record(id)).messages.token;
  const { notifier } = steps.ports;
  const takeOff: typeof notifier.takeTokenOff = async (...args) => {
    const outcome = await notifier.takeTokenOff(...args);
    await renew(id, "lost");
    return outcome;
  };
  const ports = { ...steps.ports, notifier: { ...notifier, takeTokenOff: takeOff } };
  await hideToken(ports, { id, by: BOB as UserId });
  await steps.finish();
  await expectRenewed(id, 2, [token]);
  expect((await record(id)).messages.token?.ts).not.toBe(place?.ts);
});

test("that it takes longer is told also where Slack did not take that at first", async () => {
  const { id, token } = await live();
  await hideToken(steps.ports, { id, by: BOB as UserId });
  await steps.work();
  hubGoesAway();
  await renew(id);
  const tryOn = async () => {
    world.clock.jump(10 * SECOND);
    await provisionGrant(steps.ports, id).catch(() => {});
  };
  world.slack.failNext("chat.postMessage", "fatal_error", 100);
  for (let tries = 0; tries < 3; tries++) await tryOn();
  world.slack.clearFailures();
  await tryOn();
  expect(world.slack.dm(BOB).map(visibleText).join()).toContain("New token, not ready yet:");
  world.localHub?.meddle(undefined);
  await restart();
  await restart();
  await expectRenewed(id, 2, [token]);
});

test("lost, and said to have leaked once it is known that the hub may take it: the administrators hear of it", async () => {
  const { id } = await live();
  await besideBot(async (it) => {
    hubGoesAway();
    const message = await it.dm(BOB, "guest");
    await world.slack.select(BOB, message, "menu", "New token", { confirm: true });
    await it.outlast();
    await world.jump(MINUTE);
    await it.channel("Old token, not confirmed:");
    await renew(id, "leaked");
    await world.until(async () => {
      await world.jump(MINUTE);
      await swept(world);
      return adminsTold().length > 0;
    });
    await world.jump(MINUTE);
    await swept(world);
    expect(adminsTold()).toHaveLength(1);
  });
});

test("leaked, and the access ends before that old token is proved gone: the administrators hear of it all the same", async () => {
  const { id } = await live();
  await besideBot(async (it) => {
    hubGoesAway();
    await world.slack.select(BOB, await it.dm(BOB, "guest"), "menu", "I leaked it", { confirm: true });
    await world.until(async () => (await record(id)).generation === 2);
    await releaseGrant(steps.ports, { id, by: BOB as UserId });
    await world.until(async () => {
      await world.jump(10 * SECOND);
      await swept(world);
      return adminsTold().length > 0;
    });
  });
});

test("Slack asks to wait: the old one stops all the same, and the new one comes when there is room", async () => {
  const { id, token } = await live();
  for (const method of ["chat.postMessage", "chat.update", "chat.delete"])
    world.slack.failNext(method, { retryAfter: 30 }, 100);
  await renew(id);
  await steps.work().catch(() => {});
  expect(await works(token)).toBe(false);
  world.slack.clearFailures();
  for (let minutes = 0; minutes < 3; minutes++) await restart();
  await expectRenewed(id, 2, [token]);
});

test.each(["shown", "hidden"] as const)(
  "Karpor does not answer, and the old token is %s: holder, channel and admins are told; then all goes on by itself",
  async (is) => {
    const { id, token } = await live();
    if (is === "hidden") await hideToken(steps.ports, { id, by: BOB as UserId });
    await steps.work();
    await besideBot(async (it) => {
      hubGoesAway();
      if (is === "hidden")
        await world.slack.click(BOB, await it.dm(BOB, "Token hidden."), "leaked", { confirm: true });
      else await world.slack.select(BOB, await it.dm(BOB, token), "menu", "I leaked it", { confirm: true });
      await it.channel("Token leaked:");
      await it.outlast();
      await world.jump(MINUTE);
      await it.dm(BOB, "New token, not ready yet:");
      expect(tokens()).toEqual([]);
      await it.channel("Token leaked, not confirmed:");
      await it.dm(ALICE, "A leaked token may still work");
      world.localHub?.meddle(undefined);
      const isActive = async () => (await record(id)).state === "active";
      for (let tries = 0; tries < 20 && !(await isActive()); tries++) {
        await world.jump(MINUTE);
        await swept(world);
      }
      await world.jump(14 * SECOND);
      await it.channel("Token leaked, stopped:");
      await expectRenewed(id, 2, [token]);
    });
  },
);

test("the proof of the one that gave way is overdue: the end of the access comes on time", async () => {
  const { id } = await live();
  await renew(id);
  const assertEnforcing = () => Promise.reject(new Error("away"));
  const deaf = { ...steps.ports, grants: { ...steps.ports.grants, assertEnforcing } };
  await steps.work(deaf);
  for (const ms of [14 * SECOND, SECOND, 8 * HOUR]) {
    world.clock.jump(ms);
    for (let jobs = 0; jobs < 4; jobs++) await steps.work(deaf).catch(() => {});
  }
  expect(await record(id)).toMatchObject({ state: "ending", end: { cause: "expired" } });
});

test("lost, and the hub takes it still: the channel and the administrators hear of it as of an end", async () => {
  const { id } = await live();
  await renew(id, "lost");
  const accepting = { ...steps.ports.grants, check: async () => "good" as const };
  await steps.work({ ...steps.ports, grants: accepting });
  const told = () =>
    world.slack.messages(APPROVALS).filter((m) => visibleText(m).includes("Old token, not confirmed:"));
  await world.until(async () => {
    world.clock.jump(SECOND);
    await steps.work();
    return told().length > 0;
  });
  expect(told()).toHaveLength(1);
  expect(visibleText(told()[0] ?? { text: "" })).toContain(`<@${ALICE}>`);
  expect(await record(id)).toMatchObject({ state: "active", generation: 2 });
});

test("lost, and then said to have leaked before the new one was there: the channel is told", async () => {
  const { id, token } = await live();
  await renew(id, "lost");
  await expect(renew(id, "lost")).rejects.toThrow(Refused);
  await renew(id, "leaked");
  await expect(renew(id, "leaked")).rejects.toMatchObject({ refusal: { kind: "token-coming" } });
  await steps.finish();
  await expectRenewed(id, 2, [token]);
  expect(channel()).toContain("Token leaked");
});

test("nobody but its holder gets one, and nobody of what is over", async () => {
  const { id } = await live();
  const by = ALICE as UserId;
  await expect(renewToken(steps.ports, { id, by, why: "lost" })).rejects.toMatchObject({
    refusal: { kind: "not-yours" },
  });
  world.clock.jump(8 * HOUR);
  await steps.sweep();
  await steps.finish();
  await expect(renew(id)).rejects.toMatchObject({ refusal: { kind: "late" } });
});

describe("Redis is restored from before", () => {
  test("the leak: what was made since is the grant's, and the leaked token stays dead", async () => {
    const { id, token } = await live();
    await steps.ports.epoch.settle();
    const copy = await copyRedis(world.commands);
    await renew(id);
    await steps.finish();
    const next = shown();
    await restored(copy);
    await steps.sweep();
    await steps.finish();
    expect(await record(id)).toMatchObject({ state: "active", generation: 2 });
    expect(await works(next)).toBe(true);
    expect(await login(world.hub, token)).toBe(401);
    // The holder still finds it, and the record knows where.
    expect(tokens()).toEqual([next]);
  });

  test("the end: nothing is made anew by a click on a message of then", async () => {
    const { id } = await live();
    await steps.ports.epoch.settle();
    const copy = await copyRedis(world.commands);
    world.clock.jump(MINUTE);
    await renewToken(steps.ports, { id, by: BOB as UserId, why: "lost" });
    await steps.finish();
    for (const name of new Set(await standing())) await removeByHand(name);
    await restored(copy);
    await steps.ports.epoch.confirm(null, BY_HAND);
    await expect(renew(id, "lost")).rejects.toMatchObject({ refusal: { kind: "late" } });
    await steps.finish();
    expect(await standing()).toEqual([]);
  });

  test.each(["lost", "leaked"] as const)(
    "a moment ago, and nobody has looked since: what was revoked is not made anew as %s",
    async (why) => {
      const { id, copy } = await revokedSince();
      await restoreRedis(world.commands, copy);
      await expect(renew(id, why)).rejects.toMatchObject({ refusal: { kind: "late" } });
      await goOn();
      expect(await standing()).toEqual([]);
    },
  );

  test.each(["lost", "leaked"] as const)(
    "the hub is away, and nobody could look since: what was revoked is not made anew as %s",
    async (why) => {
      const { id, copy } = await revokedSince();
      await steps[Symbol.asyncDispose]();
      await restoreRedis(world.commands, copy);
      steps = await openSteps(world);
      await world.localHub?.down();
      expect(await renew(id, why)).toMatchObject({ state: "approved", generation: 2 });
      await world.localHub?.up();
      await goOn();
      expect(await standing()).toEqual([]);
      expect(tokens()).toEqual([]);
      expect(await record(id)).toMatchObject({ end: { cause: "failed", failure: "restored" } });
    },
  );
});

/** It is live in the copy of Redis, and its end was proved a minute ago. */
async function revokedSince() {
  const { id } = await live();
  await steps.ports.epoch.settle();
  const copy = await copyRedis(world.commands);
  await revokeGrant(steps.ports, { id, by: ALICE as UserId });
  await steps.finish();
  expect(await record(id)).toMatchObject({ state: "ended" });
  await steps.ports.epoch.settle();
  world.clock.jump(MINUTE);
  return { id, copy };
}

async function goOn(): Promise<void> {
  await steps.ports.epoch.settle();
  await steps.ports.epoch.confirm(null, BY_HAND);
  await steps.sweep();
  await steps.finish();
}

test("no record can be read, and both stand: the one that gave way goes", async () => {
  const { id } = await live();
  await renew(id);
  await steps.finish();
  const { signal } = new AbortController();
  const { hidden: _, reminded: __, grant: ___, ...first } = { ...(await record(id)), generation: 1 };
  await steps.ports.grants.create({ ...first, state: "approved" }, signal);
  expect(await standing()).toHaveLength(4);
  await fallbackExpiry(steps.ports, signal);
  expect(await standing()).toHaveLength(2);
  expect(await works(shown())).toBe(true);
});

async function restored(copy: Awaited<ReturnType<typeof copyRedis>>): Promise<void> {
  await steps[Symbol.asyncDispose]();
  await restoreRedis(world.commands, copy);
  steps = await openSteps(world);
  await steps.ports.epoch.settle();
}

async function removeByHand(name: string): Promise<void> {
  const admin = hubClient(world.hub, world.hub.admin);
  for (const path of [
    `/api/v1/namespaces/karpor-access/serviceaccounts/${name}`,
    `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${name}`,
  ])
    await admin("DELETE", path, {});
  await admin.close();
}

test("the new one was shown by a process that died before its record said so, and leaked: it stops, too", async () => {
  const { id, token } = await live();
  await renew(id, "lost");
  const { notifier } = steps.ports;
  const showToken: typeof notifier.showToken = async (...args) => {
    await notifier.showToken(...args);
    throw new Crash();
  };
  await expect(steps.work({ ...steps.ports, notifier: { ...notifier, showToken } })).rejects.toThrow(Crash);
  const second = shown();
  expect(await works(second)).toBe(true);
  expect(await record(id)).toMatchObject({ state: "delivering", generation: 2 });
  const on = (await record(id)).messages.token?.ts;
  await renewToken(steps.ports, { id, by: BOB as UserId, why: "leaked", on });
  await restart();
  await steps.sweep();
  await steps.finish();
  world.clock.jump(MINUTE);
  await steps.sweep();
  await steps.finish();
  expect(channel()).toContain("Token leaked, stopped:");
  expect(await works(second)).toBe(false);
  await expectRenewed(id, 3, [token, second]);
});
