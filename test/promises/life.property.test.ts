/**
 * The five promises as one property: any sequence of deeds and faults, on two replicas in processes of their own, killed,
 * stopped and started again. Then all is healed, and records, hub and Slack agree.
 */
import fc from "fast-check";
import { afterAll, beforeAll, test } from "vitest";
import { DAY, SECOND } from "../../src/request/durations.ts";
import { ALICE } from "../helpers/people.ts";
import { startProcess } from "../helpers/process.ts";
import { sceneOf } from "../helpers/scene.ts";
import { startWorld } from "../helpers/world.ts";
import { doDeed, heal, jumpAll, type Sequence, type Stage, sequence } from "./deeds.ts";
import { faults, shownTokens, unsettled } from "./judge.ts";

const RUNS = Number(process.env.SEQUENCES ?? 8);
/** BullMQ's lock is 5 s. */
const LONGER_THAN_THE_LOCK = 7000;
const SETTLES_WITHIN_MS = 45_000;

let stage: Stage;

beforeAll(async () => {
  const world = await startWorld();
  stage = { world, scene: sceneOf(world), replicas: [] };
  await restart();
});
afterAll(async () => {
  await Promise.all(stage.replicas.map((replica) => replica.kill()));
  await stage.world.close();
});

test(
  `${RUNS} sequences of deeds and faults end well`,
  () =>
    fc.assert(fc.asyncProperty(sequence, play), {
      ...{ numRuns: RUNS, endOnFailure: true },
      ...(process.env.SEED ? { seed: Number(process.env.SEED) } : {}),
    }),
  RUNS * 60_000,
);

async function play({ deeds, freeze }: Sequence): Promise<void> {
  const frozen = freeze ? freezeOne() : null;
  const begun: Promise<unknown>[] = [];
  for (const { deed, pause } of deeds) {
    await restart();
    turnToNext();
    // Nobody waits for a deed: the next one, or a kill, may come at any moment of it.
    begun.push(doDeed(stage, deed).catch(() => {}));
    await sleep(pause);
  }
  await frozen;
  await heal(stage);
  await restart();
  await Promise.allSettled(begun);
  await settle();
  await stage.scene.say(ALICE, "unlock all over").catch(() => {});
  jumpAll(stage.world, stage.replicas, 8 * DAY);
  await settle();
}

/** Two live replicas; a killed one is started again. */
async function restart(): Promise<void> {
  stage.world.redis.resume();
  for (const index of [0, 1])
    if (!stage.replicas[index]?.isRunning()) stage.replicas[index] = await startProcess(stage.world);
}

let turn = 0;
function turnToNext(): void {
  turn += 1;
  const replica = stage.replicas[turn % 2];
  if (replica) stage.world.slack.deliverTo(`http://127.0.0.1:${replica.port}/slack/events`);
}

async function freezeOne(): Promise<void> {
  const [replica] = stage.replicas;
  replica?.stop();
  await sleep(LONGER_THAN_THE_LOCK);
  replica?.continue();
}

/** Sweeps and moves time on by seconds until nothing moves any more; then nothing may be wrong. */
async function settle(): Promise<void> {
  const until = Date.now() + SETTLES_WITHIN_MS;
  for (;;) {
    await Promise.all(stage.replicas.map((replica) => replica.sweep()));
    await sleep(200);
    const left = await unsettled(stage);
    const wrong = left.length === 0 ? await faults(stage, shownTokens(stage)) : left;
    if (wrong.length === 0) return;
    if (Date.now() > until) throw new Error(`${wrong.join("\n")}\n${lastLines()}`);
    jumpAll(stage.world, stage.replicas, 15 * SECOND);
  }
}

const lastLines = (): string => stage.replicas.flatMap((replica) => replica.lines().slice(-30)).join("\n");

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
