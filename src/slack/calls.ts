/** Types that the Slack client and the directory share: a call of a Slack method, and values that Redis keeps for both. */
import type { z } from "zod";
import type { Clock } from "../request/clock.ts";

/** Values that Redis keeps for a while, for all replicas. */
export interface Kept {
  keep(key: string, value: string, ttlMs: number): Promise<void>;
  kept(key: string): Promise<string | null>;
  /** The clock of Redis. */
  now(): Promise<number>;
}

/** For a command that runs once. */
export const keepNothing = (clock: Clock): Kept => ({
  keep: async () => {},
  kept: async () => null,
  now: async () => clock.now(),
});

/** Calls a method, and reads its answer. Throws SlackAway and SlackRefusal only. `channel`: posts are limited by channel. */
export type CallSlack = <T>(
  method: string,
  args: Record<string, unknown>,
  answer: z.ZodType<T>,
  channel?: string,
) => Promise<T>;
