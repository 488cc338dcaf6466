/** Two replicas that call Slack within its limits, at one Redis and by a clock that goes from one wake to the next. */
import type { FetchFunction } from "@slack/web-api";
import { stillClock } from "../../sandbox/clock.ts";
import { createLimits } from "../../sandbox/slack/limits.ts";
import type { Workspace } from "../../sandbox/slack/workspace.ts";
import { type Clock, type Room, StoreDown, type Turn, type Turns } from "../../src/flow/ports.ts";
import { createGiveWay } from "../../src/give-way.ts";
import { createBudget } from "../../src/slack/outbound/budget.ts";
import { slackClients } from "../../src/slack/outbound/client.ts";
import { createMemory } from "../../src/store/memory.ts";
import type { Client } from "../../src/store/open.ts";
import { createTurns } from "../../src/store/turns.ts";
import { freshKeys } from "./redis.ts";

export interface Refusal {
  at: number;
  method: string;
  seconds: number;
}

/** Milliseconds since the start. */
export interface Weather {
  /** Slack asks to wait once, whatever it counts. */
  refusals: readonly Refusal[];
  /** Redis takes no writes. */
  away: { at: number; ms: number } | null;
  /** Of Slack's calls, one after the other. */
  latencies: readonly number[];
}

/** A call that asked for its turn, and what it was told. */
export interface Asked extends Pick<Turn, "place" | "rank"> {
  at: number;
  rooms: readonly Room[];
  wait: number;
}

export function lineOf(redis: Client, { refusals, away, latencies }: Weather) {
  const clock = stillClock();
  const start = clock.now();
  const now = () => clock.now() - start;
  const keys = freshKeys();
  const parts = { redis, keys, clock };
  const turns = createTurns(parts);
  const dead = new Set<number>();
  const asked: Asked[] = [];
  /** Whom Slack refused by its own count. */
  const refused: { at: number; method: string }[] = [];
  let underWay = 0;
  const clockOf = (replica: number): Clock => ({
    now: clock.now,
    async sleep(ms) {
      await clock.sleep(ms);
      if (dead.has(replica)) await never;
    },
  });
  async function counted<T>(work: () => Promise<T>): Promise<T> {
    if (away && now() >= away.at && now() < away.at + away.ms) throw new StoreDown("It takes no writes.");
    underWay++;
    return work().finally(() => underWay--);
  }
  const watched: Turns = {
    take: async (rooms, turn) => {
      const at = now();
      const wait = await counted(() => turns.take(rooms, turn));
      asked.push({ at, rooms, wait, place: turn.place, rank: turn.rank });
      return wait;
    },
    lineUp: (...args) => counted(() => turns.lineUp(...args)),
    callsNow: (...args) => counted(() => turns.callsNow(...args)),
    giveBack: (...args) => counted(() => turns.giveBack(...args)),
    close: (...args) => counted(() => turns.close(...args)),
  };
  const limits = createLimits({ clock, settings: { limits: true } } as unknown as Workspace);
  const left = [...refusals];
  let calls = 0;
  const sendOf =
    (replica: number): FetchFunction =>
    async (url, init) => {
      const method = String(url).split("/").at(-1) ?? "";
      const args = Object.fromEntries(new URLSearchParams(String(init?.body)));
      await clockOf(replica).sleep(latencies[calls++ % latencies.length] ?? 0);
      const unasked = left.findIndex((one) => one.method === method && one.at <= now());
      if (unasked >= 0) return busy(left.splice(unasked, 1)[0]?.seconds);
      const wait = limits(method, args);
      if (wait !== undefined) refused.push({ at: now(), method });
      return wait === undefined ? fine({ ts: "1.1", channel: { id: `D${args.users}` } }) : busy(wait);
    };
  return {
    ...{ now, turns, keys, asked, refused, dead, clockOf, jump: clock.jump },
    memory: createMemory(parts),
    replicas: [0, 1].map((n) => {
      const budget = createBudget({
        turns: watched,
        clock: clockOf(n),
        giveWay: createGiveWay(),
        send: sendOf(n),
      });
      return slackClients("xoxb-1", budget, { timeout: 60_000 });
    }),
    /** Until nobody is left to wake, or it is so late. */
    async play(isOver: () => boolean, until: number) {
      for (;;) {
        // Where nobody is to be woken and somebody is not done, it is one who gives way to others.
        const enough = () => (clock.asleep().length === 0 && !isOver() ? 200 : 3);
        for (let quiet = 0; quiet < enough(); quiet = underWay > 0 ? 0 : quiet + 1) {
          await redis.ping();
          await new Promise(setImmediate);
        }
        const asleep = clock.asleep();
        if (isOver() || asleep.length === 0 || now() > until) return;
        clock.jump(Math.max(0, Math.min(...asleep) - clock.now()));
      }
    },
  };
}

const never = new Promise<never>(() => {});

type Answer = Awaited<ReturnType<FetchFunction>>;
const busy = (seconds = 1) =>
  Response.json({}, { status: 429, headers: { "retry-after": String(seconds) } }) as unknown as Answer;
const fine = (body: object) => Response.json({ ok: true, ...body }) as unknown as Answer;
