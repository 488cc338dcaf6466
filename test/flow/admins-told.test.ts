/** Of several administrators each hears an alarm: whom Slack did not let hear it at once hears it later, and nobody twice. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { type CallFailure, visibleText } from "../../sandbox/slack/index.ts";
import type { Alarm } from "../../src/domain/alarm.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import { RequestId } from "../../src/domain/ids.ts";
import { each } from "../domain/records.ts";
import { ALICE, APPROVALS, CAROL, MEI, startBot, startWorld, type World } from "../helpers/bot.ts";
import { scene } from "../helpers/scene.ts";
import { openSteps } from "../helpers/steps.ts";
import { swept } from "../helpers/swept.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
  adminsAre([ALICE, CAROL, MEI]);
});
afterEach(() => world.close());

function adminsAre(admins: readonly string[]): void {
  const path = world.env.KARPOR_ACCESS_CONFIG;
  writeFileSync(path, stringify({ ...(parse(readFileSync(path, "utf8")) as object), admins }));
}

/** Slack fails for this person alone. */
const failsFor = (user: string, failure: CallFailure) =>
  world.slack.meddle({
    before: async ({ args: { users, channel } }) =>
      users === user || channel === user.replace("U0", "D0") ? failure : undefined,
    after: async () => true,
  });
const heard = () =>
  Object.fromEntries([ALICE, CAROL, MEI].map((who) => [who, world.slack.dm(who).length] as const));

const NAMED: Alarm = { kind: "redis-behind", epoch: 7, since: 1 };
const UNNAMED: Alarm = { kind: "reads-opened", reads: true, allows: [] };

test.each([
  [NAMED, "conversations.open", { status: 503 }],
  [NAMED, "a 429", { retryAfter: 30 }],
  [UNNAMED, "a 429", { retryAfter: 30 }],
] as const)(
  "%j, and %s for one of them: it is not told yet, and then by them alone",
  async (alarm, _, failure) => {
    await using steps = await openSteps(world);
    const { admins } = steps.ports;
    failsFor(CAROL, failure);
    expect(await admins.tell(alarm)).toBe(false);
    expect(await admins.tell(alarm)).toBe(false);
    // A 429 closes the method, so that one of the others may have to wait as well.
    expect(heard()).toMatchObject({ [CAROL]: 0 });
    world.slack.meddle(undefined);
    world.clock.jump(MINUTE);
    expect(await admins.tell(alarm)).toBe(true);
    expect(heard()).toEqual({ [ALICE]: 1, [CAROL]: 1, [MEI]: 1 });
  },
);

test("whom Slack refuses for good holds nothing up", async () => {
  await using steps = await openSteps(world);
  failsFor(CAROL, "user_disabled");
  expect(await steps.ports.admins.tell(NAMED)).toBe(true);
  expect(heard()).toEqual({ [ALICE]: 1, [CAROL]: 0, [MEI]: 1 });
  failsFor(CAROL, "cannot_dm_bot");
  world.clock.jump(MINUTE);
  expect(await steps.ports.admins.tell(UNNAMED)).toBe(true);
});

test("whom Slack never lets hear it is waited for a day: then it is enough that others did", async () => {
  await using steps = await openSteps(world);
  failsFor(CAROL, "access_denied");
  for (const alarm of [NAMED, UNNAMED]) {
    for (let hours = 0; hours < 24; hours++) {
      expect(await steps.ports.admins.tell(alarm)).toBe(false);
      world.clock.jump(HOUR);
    }
    expect(await steps.ports.admins.tell(alarm)).toBe(true);
  }
  expect(heard()).toEqual({ [ALICE]: 2, [CAROL]: 0, [MEI]: 2 });
});

test("where Slack refuses all of them, nobody knows of it", async () => {
  adminsAre([CAROL]);
  await using steps = await openSteps(world);
  failsFor(CAROL, "user_disabled");
  expect(await steps.ports.admins.tell(NAMED)).toBe(false);
  world.slack.meddle(undefined);
  world.clock.jump(MINUTE);
  expect(await steps.ports.admins.tell(NAMED)).toBe(true);
});

test("who is in a group Slack does not say just then: they hear it as soon as it does, and who was named by themselves once", async () => {
  adminsAre([MEI, "S0SRE"]);
  await using steps = await openSteps(world);
  world.slack.failNext("usergroups.list", { status: 503 }, 100);
  expect(await steps.ports.admins.tell(NAMED)).toBe(false);
  expect(heard()).toEqual({ [ALICE]: 0, [CAROL]: 0, [MEI]: 1 });
  world.slack.clearFailures();
  expect(await steps.ports.admins.tell(NAMED)).toBe(true);
  expect(heard()).toEqual({ [ALICE]: 1, [CAROL]: 1, [MEI]: 1 });
});

test("what is so again is told again", async () => {
  await using steps = await openSteps(world);
  for (const [i, alarm] of ([UNNAMED, { kind: "reads-closed" }, UNNAMED] as const).entries()) {
    expect(await steps.ports.admins.tell(alarm)).toBe(true);
    expect(heard()).toEqual({ [ALICE]: i + 1, [CAROL]: i + 1, [MEI]: i + 1 });
    world.clock.jump(SECOND);
  }
});

test("what was over before all of them heard it, and is so again hours later, is told again to those who heard it", async () => {
  await using steps = await openSteps(world);
  failsFor(CAROL, "access_denied");
  expect(await steps.ports.admins.tell(UNNAMED)).toBe(false);
  expect(heard()).toEqual({ [ALICE]: 1, [CAROL]: 0, [MEI]: 1 });
  world.slack.meddle(undefined);
  world.clock.jump(3 * HOUR);
  expect(await steps.ports.admins.tell(UNNAMED)).toBe(true);
  expect(heard()).toEqual({ [ALICE]: 2, [CAROL]: 1, [MEI]: 2 });
});

const OUT = { kind: "locked-out", credential: "a" } as const;
const BACK = { kind: "let-in", credential: "a" } as const;

test("another lock-out of the same credential is told, once the first is over for a while, and so is its end", async () => {
  await using steps = await openSteps(world);
  const { admins } = steps.ports;
  const all = (count: number) => ({ [ALICE]: count, [CAROL]: count, [MEI]: count });
  for (const [i, alarm] of [OUT, BACK].entries()) {
    expect(await admins.tell(alarm)).toBe(true);
    // Another replica sees it too.
    expect(await admins.tell(alarm)).toBe(true);
    expect(heard()).toEqual(all(i + 1));
    world.clock.jump(SECOND);
  }
  // One that comes and goes floods nobody.
  expect(await admins.tell(OUT)).toBe(true);
  expect(heard()).toEqual(all(2));
  const key = world.keys.told(`locked-out:${OUT.credential}`);
  expect(await world.commands.pttl(key)).toBeLessThanOrEqual(10 * MINUTE);
  await world.commands.del(key);
  world.clock.jump(MINUTE);
  for (const [i, alarm] of [OUT, BACK].entries()) {
    expect(await admins.tell(alarm)).toBe(true);
    expect(heard()).toEqual(all(i + 3));
    world.clock.jump(SECOND);
  }
});

test("another lock-out is told, although one of them has not heard the end of the first", async () => {
  await using steps = await openSteps(world);
  const { admins } = steps.ports;
  expect(await admins.tell(OUT)).toBe(true);
  world.clock.jump(MINUTE);
  failsFor(CAROL, "access_denied");
  expect(await admins.tell(BACK)).toBe(false);
  const key = world.keys.told(`locked-out:${OUT.credential}`);
  expect(await world.commands.pttl(key)).toBeLessThanOrEqual(10 * MINUTE);
});

test("another lock-out is told, and its end, although Slack lets one of them hear neither", async () => {
  await using steps = await openSteps(world);
  const { admins } = steps.ports;
  failsFor(CAROL, "access_denied");
  for (const [i, alarm] of [OUT, BACK, OUT, BACK].entries()) {
    await admins.tell(alarm);
    expect(heard()).toEqual({ [ALICE]: i + 1, [CAROL]: 0, [MEI]: i + 1 });
    world.clock.jump(11 * MINUTE);
  }
});

test("what no record knows is told once of many that are found together, and anew of what is found hours later", async () => {
  await using steps = await openSteps(world);
  const at = Date.parse("2026-11-27T09:00Z");
  const found = (number: number, untold: number): Alarm => ({
    kind: "adopted",
    request: {
      ...each.active,
      id: RequestId.parse(`R-7K2Q9FX${number}`),
      untold: { what: "adopted", at: untold },
    },
  });
  for (const [number, untold] of [at, at + MINUTE].entries())
    expect(await steps.ports.admins.tell(found(number, untold))).toBe(true);
  expect(heard()).toEqual({ [ALICE]: 1, [CAROL]: 1, [MEI]: 1 });
  world.clock.jump(MINUTE);
  expect(await steps.ports.admins.tell(found(3, at + 6 * HOUR))).toBe(true);
  expect(heard()).toEqual({ [ALICE]: 2, [CAROL]: 2, [MEI]: 2 });
});

test("a card that no channel takes: an administrator whom Slack kept waiting hears of it too", async () => {
  const bot = await startBot(world);
  const it = scene(world);
  const told = (who: string) =>
    world.slack
      .dm(who)
      .map(visibleText)
      .filter((text) => text.includes(`<#${APPROVALS}>`));
  world.slack.meddle({
    before: async ({ method, args: { channel, users } }) => {
      if (channel === APPROVALS && method === "chat.postMessage") return "is_archived";
      return users === CAROL ? { retryAfter: 30 } : undefined;
    },
    after: async () => true,
  });
  await it.say("U0BOB", "guest 1h because");
  await world.until(async () => told(ALICE).length > 0);
  expect(told(CAROL)).toEqual([]);
  world.slack.meddle({
    before: async ({ method, args: { channel } }) =>
      channel === APPROVALS && method === "chat.postMessage" ? "is_archived" : undefined,
    after: async () => true,
  });
  await world.until(async () => {
    await world.jump(MINUTE);
    await swept(world);
    return told(CAROL).length > 0;
  });
  expect([told(ALICE).length, told(CAROL).length, told(MEI).length]).toEqual([1, 1, 1]);
  await bot.stop();
});
