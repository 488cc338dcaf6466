/** Holds Slack's count of the app's connections against those that the replicas have: what nobody has gets a share of the commands, and loses it. */
import type { Clock, Log } from "../../flow/ports.ts";
import type { HoldFound } from "../../flow/support/holds.ts";

export interface CensusOptions {
  /** Says how many connections this replica has; answers how many all replicas have. May reject. */
  held(own: number): Promise<number>;
  /** Told what people should know of although it holds nothing back. */
  notice(found: readonly HoldFound[]): void;
  clock: Clock;
  log: Log;
}

export interface Census {
  /** `counted`: by Slack, when it said hello. Resolves to the ms after which to count anew, if that is needed. Never rejects. */
  judge(counted: number, own: number): Promise<number | undefined>;
  /** This replica still has them; to be called often. Never rejects. */
  keep(own: number): Promise<void>;
}

const KEEP_MS = 20_000;
/** Who opens and closes at this moment is not counted alike everywhere. */
const SOON_MS = { least: 30_000, spread: 30_000 };
const LATER_MS = { least: 300_000, spread: 60_000 };

export function createCensus({ held, notice, clock, log }: CensusOptions): Census {
  let kept = { own: -1, at: 0 };
  let suspected = false;
  const ask = async (own: number): Promise<number | undefined> => {
    kept = { own, at: clock.now() };
    return held(own).catch((error: unknown) => void log.warn({ err: error }, "connections not counted"));
  };
  return {
    async judge(counted, own) {
      const all = await ask(own);
      if (all === undefined) return undefined;
      const seen = counted > all;
      if (!seen || suspected) notice(seen ? [ghosts(counted, all)] : []);
      const after = suspected ? LATER_MS : SOON_MS;
      suspected = seen;
      return seen ? after.least + Math.random() * after.spread : undefined;
    },
    async keep(own) {
      if (own !== kept.own || clock.now() - kept.at >= KEEP_MS) await ask(own);
    },
  };
}

export const ghosts = (counted: number, held: number): HoldFound => ({
  notice: true,
  cause: "slack connections",
  message: `Slack counts ${counted} connection${counted === 1 ? "" : "s"} of the app, and the replicas have ${held}: the rest get a share of the commands and clicks, and lose it`,
  fix: "Is another bot, or another instance, connected with this app's token? One that broke unseen is given up by Slack after a while; else make a new app-level token, and revoke the old one",
});
