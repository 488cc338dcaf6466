/** Many sequences, several at a time: while one waits for a time-out, another works. */
import { join } from "node:path";
import fc from "fast-check";
import { scratch } from "../../sandbox/child.ts";
import { startRedis } from "../../sandbox/redis/redis.ts";
import { CELLS, type Cell } from "./calls.ts";
import { createPace } from "./pace.ts";
import { type Plan, plans } from "./plan.ts";
import { EndedBadly, play } from "./sequence.ts";
import { createTally } from "./tally.ts";
import { createTimes } from "./times.ts";
import { type Lane, openLane } from "./world.ts";

export interface Played {
  index: number;
  acts: number;
  /** How often which fault hit. */
  counts: Record<string, number>;
  /** Of one that ended badly. */
  story?: string;
  /** No slow machine excuses it. */
  isSure?: boolean;
}

export interface Campaign {
  /** When the machine has time for one more. At most as many at a time as there are lanes. */
  play(index: number): Promise<Played>;
}

/** For as long as this process lives. */
export async function openCampaign({ seed, lanes }: { seed: number; lanes: number }): Promise<Campaign> {
  const socket = join(scratch("karpor-convergence").path, "redis.sock");
  const args = ["--databases", String(lanes), "--appendfsync", "no", "--unixsocket", socket];
  await startRedis({ args });
  const times = createTimes();
  const free = await Promise.all(Array.from({ length: lanes }, (_, db) => openLane(socket, db, times)));
  const pace = createPace(lanes);

  async function playIn(lane: Lane, index: number): Promise<Played> {
    const plan = planOf(seed, index);
    const tally = createTally();
    const played = () => ({ index, acts: plan.acts.length, counts: tally.counts() });
    try {
      await play(lane, plan, tally);
      return played();
    } catch (error) {
      // If that was the machine, it is given more time.
      times.easeOff();
      const story = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { ...played(), story, isSure: error instanceof EndedBadly && error.isSure };
    }
  }

  return {
    play: (index) =>
      pace.run(async () => {
        const lane = free.pop();
        if (!lane) throw new Error("more sequences at a time than lanes");
        return playIn(lane, index).finally(() => free.push(lane));
      }),
  };
}

/** Of so many sequences each fault has one. */
export const TURN = Math.ceil(CELLS.length / 2);

/** All faults take turns: each sequence is for the next, and for the one a turn on. */
const focusOf = (index: number): Cell[] =>
  [index, index + TURN].flatMap((at) => CELLS[at % CELLS.length] ?? []);

const turnOf = (index: number): number => Math.floor(index / TURN);

/** After two turns the other number has it. */
const replicasOf = (index: number): 1 | 2 => ((index + Math.floor(turnOf(index) / 2)) % 2 === 0 ? 1 : 2);

/** Each fault's in every other turn, and of neighbours not the same. */
const isAimed = (index: number): boolean => (Math.floor(index / 2) + turnOf(index)) % 2 === 1;

/** The next sequence from `index` on that is for this fault, and aimed. */
export function indexFor(cell: Cell, index: number): number {
  for (let next = index; ; next++) if (isAimed(next) && focusOf(next).includes(cell)) return next;
}

export function planOf(seed: number, index: number): Plan {
  const [plan] = fc.sample(
    plans({ replicas: replicasOf(index), focus: focusOf(index), aimed: isAimed(index) }),
    { seed: seed + index, numRuns: 1 },
  );
  if (!plan) throw new Error("Nothing was planned.");
  return plan;
}
