/** Many sequences, several at a time: while one waits for a time-out, another works. */
import { join } from "node:path";
import fc from "fast-check";
import { scratch } from "../../sandbox/child.ts";
import { startRedis } from "../../sandbox/redis/redis.ts";
import { CELLS } from "./calls.ts";
import { type Plan, plans } from "./plan.ts";
import { play } from "./sequence.ts";
import { createTally, type Tally } from "./tally.ts";
import { type Lane, openLane } from "./world.ts";

export interface Campaign {
  seed: number;
  /** The indices of the sequences to play. */
  indices: Iterable<number>;
  lanes: number;
}

export interface Outcome {
  tally: Tally;
  lengths: number[];
  failures: { index: number; story: string }[];
}


export async function campaign({ seed, indices, lanes }: Campaign): Promise<Outcome> {
  await using opened = new AsyncDisposableStack();
  const dir = opened.adopt(scratch("karpor-convergence"), (d) => d.remove());
  const socket = join(dir.path, "redis.sock");
  const args = ["--databases", "64", "--appendfsync", "no", "--unixsocket", socket];
  const redis = opened.adopt(await startRedis({ args }), (r) => r.stop());
  const outcome: Outcome = { tally: createTally(), lengths: [], failures: [] };
  const left = indices[Symbol.iterator]();
  const work = async (lane: Lane) => {
    for (let next = left.next(); !next.done; next = left.next()) await one(lane, seed, next.value, outcome);
  };
  const all = await Promise.all(Array.from({ length: lanes }, (_, db) => open(socket, db, opened)));
  await Promise.all(all.map(work));
  if (process.env.STATS) { const { Redis } = await import("ioredis"); const r = new Redis(redis.url); const info = await r.info("commandstats"); console.error(info.split("\r\n").map((l: string) => /cmdstat_(\S+):calls=(\d+),usec=(\d+)/.exec(l)).filter(Boolean).map((m: any) => [m[1], +m[2], +m[3]] as any).sort((a: any,b: any)=>b[1]-a[1]).slice(0,12).map((x: any)=>x.join(" ")).join("\n"), outcome.lengths.length, (await r.info("cpu")).match(/used_cpu_(user|sys):[\d.]+/g)); r.disconnect(); }
  return outcome;
}

const open = async (redis: string, db: number, opened: AsyncDisposableStack): Promise<Lane> =>
  opened.adopt(await openLane(redis, db), (lane) => lane.close());

async function one(lane: Lane, seed: number, index: number, outcome: Outcome): Promise<void> {
  const plan = planOf(seed, index);
  outcome.lengths.push(plan.acts.length); process.env.PROGRESS && console.error("start", index); using _ = { [Symbol.dispose]: () => process.env.PROGRESS && console.error("done", index) };
  try {
    await play(lane, plan, outcome.tally);
  } catch (error) {
    outcome.failures.push({ index, story: (error as Error).stack ?? String(error) });
  }
}

const PRIME = 7919;

export function planOf(seed: number, index: number): Plan {
  const focus = CELLS[(index * PRIME) % CELLS.length] ?? CELLS[0];
  if (!focus) throw new Error("There are no faults.");
  const [plan] = fc.sample(plans(index, focus), { seed: seed + index, numRuns: 1 });
  if (!plan) throw new Error("Nothing was planned.");
  return plan;
}
