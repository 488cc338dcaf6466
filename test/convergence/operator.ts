/** An operator with the command line: it reaches Redis and the hub as a replica does, and may die as one. */
import { setTimeout as delay } from "node:timers/promises";
import { abandon, end } from "../../src/cli/grants/end.ts";
import { type Answer, type GrantsMeans, openMeans } from "../../src/cli/grants/means.ts";
import { MINUTE } from "../../src/domain/duration.ts";
import type { RequestId } from "../../src/domain/ids.ts";
import { Refused } from "../../src/domain/refusal.ts";
import { leaves } from "./core.ts";
import type { Fleet } from "./fleet.ts";
import { logOf, openShell, reaching } from "./replica.ts";
import type { World } from "./world.ts";

export const OPERATOR = "dana";
/** More than a proof takes; while the command waits, the bots work on. */
const PASS_MS = 14_000;
const PASSES = 4;
const LOOK_MS = 700;

interface Room {
  world: World;
  fleet: Fleet;
}

/** Whatever is granted, by the records or, without them, by the hub. */
export async function endByHand({ world, fleet }: Room, id: RequestId): Promise<void> {
  world.story.say(`an operator ends ${id}`);
  const answer = await operate({ world, fleet }, (means) => end(means, { id, reason: "at night" }));
  if (!answer) return;
  const { redis = true, ended = [] } = answer.json as { redis?: boolean; ended?: unknown[] };
  if (redis) world.byHand.ended.add(id);
  else if (ended.length > 0) world.byHand.endedOnHub.add(id);
}

/** What ends already; a minute later where it is too soon. */
export async function abandonByHand({ world, fleet }: Room, pick: number): Promise<boolean> {
  const ending = (await world.records()).filter(leaves);
  const id = ending[pick % Math.max(1, ending.length)]?.id;
  if (!id) return false;
  for (let tries = 2; tries > 0; tries--) {
    world.story.say(`an operator abandons ${id}`);
    const answer = await operate({ world, fleet }, (means) => abandon(means, { id, reason: "it is gone" }));
    const { state } = (answer?.json ?? {}) as { state?: string };
    if (answer?.good) world.byHand[state === "ended" ? "abandoned" : "abandonedEarlier"].add(id);
    if (!answer || answer.good) break;
    await fleet.pass(MINUTE);
  }
  return true;
}

/** Null where it was refused, failed, died, or is given up. */
async function operate(
  { world, fleet }: Room,
  work: (means: GrantsMeans) => Promise<Answer>,
): Promise<Answer | null> {
  const name = `operator ${++operators}`;
  const shell = await openShell(world, name);
  const config = reaching(world.config(0), shell.ports, world.redisDb);
  const log = logOf((line) => world.log(name, line));
  const deps = { clock: world.clock, log, say: () => {}, user: () => OPERATOR, times: world.times.now() };
  const running = openMeans(config, OPERATOR, deps, shell.opened).then(work);
  const told = running.then(
    (answer) => {
      world.story.say(`    ${name} reads: ${answer.lines.join(" ")}`);
      return answer;
    },
    (error: unknown) => {
      const why = error instanceof Refused ? error.refusal.kind : String(error);
      world.story.say(`    ${name} reads: ${why}`);
      return null;
    },
  );
  let answer: Answer | null | undefined;
  for (let left = PASSES; left > 0 && answer === undefined; left--) {
    answer = await Promise.race([told, delay(LOOK_MS, undefined)]);
    if (answer === undefined) await fleet.pass(PASS_MS);
  }
  await shell.stop();
  return answer ?? null;
}
let operators = 0;
