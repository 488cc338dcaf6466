/** The process dies after any of its steps, with its jobs; the sweep finishes what was begun. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import type { RequestId, UserId } from "../../src/domain/ids.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import type { Ports } from "../../src/flow/ports.ts";
import { askFreshToken } from "../../src/flow/refresh-token.ts";
import { renewToken } from "../../src/flow/renew-token.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { releaseGrant } from "../../src/flow/revoke.ts";
import { checkDeparture } from "../../src/flow/watch/check-departure.ts";
import { ALICE, APPROVALS, BOB, MEI, startWorld, type World } from "../helpers/bot.ts";
import { login } from "../helpers/login.ts";
import { Crash, dyingAt, openSteps, type Steps } from "../helpers/steps.ts";

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

const bob = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
let asked = 0;

async function pending(): Promise<RequestId> {
  asked += 1;
  const { id } = await makeRequest(steps.ports, {
    requester: bob,
    text: `guest 4h number ${asked}.`,
    triggerId: `trigger-${asked}`,
  });
  await steps.work();
  return id;
}

const approve = (ports: Ports, id: RequestId) =>
  decideRequest(ports, { id, terms: 1, by: ALICE as UserId, verdict: { approve: true } });

async function survive(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof Crash) return false;
    throw error;
  }
}

/** A new process: the old one's jobs and leases are gone, and a minute has passed at most. */
async function restart(): Promise<void> {
  await steps.restart(MINUTE);
  await finish();
}

const finish = () => steps.finish();

const state = async (id: RequestId) => (await steps.ports.requests.get(id))?.state;
const tokenShown = () => world.slack.dm(BOB).findLast((m) => /eyJ/.test(visibleText(m)));
const cardOf = (n: number) =>
  world.slack.messages(APPROVALS).filter((m) => visibleText(m).includes(`number ${n}.`));

async function expectActive(id: RequestId): Promise<void> {
  expect(await state(id)).toBe("active");
  const token = /eyJ\S+/.exec(visibleText(tokenShown() ?? { text: "" }))?.[0] ?? "";
  expect(await login(world.hub, token)).toBe(200);
  expect(cardOf(asked).map(visibleText).join()).toContain("Active until");
}

async function expectEnded(id: RequestId): Promise<void> {
  expect(await state(id)).toBe("ended");
  expect(tokenShown()).toBeUndefined();
  const { serviceAccounts, clusterRoleBindings } = await world.hub.objects();
  const left = [...serviceAccounts, ...clusterRoleBindings].filter((o) =>
    o.metadata.name.startsWith("karpor-access-guest"),
  );
  expect(left).toEqual([]);
  expect(cardOf(asked).map(visibleText).join()).toContain("Ended");
}

test("after any step between approval and the token", async () => {
  let survived = false;
  for (let last = 1; !survived; last++) {
    const id = await pending();
    const dying = dyingAt(steps.ports, last);
    survived = await survive(async () => {
      await approve(dying.ports, id);
      await steps.work(dying.ports);
    });
    await restart();
    // The click itself was lost with its process: it changed nothing, and is pressed again.
    if ((await state(id)) === "pending") {
      await approve(steps.ports, id);
      await steps.work();
    }
    await expectActive(id);
    await releaseGrant(steps.ports, { id, by: BOB as UserId });
    await finish();
    await expectEnded(id);
    if (survived) expect(dying.steps).toContain("notifier.showToken");
  }
});

test("after any step between the release and the proof", async () => {
  let survived = false;
  for (let last = 1; !survived; last++) {
    const id = await pending();
    await approve(steps.ports, id);
    await steps.work();
    const dying = dyingAt(steps.ports, last);
    survived = await survive(async () => {
      await releaseGrant(dying.ports, { id, by: BOB as UserId });
      await steps.work(dying.ports);
      world.clock.jump(14_000);
      await steps.work(dying.ports);
    });
    await restart();
    if ((await state(id)) === "active") {
      await releaseGrant(steps.ports, { id, by: BOB as UserId });
      await finish();
    }
    await expectEnded(id);
    if (survived) expect(dying.steps).toContain("grants.removeAccount");
  }
});

test("after any step between the question and the card", async () => {
  let survived = false;
  for (let last = 1; !survived; last++) {
    asked += 1;
    const dying = dyingAt(steps.ports, last);
    const wish = { requester: bob, text: `guest 4h number ${asked}.`, triggerId: `trigger-${asked}` };
    survived = await survive(async () => {
      await makeRequest(dying.ports, wish);
      await steps.work(dying.ports);
    });
    await restart();
    // Slack got no answer and sends the command again.
    const { id } = await makeRequest(steps.ports, wish);
    await steps.work();
    expect(await state(id)).toBe("pending");
    expect(cardOf(asked).length).toBeGreaterThan(0);
    world.clock.jump(4 * HOUR);
    await steps.sweep();
    await steps.work();
    expect(await state(id)).toBe("timedOut");
  }
});

test.each([
  ["a fresh token", (id: RequestId) => askFreshToken(steps.ports, id, "upgraded")],
  [
    "a token in the place of another",
    (id: RequestId) => renewToken(steps.ports, { id, by: bob.id, why: "lost" }),
  ],
])(
  "while Slack does not say who is in a group, and a look at that is overdue: %s comes all the same",
  async (_, ask) => {
    const wish = { requester: bob, text: "admin 4h of dev", triggerId: "of dev" };
    const { id } = await makeRequest(steps.ports, wish);
    await steps.work();
    await approve(steps.ports, id);
    await steps.work();
    const old = tokenShown();
    await world.slack.people.setGroup("S0DEV", [MEI]);
    world.clock.jump(MINUTE);
    await checkDeparture(steps.ports, id);
    world.slack.failNext("usergroups.list", { status: 503 }, 1_000);
    world.clock.jump(2 * MINUTE);
    await steps.work();
    await ask(id);
    await restart();
    expect(await steps.ports.requests.get(id)).toMatchObject({
      state: "active",
      doubtedAt: expect.any(Number),
    });
    expect(tokenShown()).toBeDefined();
    expect(tokenShown()?.ts).not.toBe(old?.ts);
  },
);
