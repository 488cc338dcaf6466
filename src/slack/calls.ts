/** What the parts of this room share: how a method is called, and where looks are kept. */
import type { z } from "zod";
import type { Clock } from "../request/clock.ts";

/** What is kept in Redis for a while, for all replicas. */
export interface Kept {
  keep(key: string, value: string, ttlMs: number): Promise<void>;
  kept(key: string): Promise<string | null>;
  /** How long it is still kept, ms; negative when it is not. */
  keptFor(key: string): Promise<number>;
  /** The clock of Redis. */
  now(): Promise<number>;
}

/** For a command that runs once: each look asks Slack. */
export const keepNothing = (clock: Clock): Kept => ({
  keep: async () => {},
  kept: async () => null,
  keptFor: async () => 0,
  now: async () => clock.now(),
});

/** Calls a method, and reads its answer. Throws SlackAway and SlackRefusal only. `channel`: posts are limited by channel. */
export type CallSlack = <T>(
  method: string,
  args: Record<string, unknown>,
  answer: z.ZodType<T>,
  channel?: string,
) => Promise<T>;
