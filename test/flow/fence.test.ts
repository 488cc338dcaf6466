/** A replica sleeps over its lease while it shows a token, and wakes when another has done the work. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import type { RequestId, UserId } from "../../src/domain/ids.ts";
import { isSettled } from "../../src/domain/messages.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import { hideToken } from "../../src/flow/hide.ts";
import { type Ports, PostUnanswered, SlackBusy, StoreDown, TroubleOutside } from "../../src/flow/ports.ts";
import { provisionGrant } from "../../src/flow/provision.ts";
import { askFreshToken, refreshToken } from "../../src/flow/refresh-token.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { releaseGrant } from "../../src/flow/revoke.ts";
import { redraw, syncMessages } from "../../src/flow/sync-messages.ts";
import { takeTokenOff } from "../../src/flow/take-token-off.ts";
import { validateRequester } from "../../src/flow/validate.ts";
import { ALICE, APPROVALS, BOB, catalog, startWorld, type World } from "../helpers/bot.ts";
import { TOKEN, tokenIn } from "../helpers/scene.ts";
import { openSteps, type Steps } from "../helpers/steps.ts";

let world: World;
let steps: Steps;

beforeEach(async () => {
  world = await startWorld({ roles: { ...catalog, vault: { ...catalog.guest, delivery: "reveal" } } });
  steps = await openSteps(world);
});
afterEach(async () => {
  await steps[Symbol.asyncDispose]();
  await world.close();
});

const tokens = () => world.slack.dm(BOB).filter((message) => tokenIn(message) !== "");

async function requested(what = "guest 2h"): Promise<RequestId> {
  const requester = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
  const { id } = await makeRequest(steps.ports, { requester, text: `${what} because`, triggerId: "t1" });
  return id;
}

async function approved(what?: string): Promise<RequestId> {
  const id = await requested(what);
  await steps.work();
  await decideRequest(steps.ports, { id, terms: 1, by: ALICE as UserId, verdict: { approve: true } });
  return id;
}

/** One replica is about to put the token into the message; resolves to what lets it go on. */
async function asleep(
  more: Partial<Ports["notifier"]> = {},
): Promise<{ id: RequestId; wake: () => Promise<void> }> {
  const id = await approved();
  const [reached, sleeping] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const ports: Ports = {
    ...steps.ports,
    notifier: {
      ...steps.ports.notifier,
      ...more,
      async showToken(...args) {
        reached.resolve();
        await sleeping.promise;
        return steps.ports.notifier.showToken(...args);
      },
    },
  };
  const working = steps.work(ports);
  await reached.promise;
  await steps.loseLeases();
  const wake = async () => {
    sleeping.resolve();
    await working;
  };
  return { id, wake };
}

async function takeOver(): Promise<void> {
  world.clock.jump(11_000);
  await steps.sweep();
  await steps.work();
}

const state = async (id: RequestId) => (await steps.ports.requests.get(id))?.state;

test("the other has shown its own: the late one shows nothing, and takes nothing away", async () => {
  const { id, wake } = await asleep();
  await takeOver();
  const shown = tokens().map(tokenIn);
  expect(shown).toHaveLength(1);
  await wake();
  expect(tokens().map(tokenIn)).toEqual(shown);
  expect(await state(id)).toBe("active");
});

test("the other has shown its own, and Slack lets nobody delete: the late one takes off what it showed", async () => {
  const { id, wake } = await asleep();
  world.slack.settings.deletionForbidden = true;
  await takeOver();
  const shown = tokens().map(tokenIn);
  expect(shown).toHaveLength(1);
  await wake();
  await steps.work();
  expect(tokens().map(tokenIn)).toEqual(shown);
  expect(await state(id)).toBe("active");
});

test("and where Slack asks it to wait for that, it is tried on", async () => {
  const { notifier } = steps.ports;
  let busy = 0;
  const takeTokenOff: typeof notifier.takeTokenOff = async (...args) => {
    if (tokens().length < 2 || busy++ > 0) return notifier.takeTokenOff(...args);
    throw new SlackBusy(1_000);
  };
  const { id, wake } = await asleep({ takeTokenOff });
  world.slack.settings.deletionForbidden = true;
  await takeOver();
  const shown = tokens().map(tokenIn);
  await expect(wake()).rejects.toThrow(SlackBusy);
  expect(tokens()).toHaveLength(2);
  world.clock.jump(2_000);
  await steps.sweep();
  await steps.work();
  expect(tokens().map(tokenIn)).toEqual(shown);
  expect(await state(id)).toBe("active");
});

test("the other's was hidden meanwhile: none is visible afterwards", async () => {
  const { id, wake } = await asleep();
  await takeOver();
  await hideToken(steps.ports, { id, by: BOB as UserId });
  await wake();
  await steps.work();
  expect(tokens()).toEqual([]);
  expect(await state(id)).toBe("active");
});

test("hidden between two tries: said to come, and the token that comes then is never shown", async () => {
  const id = await approved();
  const { grants } = steps.ports;
  const away = async (): Promise<never> => {
    throw new TroubleOutside("hub", "away");
  };
  await provisionGrant({ ...steps.ports, grants: { ...grants, annotate: away } }, id).catch(() => {});
  expect(await state(id)).toBe("delivering");
  await expect(hideToken(steps.ports, { id, by: BOB as UserId })).rejects.toMatchObject({
    refusal: { kind: "not-hidden-yet" },
  });
  world.clock.jump(11_000);
  await steps.sweep();
  await steps.work();
  expect(await steps.ports.requests.get(id)).toMatchObject({ state: "active", hidden: true });
  expect(JSON.stringify(world.slack.dm(BOB).flatMap((m) => m.history))).not.toMatch(TOKEN);
  expect(world.slack.dm(BOB).map(visibleText).join("\n")).toContain("Token hidden.");
});

test("it lost its lease on the way, and nobody took over: it is to look again, and the token comes", async () => {
  const id = await approved();
  const { grants, lease } = steps.ports;
  const lost = new AbortController();
  const ports: Ports = {
    ...steps.ports,
    lease: {
      ...lease,
      holdRequest: (one, work) =>
        lease.holdRequest(one, (r, held) =>
          work(r, { ...held, signal: AbortSignal.any([held.signal, lost.signal]) }),
        ),
    },
    grants: {
      ...grants,
      async annotate(...args) {
        await grants.annotate(...args);
        lost.abort();
      },
    },
  };
  expect(await provisionGrant(ports, id)).toEqual({ again: expect.any(Number) });
  expect(await state(id)).toBe("delivering");
  expect(tokens()).toEqual([]);
  expect(await provisionGrant(steps.ports, id)).toBeUndefined();
  expect(tokens()).toHaveLength(1);
});

test("it slept while it took the last try's message off: the other's is on record, and goes with the access", async () => {
  const id = await approved();
  const { notifier, grants } = steps.ports;
  const provision = (over: Partial<Ports["notifier"]>, more: Partial<Ports> = {}) =>
    provisionGrant({ ...steps.ports, ...more, notifier: { ...notifier, ...over } }, id);
  const leaseOver = () => Promise.reject(new TroubleOutside("hub", "its lease is over"));
  await provision({
    showToken: () => Promise.reject(new TroubleOutside("slack", "away")),
  }).catch(() => {});

  const [asleep, woken] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const late = provision(
    {
      async takeTokenOff(...args) {
        asleep.resolve();
        await woken.promise;
        return notifier.takeTokenOff(...args);
      },
    },
    { grants: { ...grants, create: leaseOver } },
  ).catch(() => {});
  await asleep.promise;
  await steps.loseLeases();
  const [shown, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const other = provision({
    async showToken(...args) {
      await notifier.showToken(...args);
      shown.resolve();
      await answered.promise;
    },
  });
  await shown.promise;
  woken.resolve();
  await late;
  answered.resolve();
  await other;
  expect(await state(id)).toBe("active");
  expect(tokens()).toHaveLength(1);

  await releaseGrant(steps.ports, { id, by: BOB as UserId });
  await steps.finish();
  expect(tokens()).toEqual([]);
});

/** Set up by one, who finds the hub away until that is told; another, of these ports, says in the DM that it takes long. */
async function sayingThatItTakesLong(over: (provision: () => Promise<unknown>) => Partial<Ports>) {
  const id = await approved();
  const { grants } = steps.ports;
  const away = () => Promise.reject(new TroubleOutside("hub", "away"));
  for (let tries = 0; tries < 2; tries++) {
    const withoutHub = { ...steps.ports, grants: { ...grants, create: away } };
    await expect(provisionGrant(withoutHub, id)).rejects.toThrow("away");
    world.clock.jump(4_000);
  }
  const provision = async () => {
    await steps.loseLeases();
    return provisionGrant(steps.ports, id);
  };
  await takeTokenOff({ ...steps.ports, ...over(provision) }, id);
  expect(await state(id)).toBe("active");
  expect(tokens()).toHaveLength(1);
  await steps.work();
  expect(world.slack.dm(BOB).map(visibleText).join("\n")).not.toMatch(/longer/);
  expect(tokens()).toHaveLength(1);
  return id;
}

test("it slept when it had drawn that it takes long, and another puts the token there: a hide still finds it", async () => {
  const id = await sayingThatItTakesLong((provision) => {
    const { notifier } = steps.ports;
    const redraw: typeof notifier.redraw = async (...args) => {
      const outcome = await notifier.redraw(...args);
      await provision();
      return outcome;
    };
    return { notifier: { ...notifier, redraw } };
  });
  await hideToken(steps.ports, { id, by: BOB as UserId });
  expect(tokens()).toEqual([]);
});

test("it slept before it drew that it takes long, and another shows the token: it is not drawn over", async () => {
  await sayingThatItTakesLong((provision) => {
    const { notifier } = steps.ports;
    const redraw: typeof notifier.redraw = async (...args) => {
      await provision();
      return notifier.redraw(...args);
    };
    return { notifier: { ...notifier, redraw } };
  });
});

test("it slept before it noted that it draws that, and another shows the token: nothing is drawn", async () => {
  await sayingThatItTakesLong((provision) => {
    const { requests } = steps.ports;
    let slept = false;
    const update: typeof requests.update = async (...args) => {
      if (!slept) {
        slept = true;
        await provision();
      }
      return requests.update(...args);
    };
    return { requests: { ...requests, update } };
  });
});

/**
 * Work on one that another, of these ports, has shown and not called shown, for it slept: it wakes in the moment that its
 * message was deleted.
 */
async function wakesWhenDeleted(
  work: (ports: Ports) => Promise<unknown>,
  sleeper: (sleep: () => Promise<void>) => Partial<Ports>,
  answered: "answered" | "lost" = "answered",
): Promise<void> {
  const { notifier } = steps.ports;
  const [reached, sleeping] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const sleep = () => {
    reached.resolve();
    return sleeping.promise;
  };
  const late = work({ ...steps.ports, ...sleeper(sleep) });
  await reached.promise;
  await steps.loseLeases();
  const takeTokenOff: typeof notifier.takeTokenOff = async (...args) => {
    const outcome = await notifier.takeTokenOff(...args);
    sleeping.resolve();
    await late;
    if (answered === "lost") throw new TroubleOutside("slack", "the answer was lost");
    return outcome;
  };
  const other = work({ ...steps.ports, notifier: { ...notifier, takeTokenOff } });
  if (answered === "lost") {
    await expect(other).rejects.toThrow("lost");
    await work(steps.ports);
  } else await other;
  await steps.work();
}

const whenShown = (sleep: () => Promise<void>): Partial<Ports> => {
  const { notifier } = steps.ports;
  const showToken: typeof notifier.showToken = async (...args) => {
    await notifier.showToken(...args);
    await sleep();
  };
  return { notifier: { ...notifier, showToken } };
};

/** As the record has it. */
async function expectShown(id: RequestId): Promise<void> {
  expect(tokens()).toHaveLength(1);
  const request = await steps.ports.requests.get(id);
  expect(request).toMatchObject({
    state: "active",
    messages: { token: { ts: tokens()[0]?.ts, token: "shown" } },
  });
  expect(request).not.toHaveProperty("refresh");
}

describe.each(["answered", "lost"] as const)(
  "it slept when it had shown the token, and wakes in the moment another has deleted that message (%s): one more comes",
  (answered) => {
    test("when access is given", async () => {
      const id = await approved();
      await wakesWhenDeleted((ports) => provisionGrant(ports, id), whenShown, answered);
      await expectShown(id);
    });

    test("when a fresh token takes the place of another", async () => {
      const id = await approved();
      await provisionGrant(steps.ports, id);
      await askFreshToken(steps.ports, id, "upgraded");
      await wakesWhenDeleted((ports) => refreshToken(ports, id), whenShown, answered);
      await expectShown(id);
    });
  },
);

test("the same of a message that shows a token at a click: one more comes", async () => {
  const id = await approved("vault 2h");
  await provisionGrant(steps.ports, id);
  const before = (await steps.ports.requests.get(id))?.messages.token?.ts;
  await askFreshToken(steps.ports, id, "upgraded");
  const { requests } = steps.ports;
  await wakesWhenDeleted(
    (ports) => refreshToken(ports, id),
    (sleep) => {
      const update: typeof requests.update = async (...args) => {
        const done = await requests.update(...args);
        const at = (await requests.get(id))?.messages.token?.ts;
        if (at && at !== before) await sleep();
        return done;
      };
      return { requests: { ...requests, update } };
    },
  );
  const { messages } = (await steps.ports.requests.get(id)) as AccessRequest;
  expect(world.slack.dm(BOB).map(({ ts }) => ts)).toContain(messages.token?.ts);
});

test("it was ended meanwhile: none is visible afterwards", async () => {
  const { id, wake } = await asleep();
  await releaseGrant(steps.ports, { id, by: BOB as UserId });
  await steps.finish();
  await wake();
  await steps.finish();
  expect(tokens()).toEqual([]);
  expect(await state(id)).toBe("ended");
  expect(world.slack.dm(BOB).map(visibleText).join("\n")).toContain("Ended by you");
});

test("a card is about to be posted: the late one does not post it beside the other's", async () => {
  const id = await requested();
  await validateRequester({ ...steps.ports, jobs: { ...steps.ports.jobs, add: async () => {} } }, id);
  const [reached, sleeping] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const get: Ports["requests"]["get"] = async (of) => {
    const request = await steps.ports.requests.get(of);
    reached.resolve();
    await sleeping.promise;
    return request;
  };
  const late = syncMessages({ ...steps.ports, requests: { ...steps.ports.requests, get } }, id);
  await reached.promise;
  await steps.loseLeases();
  await syncMessages(steps.ports, id);
  sleeping.resolve();
  await late.catch(() => {});
  expect(world.slack.messages(APPROVALS)).toHaveLength(1);
  expect(world.slack.dm(BOB)).toHaveLength(1);
});

/** One replica's edit of the card is on its way, and it sleeps; resolves to what lets the edit arrive, and then the replica go on. */
async function editOnItsWay(arrives: (done: Promise<"done" | "gone">) => Promise<"done" | "gone">) {
  const id = await approved();
  await provisionGrant(steps.ports, id);
  const [reached, sleeping] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let away = false;
  const { notifier, requests } = steps.ports;
  const late = syncMessages(
    {
      ...steps.ports,
      requests: {
        ...requests,
        update: (...args) =>
          away ? Promise.reject(new StoreDown("reconnecting")) : requests.update(...args),
      },
      notifier: {
        ...notifier,
        async redraw(request, key, ...args) {
          if (key !== "card") return notifier.redraw(request, key, ...args);
          reached.resolve();
          await sleeping.promise;
          return arrives(notifier.redraw(request, key, ...args));
        },
      },
    },
    id,
  );
  await reached.promise;
  await steps.loseLeases();
  await releaseGrant(steps.ports, { id, by: BOB as UserId });
  await steps.finish();
  const arrive = async () => {
    away = true;
    sleeping.resolve();
    await vi.waitFor(() => expect(card()).toContain("Active"));
  };
  const wake = async () => {
    await arrive();
    away = false;
    world.clock.jump(1_000);
    await late.catch(() => {});
    await steps.work();
  };
  return { id, arrive, wake };
}

const card = () => world.slack.messages(APPROVALS).map(visibleText).join("\n");

test("an older edit of the card arrives over the other's, and Redis is away: drawn anew", async () => {
  const { wake } = await editOnItsWay((done) => done);
  expect(card()).toContain("Ended");
  await wake();
  expect(card()).toContain("Ended");
});

test("an older edit of the card arrives over the other's, and its answer is lost: drawn anew", async () => {
  const { wake } = await editOnItsWay(async (done) => {
    await done;
    throw new TroubleOutside("slack", "no answer");
  });
  await wake();
  expect(card()).toContain("Ended");
});

test.each([
  ["a moment", 1],
  ["long", 21],
])("a message stands, and Redis is away for %s: not posted without number", async (_, calls) => {
  const id = await requested();
  await validateRequester({ ...steps.ports, jobs: { ...steps.ports.jobs, add: async () => {} } }, id);
  const { clock, notifier, requests } = steps.ports;
  let away = 0;
  const ports: Ports = {
    ...steps.ports,
    clock: { ...clock, sleep: async () => {} },
    requests: {
      ...requests,
      update: (...args) =>
        --away > 0 ? Promise.reject(new StoreDown("reconnecting")) : requests.update(...args),
    },
    notifier: {
      ...notifier,
      async post(...args) {
        const place = await notifier.post(...args);
        away = calls + 1;
        return place;
      },
    },
  };
  for (let tries = 0; tries < 5; tries++) await syncMessages(ports, id).catch(() => {});
  expect(world.slack.messages(APPROVALS).length).toBeLessThanOrEqual(2);
});

test("both posts of the token's message are lost for good: told, and not waited for in vain", async () => {
  const id = await approved();
  const notifier: Ports["notifier"] = {
    ...steps.ports.notifier,
    post: () => Promise.reject(new PostUnanswered("lost")),
    findPost: async () => "unknown",
  };
  const deaf = { ...steps.ports, notifier };
  for (let tries = 0; tries < 2; tries++) await expect(provisionGrant(deaf, id)).rejects.toThrow("lost");
  await provisionGrant(deaf, id);
  expect(await steps.ports.requests.get(id)).toMatchObject({
    state: "ending",
    end: { cause: "failed", failure: "message-lost" },
  });
  await steps.finish();
  expect(world.slack.dm(BOB).map(visibleText).join("\n")).toContain("Slack never said");
  expect(tokens()).toEqual([]);
});

test("an older edit of the card arrives over the other's, and its sender dies at once: drawn anew a minute later, and no more", async () => {
  const { id, arrive } = await editOnItsWay(async (done) => {
    await done;
    return new Promise(() => {});
  });
  const record = async () => steps.ports.requests.get(id).then((r) => r as AccessRequest);
  expect(isSettled(await record())).toBe(false);
  await arrive();
  await steps.sweep();
  await steps.work();
  expect(card()).toContain("Active");
  world.clock.jump(MINUTE);
  await steps.work();
  expect(card()).toContain("Ended");
  expect(isSettled(await record())).toBe(true);
  const edits = world.slack.calls.length;
  world.clock.jump(HOUR);
  await steps.sweep();
  await steps.work();
  expect(world.slack.calls).toHaveLength(edits);
});

test("whoever drew died, and the timer that says so was lost: the sweep has it drawn anew", async () => {
  const { arrive } = await editOnItsWay(() => new Promise(() => {}));
  void arrive().catch(() => {});
  steps.forgetJobs();
  world.clock.jump(MINUTE);
  await steps.sweep();
  await steps.work();
  expect(card()).toContain("Ended");
});

test("an older edit may have come over the one that is answered now: it is drawn once more", async () => {
  const id = await approved();
  await provisionGrant(steps.ports, id);
  const { notifier, requests } = steps.ports;
  await requests.update(id, (r) => ({ ...r, redraw: { at: world.clock.now(), keys: ["card"] } }));
  let edits = 0;
  const edit: typeof notifier.redraw = async (request, key, ...args) => {
    const outcome = await notifier.redraw(request, key, ...args);
    if (key === "card" && edits++ === 0) await redraw(steps.ports, id);
    return outcome;
  };
  await steps.work({ ...steps.ports, notifier: { ...notifier, redraw: edit } });
  expect(edits).toBe(2);
  expect(await requests.get(id)).toMatchObject({ messages: { card: { shows: "active" } } });
});
