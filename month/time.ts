/** The month's time: it stands while the bot works, and then goes straight to what comes next. */
import { setTimeout as delay } from "node:timers/promises";
import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { BotProcess } from "../playground/bot/process.ts";
import type { JumpClock } from "../sandbox/clock.ts";
import type { LocalHub } from "../sandbox/hub/index.ts";
import { SECOND } from "../src/domain/duration.ts";
import { LANES } from "../src/flow/ports.ts";
import { openQueue } from "../src/queue/jobs.ts";
import { SWEEP } from "../src/queue/sweeps.ts";

export interface TimeOptions {
  clock: JumpClock;
  redis: Redis;
  prefix: string;
  hub: Pick<LocalHub, "hang">;
  /** Moves its clock likewise. */
  bot: Pick<BotProcess, "jump" | "pass">;
  /** Whether something is known to be under way that no job waits for yet. */
  isBusy(): boolean;
}

const LOOK_MS = 2;
/** What is tried again is not tried more often. */
const AGAIN_MS = 10 * SECOND;
/** Of what does not come to rest, the month goes on: it is tried again by a job. */
const REST_WITHIN_MS = 4_000;

/** Jobs that wait or run; and the ids of those that are delayed, lane by lane. */
const LOOK = `
local answer = {0}
for i = 1, #KEYS, 3 do
  answer[1] = answer[1] + redis.call("LLEN", KEYS[i]) + redis.call("LLEN", KEYS[i + 1])
  answer[#answer + 1] = redis.call("ZRANGE", KEYS[i + 2], 0, -1)
end
return answer`;

export type Time = ReturnType<typeof createTime>;

export function createTime({ clock, redis, prefix, hub, bot, isBusy }: TimeOptions) {
  const lanes = LANES.map((lane) => openQueue(redis, prefix, lane));
  const keys = lanes.flatMap((lane) => ["wait", "active", "delayed"].map((name) => lane.toKey(name)));
  /** When each delayed job is due, by our clock. */
  const dues = new Map<string, { lane: Queue; id: string; at: number }>();

  async function look(): Promise<number> {
    const [busy, ...delayed] = (await redis.eval(LOOK, keys.length, ...keys)) as [number, ...string[][]];
    const standing = new Set<string>();
    for (const [i, lane] of lanes.entries())
      for (const id of delayed[i] ?? []) {
        const key = `${lane.name} ${id}`;
        standing.add(key);
        if (!dues.has(key)) await learn(lane, id, key);
      }
    for (const key of dues.keys()) if (!standing.has(key)) dues.delete(key);
    return busy;
  }

  // One that ran and is to run again keeps what it was due at first: then its delay counts, from now.
  async function learn(lane: Queue, id: string, key: string): Promise<void> {
    const job: Job | undefined = await lane.getJob(id);
    if (!job) return;
    const { due } = job.data as { due?: number };
    const isAgain = due === undefined || due <= clock.now();
    // Sweeps come by the machine's time; those of the month are asked for.
    const at =
      job.name === SWEEP
        ? Number.POSITIVE_INFINITY
        : isAgain
          ? clock.now() + Math.max(job.delay, AGAIN_MS)
          : due;
    dues.set(key, { lane, id, at });
  }

  async function startDue(): Promise<number> {
    const due = [...dues].filter(([, { at }]) => at <= clock.now());
    for (const [key, { lane, id }] of due) {
      dues.delete(key);
      // One that started by itself meanwhile cannot be promoted.
      await lane
        .getJob(id)
        .then((job) => job?.promote())
        .catch(() => {});
    }
    return due.length;
  }

  /** Nothing is under way any more, and nothing is due. */
  async function rest(): Promise<void> {
    const began = performance.now();
    for (let calm = 0; calm < 2; ) {
      const waited = performance.now() - began;
      if (waited > REST_WITHIN_MS) return;
      const busy = (await look()) + (await startDue()) > 0 || isBusy();
      calm = busy ? 0 : calm + 1;
      await delay(LOOK_MS);
    }
  }

  async function go(at: number, move: (ms: number) => Promise<void>): Promise<void> {
    const ms = Math.max(Math.ceil(at - clock.now()), 1);
    // What the hub answers between the two would tell the bot of clocks that differ by as much.
    hub.hang(true);
    await move(ms);
    clock.jump(ms);
    hub.hang(false);
    await rest();
  }

  return {
    now: () => clock.now(),
    rest,
    /** When the first delayed job is due. */
    nextJob: (): number => Math.min(...[...dues.values()].map(({ at }) => at), Number.POSITIVE_INFINITY),
    /** Goes there, and rests: what is due is done, and what the bot does again and again is left for `wake`. */
    to: (at: number) => go(at, bot.pass),
    /** The same, and whatever was to be done meanwhile is done now, once. */
    wake: (at: number) => go(at, bot.jump),
    async sweep(): Promise<void> {
      await lanes[LANES.indexOf("timers")]?.add(
        SWEEP,
        {},
        { removeOnComplete: true, removeOnFail: true, attempts: 1 },
      );
      await rest();
    },
    close: async () => void (await Promise.all(lanes.map((lane) => lane.close()))),
  };
}
