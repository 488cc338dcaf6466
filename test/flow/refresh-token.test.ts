/** A live grant gets a fresh token: whatever dies between two steps, its holder ends with exactly one message that bears a token, and that works. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { visibleText } from "../../sandbox/slack/index.ts";
import { DAY, MINUTE, SECOND } from "../../src/domain/duration.ts";
import type { RequestId, UserId } from "../../src/domain/ids.ts";
import { isSettled } from "../../src/domain/messages.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import { hideToken } from "../../src/flow/hide.ts";
import { askFreshToken, refreshToken } from "../../src/flow/refresh-token.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { releaseGrant } from "../../src/flow/revoke.ts";
import { ALICE, BOB, startWorld, type World } from "../helpers/bot.ts";
import { login } from "../helpers/login.ts";
import { tokenIn } from "../helpers/scene.ts";
import { Crash, dyingAt, openSteps, type Steps } from "../helpers/steps.ts";

let world: World;
let steps: Steps;
let asked = 0;

beforeEach(async () => {
  world = await startWorld();
  steps = await openSteps(world);
});
afterEach(async () => {
  await steps[Symbol.asyncDispose]();
  await world.close();
});

const bob = { id: BOB as UserId, name: "Bob", locale: "en" } as const;

async function activeGrant(): Promise<RequestId> {
  asked += 1;
  const text = `guest 4h number ${asked}.`;
  const { id } = await makeRequest(steps.ports, { requester: bob, text, triggerId: `trigger-${asked}` });
  await steps.work();
  await decideRequest(steps.ports, { id, terms: 1, by: ALICE as UserId, verdict: { approve: true } });
  await steps.work();
  return id;
}

async function end(id: RequestId): Promise<void> {
  await releaseGrant(steps.ports, { id, by: BOB as UserId });
  await steps.finish();
  expect(shown()).toEqual([]);
  expect((await steps.ports.requests.get(id))?.state).toBe("ended");
}

const bearing = () => world.slack.dm(BOB).filter((message) => tokenIn(message) !== "");
const shown = () => bearing().map(tokenIn);
const grantOf = async (id: RequestId) => {
  const request = await steps.ports.requests.get(id);
  if (request?.state !== "active") throw new Error(`it is ${request?.state}`);
  return request;
};

async function restart(): Promise<void> {
  await steps.restart(MINUTE);
  await steps.work();
}

test("it comes in a message of its own, that says why, and the old one goes", async () => {
  const id = await activeGrant();
  const [old = ""] = shown();
  const before = await grantOf(id);
  world.clock.jump(2 * SECOND);
  await askFreshToken(steps.ports, id, "upgraded");
  await steps.work();
  const [message] = bearing();
  expect(bearing()).toHaveLength(1);
  expect(shown()).not.toContain(old);
  expect(visibleText(message ?? { text: "" })).toMatch(/New token:\* Karpor was upgraded/);
  expect(message?.text).toBe("New token: Karpor was upgraded, and your old token stopped working.");
  expect(await login(world.hub, shown()[0] ?? "")).toBe(200);
  const after = await grantOf(id);
  expect(after.refresh).toBeUndefined();
  expect(after.expiresAt).toBe(before.expiresAt);
  expect(after.grant.accountUid).toBe(before.grant.accountUid);
  await end(id);
});

test("after any step of it: one token stands, and works", async () => {
  const id = await activeGrant();
  let survived = false;
  for (let last = 1; !survived; last++) {
    world.clock.jump(2 * SECOND);
    const before = shown();
    const dying = dyingAt(steps.ports, last);
    try {
      await askFreshToken(dying.ports, id, "upgraded");
      await steps.work(dying.ports);
      survived = true;
      expect(dying.steps).toContain("notifier.showToken");
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
    await restart();
    expect((await grantOf(id)).refresh).toBeUndefined();
    expect(shown()).toHaveLength(1);
    if (last > 1) expect(shown()).not.toEqual(before);
    expect(await login(world.hub, shown()[0] ?? "")).toBe(200);
  }
  await end(id);
});

test("asked for twice, one comes; asked for while one is made, another does", async () => {
  const id = await activeGrant();
  let made = 0;
  let askedAgain = false;
  const ports = {
    ...steps.ports,
    notifier: {
      ...steps.ports.notifier,
      showToken: async (...args: Parameters<typeof steps.ports.notifier.showToken>) => {
        made += 1;
        if (made === 1 && askedAgain) {
          world.clock.jump(2 * SECOND);
          await askFreshToken(steps.ports, id, "upgraded");
        }
        return steps.ports.notifier.showToken(...args);
      },
    },
  };
  await askFreshToken(steps.ports, id, "upgraded");
  await askFreshToken(steps.ports, id, "upgraded");
  await steps.work(ports);
  expect(made).toBe(1);
  made = 0;
  askedAgain = true;
  await askFreshToken(steps.ports, id, "upgraded");
  await steps.work(ports);
  expect(made).toBe(2);
  expect((await grantOf(id)).refresh).toBeUndefined();
  expect(shown()).toHaveLength(1);
  await end(id);
});

test("a token that was hidden comes again; hidden in the moment it is shown, it goes", async () => {
  const id = await activeGrant();
  await hideToken(steps.ports, { id, by: BOB as UserId });
  await steps.work();
  expect(shown()).toEqual([]);
  await askFreshToken(steps.ports, id, "upgraded");
  await steps.work();
  expect(shown()).toHaveLength(1);
  expect(world.slack.dm(BOB).map(visibleText).join()).not.toContain("Token hidden");
  const hiding = {
    ...steps.ports,
    notifier: {
      ...steps.ports.notifier,
      showToken: async (...args: Parameters<typeof steps.ports.notifier.showToken>) => {
        await hideToken(steps.ports, { id, by: BOB as UserId }).catch(() => {});
        return steps.ports.notifier.showToken(...args);
      },
    },
  };
  await askFreshToken(steps.ports, id, "upgraded");
  await steps.work(hiding);
  await steps.work();
  expect(shown()).toEqual([]);
  expect((await grantOf(id)).hidden).toBe(true);
  await end(id);
});

const limitEdits = () => world.slack.failNext("chat.update", { retryAfter: 30 });
const removeByHand = () => bearing().forEach((message) => void world.slack.remove(message));
test.each([
  ["Slack edits nothing just then", limitEdits],
  ["somebody removed it", removeByHand],
])("%s, so that hiding it left no message: the next one is shown", async (_, meanwhile) => {
  const id = await activeGrant();
  meanwhile();
  await hideToken(steps.ports, { id, by: BOB as UserId });
  await steps.work();
  expect(shown()).toEqual([]);
  expect((await grantOf(id)).messages.token).toBeUndefined();
  world.clock.jump(31 * SECOND);
  await askFreshToken(steps.ports, id, "upgraded");
  await steps.work();
  expect(shown()).toHaveLength(1);
  expect(await login(world.hub, shown()[0] ?? "")).toBe(200);
  expect(world.slack.dm(BOB).map(visibleText).join()).not.toContain("Token hidden");
  await end(id);
});

test("a click that hides the old one comes when that has gone: the new one is shown", async () => {
  const id = await activeGrant();
  const late = {
    ...steps.ports,
    notifier: {
      ...steps.ports.notifier,
      post: async (...args: Parameters<typeof steps.ports.notifier.post>) => {
        if (args[1] === "token") await hideToken(steps.ports, { id, by: BOB as UserId });
        return steps.ports.notifier.post(...args);
      },
    },
  };
  await askFreshToken(steps.ports, id, "upgraded");
  await steps.work(late);
  expect(shown()).toHaveLength(1);
  expect((await grantOf(id)).hidden).toBe(false);
  await end(id);
});

test("it ends while one is made: none is shown", async () => {
  const id = await activeGrant();
  const ending = {
    ...steps.ports,
    notifier: {
      ...steps.ports.notifier,
      post: async (...args: Parameters<typeof steps.ports.notifier.post>) => {
        const place = await steps.ports.notifier.post(...args);
        if (args[1] === "token") await releaseGrant(steps.ports, { id, by: BOB as UserId });
        return place;
      },
    },
  };
  await askFreshToken(steps.ports, id, "upgraded");
  await steps.work(ending);
  await steps.finish();
  expect(shown()).toEqual([]);
  expect((await steps.ports.requests.get(id))?.state).toBe("ended");
});

test("the hub is away: the old message stays until there is a token to put in its place", async () => {
  const id = await activeGrant();
  const old = shown();
  await askFreshToken(steps.ports, id, "upgraded");
  const deaf = {
    ...steps.ports,
    grants: { ...steps.ports.grants, mint: () => Promise.reject(new Error("away")) },
  };
  await expect(steps.work(deaf)).rejects.toThrow("away");
  expect(shown()).toEqual(old);
  await restart();
  expect(shown()).toHaveLength(1);
  expect(shown()).not.toEqual(old);
  await end(id);
});

/** Slack lets nobody edit or delete the message that bears a token now. */
function keepsOld(): string {
  const [old] = bearing();
  world.slack.meddle({
    before: async ({ method, args }) =>
      /^chat\.(update|delete)$/.test(method) && args.ts === old?.ts
        ? "compliance_exports_prevent_deletion"
        : undefined,
    after: async () => true,
  });
  return old ? tokenIn(old) : "";
}

test("Slack refuses to take the old one away: it is kept, and tried again a day later, also after the end", async () => {
  const id = await activeGrant();
  const old = keepsOld();
  await askFreshToken(steps.ports, id, "upgraded");
  await steps.work();
  expect(shown()).toHaveLength(2);
  await releaseGrant(steps.ports, { id, by: BOB as UserId });
  await steps.finish();
  expect(shown()).toEqual([old]);
  const ended = await steps.ports.requests.get(id);
  expect(ended && isSettled(ended)).toBe(false);
  world.slack.meddle(undefined);
  world.clock.jump(DAY);
  await steps.work();
  expect(shown()).toEqual([]);
  const after = await steps.ports.requests.get(id);
  expect(after && isSettled(after)).toBe(true);
});

test("Slack keeps the old one, and the post of the new one's message fails without a word: the old one's is not taken for it", async () => {
  const id = await activeGrant();
  const old = keepsOld();
  await askFreshToken(steps.ports, id, "upgraded");
  world.slack.failNext("chat.postMessage", { status: 500 });
  await expect(steps.work()).rejects.toThrow("the answer to a post was lost");
  await restart();
  expect((await grantOf(id)).refresh).toBeUndefined();
  const [first, second = "", ...more] = shown();
  expect([first, more]).toEqual([old, []]);
  expect(await login(world.hub, second)).toBe(200);
});

test("Slack keeps an old one that still works: a hide says that one stands there, until it is gone or dead", async () => {
  const id = await activeGrant();
  const old = keepsOld();
  await askFreshToken(steps.ports, id, "extended");
  await steps.work();
  expect(await login(world.hub, old)).toBe(200);
  await expect(hideToken(steps.ports, { id, by: BOB as UserId })).rejects.toMatchObject({
    refusal: { kind: "not-hidden-yet" },
  });
  expect(shown()).toEqual([old]);
  expect((await grantOf(id)).hidden).toBe(true);
});

test("a hide on the message of one that Slack keeps: said that it stands there, and the new one stays", async () => {
  const id = await activeGrant();
  const ts = (await grantOf(id)).messages.token?.ts;
  keepsOld();
  await askFreshToken(steps.ports, id, "extended");
  await steps.work();
  await expect(hideToken(steps.ports, { id, by: BOB as UserId, ts })).rejects.toMatchObject({
    refusal: { kind: "not-hidden-yet" },
  });
  expect(shown()).toHaveLength(2);
  expect((await grantOf(id)).hidden).toBe(false);
});

test("hidden, and Slack lets nobody edit its message any more: it goes with the access all the same", async () => {
  const id = await activeGrant();
  await hideToken(steps.ports, { id, by: BOB as UserId });
  await steps.work();
  world.slack.settings.editWindowClosed = true;
  await steps.ports.requests.update(id, (r) => ({ ...r, revision: r.revision + 1 }));
  await steps.sweep();
  await steps.work();
  expect(world.slack.dm(BOB).map(visibleText).join()).toContain("Token hidden");
  await end(id);
  expect(world.slack.dm(BOB).map(visibleText).join()).not.toContain("Token hidden");
});

test("one sleeps before it looks at the account, and another shows its own meanwhile: that one stays", async () => {
  const id = await activeGrant();
  await askFreshToken(steps.ports, id, "upgraded");
  const { grants, notifier } = steps.ports;
  const [showing, woken] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const other = {
    ...steps.ports,
    notifier: {
      ...notifier,
      showToken: async (...args: Parameters<typeof notifier.showToken>) => {
        showing.resolve();
        await woken.promise;
        return notifier.showToken(...args);
      },
    },
  };
  let others: Promise<unknown> | undefined;
  const sleeper = {
    ...steps.ports,
    grants: {
      ...grants,
      find: async (...args: Parameters<typeof grants.find>) => {
        await steps.loseLeases();
        others ??= refreshToken(other, id);
        await showing.promise;
        return grants.find(...args);
      },
      annotate: async (...args: Parameters<typeof grants.annotate>) => {
        woken.resolve();
        await others;
        return grants.annotate(...args);
      },
    },
  };
  await refreshToken(sleeper, id);
  await steps.work();
  expect(shown()).toHaveLength(1);
  expect(await login(world.hub, shown()[0] ?? "")).toBe(200);
  await end(id);
});

test("what is not live gets none", async () => {
  const id = await activeGrant();
  await end(id);
  const after = await askFreshToken(steps.ports, id, "upgraded");
  expect(after).not.toHaveProperty("refresh");
});
