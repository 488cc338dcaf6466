/** One sequence, played and judged: people act, faults strike, all is healed, and then everything must agree. */
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { act, type Doing } from "./acts.ts";
import { createFleet, type Fleet } from "./fleet.ts";
import { createOverdue } from "./overdue.ts";
import type { Deed, Plan, Strike } from "./plan.ts";
import type { Tally } from "./tally.ts";
import { atRest, verdict } from "./verdict.ts";
import { within } from "./within.ts";
import { createWitness } from "./witness.ts";
import type { Lane, World } from "./world.ts";

const RAISED_WITHIN_MS = 30_000;
/** Longer than Slack's line for one person's DM. */
const IN_LINE_MS = 5_000;
/** The sweeps that may be needed when all is well again. */
const MINUTES = 15;
/** How often it is judged where something goes on. */
const JUDGED_MAX = 3;
/** One may have been under way at the healing; the next has seen all of it. */
const SWEEPS_MIN = 2;

/** With the story, and what is wrong in the end. */
export class EndedBadly extends Error {
  /** Something was seen that must never be, on however slow a machine. */
  readonly isSure: boolean;

  constructor(story: string, isSure: boolean) {
    super(story);
    this.isSure = isSure;
  }
}

/** Throws {@link EndedBadly}; else no replica started. */
export async function play(lane: Lane, plan: Plan, tally: Tally): Promise<void> {
  const world = await lane.begin(tally);
  const witness = await createWitness(world);
  const overdue = createOverdue(world);
  const fleet = createFleet(world, plan, overdue.minuteOver);
  let stage = "";
  const run = async () => {
    stage = "begun";
    await raise(world, fleet, plan);
    stage = "performing";
    await perform({ world, fleet, sent: [] }, plan);
    stage = "healing";
    await heal(world, fleet, plan);
    for (let left = JUDGED_MAX; ; left--) {
      stage = "settling";
      const unswept = await settle(world, fleet);
      stage = "judging";
      const rested = await standing(world);
      const late = [...unswept, ...overdue.wrong()];
      const wrong = [...late, ...(await verdict(world, witness, fleet.hubLog))];
      if (wrong.length === 0 || left === 1) return wrong;
      await workDone(world, fleet, 1_000);
      // What a replica just began to do is judged when it is done.
      if ((await standing(world)) === rested) return wrong;
    }
  };
  try {
    const wrong = await within(world.times.now().sequenceMs, run(), () => [`it hangs while ${stage}`]);
    if (wrong.length > 0) throw new EndedBadly(told(world, plan, wrong), witness.wrong().length > 0);
  } finally {
    await fleet.stop();
    await witness.close();
    await world.close();
  }
}

/** Nobody does anything beside these: they are the world's, not people's. */
const ALONE = new Set<Deed>([
  "minutes pass",
  "time passes to the next turn",
  "somebody's access ends, and minutes pass",
  "nobody uses it, or late",
  "an operator ends something",
  "an operator abandons an end",
  "edit the policy",
  "restart",
]);

async function perform(doing: Doing, { acts, strikes }: Plan): Promise<void> {
  const { world, fleet } = doing;
  const spells: { until: number; end(): void }[] = [];
  const rushing: Promise<void>[] = [];
  for (const [at, one] of acts.entries()) {
    for (const spell of spells.filter(({ until }) => until === at)) spell.end();
    for (const { strike } of strikes.filter((s) => s.at === at)) {
      const end = await begin(world, fleet, strike);
      if (end) spells.push({ until: at + (strike.kind === "spell" ? strike.steps : 0), end });
    }
    const done = act(doing, one);
    if (one.rush && !ALONE.has(one.deed)) rushing.push(done);
    else {
      await done;
      await fleet.rest(700);
      await fleet.revive();
    }
  }
  await Promise.all(rushing);
}

/** How it ends, if it is not over by itself. */
async function begin(world: World, fleet: Fleet, strike: Strike): Promise<(() => void) | undefined> {
  const { story, trouble } = world;
  if (strike.kind === "call") {
    const { cell, skip, times } = strike;
    story.say(`  (armed: ${cell.call} of ${cell.system}: ${cell.how}, after ${skip}, ${times} times)`);
    return void trouble.arm(strike);
  }
  if (strike.kind === "spell") return cast(world, strike);
  if (strike.kind === "spoil") return void (await spoil(world, strike.pick));
  const { kind, pick, after } = strike;
  setTimeout(() => {
    const one = fleet.replica(pick);
    if (!one) return;
    story.say(`    ${one.name} is ${kind === "kill" ? "killed" : "frozen"}`);
    one[kind]();
  }, after);
  return undefined;
}

async function spoil(world: World, pick: number): Promise<void> {
  const live = (await world.records()).filter(({ state }) => state === "active" || state === "pending");
  const one = live[pick % Math.max(1, live.length)];
  if (!one) return;
  world.story.say(`    the record of ${one.id} becomes unreadable`);
  await world.spoil(one);
}

function cast(world: World, { system, how }: Extract<Strike, { kind: "spell" }>): () => void {
  const { story, trouble } = world;
  story.say(`  from now on ${system} is ${how}`);
  trouble.begin(system, how);
  if (system === "Redis") world.castOnRedis(how);
  // One spell takes the place of another.
  if (system === "hub") world.openHub(how === "open");
  return () => {
    if (trouble.spell(system) !== how) return;
    story.say(`  ${system} is well again`);
    trouble.end(system);
    if (system === "Redis") world.castOnRedis(undefined);
    if (how === "open") world.openHub(false);
  };
}

/** Nothing strikes: a supervisor starts whoever is down until they are up, however slow the machine is. */
async function raise(world: World, fleet: Fleet, plan: Plan): Promise<void> {
  const deadline = performance.now() + RAISED_WITHIN_MS;
  for (await fleet.revive(); fleet.living().length < plan.replicas; await fleet.revive()) {
    if (performance.now() > deadline) break;
    world.times.easeOff();
  }
  if (fleet.living().length === 0) throw new Error(told(world, plan, ["no replica starts"]));
}

async function heal(world: World, fleet: Fleet, plan: Plan): Promise<void> {
  world.story.say("all is healed");
  world.trouble.disarm();
  world.castOnRedis(undefined);
  world.openHub(false);
  while (fleet.living().some((one) => one.life() === "paused")) await fleet.rest(50);
  await raise(world, fleet, plan);
  await fleet.finishRollout();
  await raise(world, fleet, plan);
  await fleet.rest(2_000);
}

/** What is wrong already: a bot that completes no sweep compares nothing. */
async function settle(world: World, fleet: Fleet): Promise<string[]> {
  const before = await world.sweeps();
  const swept = async () => (await world.sweeps()) - before;
  // Of whom Slack's event did not come, the look of the hour tells: of what was vetted by then.
  if (world.away().length > 0) {
    await fleet.pass(MINUTE, 3_000);
    await fleet.pass(HOUR);
  }
  for (let left = MINUTES; left > 0; left--) {
    await world.allLetGo();
    await fleet.pass(MINUTE, 3_000);
    await fleet.linger(IN_LINE_MS, 1_000);
    if ((await swept()) < SWEEPS_MIN || !(await atRest(world))) continue;
    // The last sweep found nothing to do, or what it did is done.
    await workDone(world, fleet, 2_000);
    if (await atRest(world)) break;
  }
  const sweeps = await swept();
  return sweeps < SWEEPS_MIN ? [`${sweeps} sweeps were completed in ${MINUTES} minutes of health`] : [];
}

/** Nothing moves any more, and nobody is between two calls, however slow the machine is. */
async function workDone(world: World, fleet: Fleet, ms: number): Promise<void> {
  await fleet.rest(ms);
  await world.allLetGo();
}

/** Records and what is on the hub: the same while nobody does anything. */
async function standing(world: World): Promise<string> {
  const [records, { accounts, bindings }] = await Promise.all([world.records(), world.objects()]);
  const names = [...accounts, ...bindings].map(({ metadata }) => metadata.name);
  return [...records.map(({ id, version }) => `${id} ${version}`), ...names].join();
}

function told(world: World, plan: Plan, wrong: string[]): string {
  const lines = [
    `${plan.replicas} replica(s), ${plan.whole ? "whole, by signed HTTP" : "straight to the handlers"}`,
    world.story.text(),
    "",
    "The logs:",
    ...world.logs,
    "",
    "What is wrong in the end:",
    ...wrong.map((one) => `  - ${one}`),
  ];
  return lines.join("\n");
}
