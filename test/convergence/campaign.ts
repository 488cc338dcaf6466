/** Many sequences, several at a time: while one waits for a time-out, another works. */
import { join } from "node:path";
import fc from "fast-check";
import { scratch } from "../../sandbox/child.ts";
import { startRedis } from "../../sandbox/redis/redis.ts";
import { CELLS, type Cell } from "./calls.ts";
import { createPace } from "./pace.ts";
import { type Plan, plans } from "./plan.ts";
import { play } from "./sequence.ts";
import type { Tally } from "./tally.ts";
import { createTimes } from "./times.ts";
import { type Lane, openLane } from "./world.ts";

export interface Failure {
  index: number;
  story: string;
}

export interface Campaign extends AsyncDisposable {
  /** Resolves to the sequences that ended badly. */
  play(indices: readonly number[]): Promise<Failure[]>;
  /** How many acts each sequence had. */
  lengths: readonly number[];
}

export interface CampaignOptions {
  seed: number;
  tally: Tally;
  /** At most so many at a time. */
  lanes: number;
}

export async function openCampaign({ seed, tally, lanes }: CampaignOptions): Promise<Campaign> {
  await using opened = new AsyncDisposableStack();
  const dir = opened.adopt(scratch("karpor-convergence"), (d) => d.remove());
  const socket = join(dir.path, "redis.sock");
  const args = ["--databases", String(lanes), "--appendfsync", "no", "--unixsocket", socket];
  opened.adopt(await startRedis({ args }), (r) => r.stop());
  const times = createTimes();
  const open = async (db: number) => opened.adopt(await openLane(socket, db, times), (lane) => lane.close());
  const all = await Promise.all(Array.from({ length: lanes }, (_, db) => open(db)));
  const pace = opened.adopt(createPace(lanes), (p) => p.close());
  const lengths: number[] = [];
  const kept = opened.move();

  async function one(lane: Lane, index: number): Promise<Failure[]> {
    const plan = planOf(seed, index);
    lengths.push(plan.acts.length);
    try {
      await play(lane, plan, tally);
      return [];
    } catch (error) {
      // If that was the machine, it is given more time.
      times.easeOff();
      return [{ index, story: error instanceof Error ? (error.stack ?? error.message) : String(error) }];
    }
  }

  return {
    lengths,
    async play(indices) {
      const left = [...indices];
      const failures: Failure[] = [];
      const work = async (lane: Lane) => {
        for (let index = left.shift(); index !== undefined; index = left.shift()) {
          const next = index;
          failures.push(...(await pace.run(() => one(lane, next))));
        }
      };
      await Promise.all(all.map(work));
      return failures;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Every second sequence is for the next fault: all faults take turns. */
const focusOf = (index: number): Cell => {
  const cell = CELLS[Math.floor(index / 2) % CELLS.length];
  if (!cell) throw new Error("There are no faults.");
  return cell;
};

/** The next sequence from `index` on that is for this fault. */
export function indexFor(cell: Cell, index: number): number {
  for (let next = index; ; next++) if (focusOf(next) === cell) return next;
}

export function planOf(seed: number, index: number): Plan {
  const [plan] = fc.sample(plans(index, focusOf(index)), { seed: seed + index, numRuns: 1 });
  if (!plan) throw new Error("Nothing was planned.");
  return plan;
}
