/** The month itself: people and what befalls them, half an hour by half an hour, as fast as the bot works. */
import { join } from "node:path";
import { DAY, HOUR, MINUTE } from "../src/domain/duration.ts";
import { createAgenda } from "./agenda.ts";
import { chanceOf } from "./chance.ts";
import { createDeeds } from "./deeds.ts";
import { plan } from "./events.ts";
import { askSomething, type Life, moments, react, type TokenChecks } from "./people.ts";
import { createSamples } from "./samples.ts";
import { keepTimers } from "./timers.ts";
import type { MonthWorld } from "./world.ts";

export interface Month {
  /** Its first moment and the first moment after it, ms since the epoch. */
  from: number;
  to: number;
  /** How many requests are made, beside those for more time. */
  requests: number;
  seed: number;
}

export interface Played {
  /** States in which requests came to rest, with their numbers. */
  outcomes: Record<string, number>;
  requests: number;
  entries: number;
  seals: number;
  /** Lines of level error. */
  errors: string[];
  unanswered: string[];
  tokens: TokenChecks;
  /** ms of real time. */
  took: number;
  /** Of the bot, MB, at the end of each day. */
  memory: number[];
  /** A file, and how many are in it. */
  samples: { path: string; count: number };
}

/** What no month may have: whom nobody answered, and a token that worked after its end. */
export const wentWell = ({ unanswered, tokens }: Pick<Played, "unanswered" | "tokens">): boolean =>
  unanswered.length === 0 && tokens.alive.length === 0;

/** Between two scrapes, each after a sweep. */
const STEP_MS = 30 * MINUTE;
/** Whatever the bot does again and again, it does so often. */
const WAKE_MS = HOUR;

/** The month after this one: nothing of it is over yet. */
export function nextMonth(now: number): { from: number; to: number } {
  const date = new Date(now);
  const first = (n: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + n);
  return { from: first(1), to: first(2) };
}

/** `onDay`: told of each day that is over. */
export async function play(world: MonthWorld, month: Month, onDay: (day: number) => void): Promise<Played> {
  const began = performance.now();
  const { time, log } = world;
  const agenda = createAgenda();
  const tokens: TokenChecks = { tried: 0, dead: [], alive: [] };
  const life: Life = {
    world,
    deeds: createDeeds(world),
    agenda,
    chance: chanceOf(month.seed),
    gone: new Set(),
    tokens,
  };
  log.on((entry) => react(life, entry));
  for (const { at, who } of moments(life, month, month.requests))
    agenda.put(at, () => askSomething(life, who));
  plan(life, month);
  await keepTimers(world, agenda);
  const path = join(world.dir, "samples.txt");
  const samples = createSamples(path);
  const memory: number[] = [];
  for (let step = month.from + STEP_MS; step <= month.to; step += STEP_MS) {
    for (;;) {
      const next = Math.min(agenda.next(), time.nextJob());
      if (next > step) break;
      await time.to(next);
      for (let act = agenda.take(time.now()); act; act = agenda.take(time.now())) await act();
    }
    await ((step - month.from) % WAKE_MS === 0 ? time.wake(step) : time.to(step));
    await time.sweep();
    await samples.add(await world.scrape(), step);
    if ((step - month.from) % DAY === 0) {
      memory.push(world.memory());
      onDay((step - month.from) / DAY);
    }
  }
  await samples.end();
  const states = [...log.newest.values()].map(({ to }) => to);
  return {
    outcomes: Object.fromEntries(
      Object.entries(Object.groupBy(states, (to) => to)).map(([to, all]) => [to, all.length]),
    ),
    requests: states.length,
    ...{ entries: log.counts.entries, seals: log.counts.seals, errors: log.errors },
    unanswered: life.deeds.unanswered,
    ...{ tokens, memory, took: performance.now() - began },
    samples: { path, count: samples.count() },
  };
}
