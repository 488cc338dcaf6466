/** What is promised in seconds beside many others, by a clock that stands unless the story moves it: what the machine takes is no part of it. */
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { stillClock } from "../../sandbox/clock.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import { ALICE, BOB, type Bot, CAROL, MEI, startBot, startWorld, type World } from "../helpers/bot.ts";
import { isOf, isRemoval, watchHub } from "../helpers/hub-calls.ts";
import { makeLive } from "../helpers/live-grants.ts";
import { scene, tokenIn } from "../helpers/scene.ts";
import { openSteps, type Steps } from "../helpers/steps.ts";

/** By edits or by deletions alone, 50 a minute, the last of them would be late. */
const TOKENS = 210;
/** So many are over every other second; in the one between nothing new comes, and what has begun goes on. */
const [ENDS, TOGETHER] = [100, 20];
/** So many looks without a change: whoever is at work waits for the clock. */
const STILL = 15;
const MANY = 1_000_000;
const STEP_MS = SECOND / 2;
/** What hangs does so for longer than anything here is waited for. */
const HANGS_MS = MINUTE;

let world: World;
let steps: Steps;
let bots: Bot[];

beforeEach(async () => {
  bots = [];
  world = await startWorld({ clock: stillClock() });
  steps = await openSteps(world);
  await startReplica();
});
afterEach(async () => {
  world.localHub?.meddle(undefined);
  world.slack.clearFailures();
  await Promise.all(bots.map((bot) => bot.stop()));
  await steps[Symbol.asyncDispose]();
  await world.close();
});

/** Its first sweep is over: else that meets what is being made, and adopts it. */
async function startReplica(): Promise<void> {
  const { count } = await steps.ports.sweeps.last();
  bots.push(await startBot(world, { callMs: HANGS_MS }));
  await world.until(async () => (await steps.ports.sweeps.last()).count > count);
}

const tokens = () =>
  [BOB, CAROL, MEI].flatMap((who) => world.slack.dm(who)).filter((message) => tokenIn(message) !== "");

/**
 * Time passes, and what comes due is done, or sleeps until more of it has passed. Once is enough: a job that asked to look again
 * BullMQ brings by the machine's time, and of hundreds some always run where that is slow.
 */
async function pass(ms: number): Promise<void> {
  await world.jump(ms);
  const seen = new Set<string>();
  let left: string[] = [];
  let before = "";
  for (let still = 0; still < STILL; still++) {
    const now = await world.atWork();
    left = now.filter((id) => left.includes(id) || !seen.has(id));
    for (const id of now) seen.add(id);
    if (left.length === 0) return;
    const state = `${left} ${world.slack.calls.length} ${world.clock.now()}`;
    if (state !== before) still = 0;
    before = state;
    await delay(10);
  }
}

/** Nothing more is asked of the hub: who looks there with a probe token is no job that could be counted. */
async function hubAtRest(): Promise<void> {
  let seen = -1;
  for (let still = 0; still < STILL; still++) {
    const asked = world.localHub?.requests.length ?? 0;
    if (asked !== seen) still = 0;
    seen = asked;
    await delay(10);
  }
}

/** They end in ten minutes. */
async function shown(): Promise<Set<unknown>> {
  await makeLive(world, steps.ports, TOKENS, world.clock.now() + 10 * MINUTE);
  return new Set(tokens().map(({ ts }) => ts));
}

/** When each of these was taken off, since then; the first first. */
async function takenOff(of: Set<unknown>, since: number): Promise<number[]> {
  // Whoever moved time to its own turn would move it past the first's.
  world.turns.atOnce = false;
  for (let passed = 0; passed < 5 * MINUTE && tokens().length > 0; passed += STEP_MS) {
    await pass(STEP_MS);
    world.turns.atOnce = tokens().length < of.size;
  }
  expect(tokens()).toEqual([]);
  const times = new Map<unknown, number>();
  for (const { method, args, error, status, at } of world.slack.calls)
    if (/^chat\.(update|delete)$/.test(method) && status === 200 && !error && at >= since && of.has(args.ts))
      if (!times.has(args.ts)) times.set(args.ts, at - since);
  expect(times.size).toBe(of.size);
  return [...times.values()].sort((a, b) => a - b);
}

test("Slack was away for an hour: the first of many tokens goes within 2 s of its return, the last within a minute and as long as Slack takes for so many", async () => {
  const of = await shown();
  world.slack.failNext("*", { status: 503 }, MANY);
  for (let minutes = 0; minutes < 70; minutes += 10) await pass(10 * MINUTE);
  expect(tokens()).toHaveLength(of.size);
  world.slack.clearFailures();
  const back = world.clock.now();
  const times = await takenOff(of, back);
  expect(times[0]).toBeLessThanOrEqual(2 * SECOND);
  expect(times.at(-1)).toBeLessThanOrEqual(MINUTE + (TOKENS / 100) * MINUTE);
}, 240_000);

test("a revoke beside a crowd of ends, and beside one that hangs, loses its binding within 2 s", async () => {
  const [hanging, revoked] = await makeLive(world, steps.ports, 2, world.clock.now() + HOUR);
  if (!hanging || !revoked) throw new Error("no grants");
  const expiresAt = world.clock.now() + MINUTE;
  const over = await makeLive(world, steps.ports, 60, expiresAt);
  const { calls, release } = watchHub(world, hanging.id);
  const unbound = ({ id }: { id: string }) =>
    world.localHub?.requests.find((call) => isRemoval(call) && isOf(call, id));
  await scene(world).say(ALICE, `revoke ${hanging.id} hangs`);
  await world.until(async () => calls.some((call) => isRemoval(call) && isOf(call, hanging.id)));
  await world.jump(expiresAt - world.clock.now());
  await world.until(async () => over.some((one) => unbound(one)));
  const began = world.clock.now();
  await scene(world).say(ALICE, `revoke ${revoked.id} at once`);
  await world.until(async () => unbound(revoked) !== undefined);
  expect((unbound(revoked)?.at ?? 0) - began).toBeLessThanOrEqual(2 * SECOND);
  expect(unbound(hanging)).toBeUndefined();
  release();
  await world.until(async () => {
    await world.jump(SECOND);
    return [hanging, ...over].every((one) => unbound(one));
  });
}, 240_000);

/** By what each end was proved that this replica saw proved. */
const proofs = (bot: Bot) => bot.trail().flatMap(({ verification }) => verification?.method ?? []);

test("in a quiet run of two replicas, at least 99 of 100 ends are proved by a probe token", async () => {
  await startReplica();
  const expiresAt = world.clock.now() + MINUTE;
  for (let made = 0; made < ENDS; made += TOGETHER)
    await makeLive(world, steps.ports, TOGETHER, expiresAt + (made / TOGETHER) * 2 * SECOND);
  // Whoever moved time to their turn at Slack would move it past a look.
  world.turns.atOnce = false;
  await world.jump(expiresAt - world.clock.now());
  const proved = () => bots.flatMap(proofs);
  for (let passed = 0; passed < MINUTE && proved().length < ENDS; passed += SECOND) {
    await hubAtRest();
    await world.jump(SECOND);
  }
  expect(proved()).toHaveLength(ENDS);
  expect(proved().filter((method) => method === "probe").length).toBeGreaterThanOrEqual(0.99 * ENDS);
  expect(bots.map((bot) => proofs(bot).length)).not.toContain(0);
}, 240_000);
