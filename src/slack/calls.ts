/** What the parts of this room share: how a method is called, and where looks are kept. */
import type { z } from "zod";

/** What is kept in Redis for a while, for all replicas. */
export interface Kept {
  keep(key: string, value: string, ttlMs: number): Promise<void>;
  kept(key: string): Promise<{ value: string; leftMs: number } | null>;
  /** The clock of Redis. */
  now(): Promise<number>;
}

/** Calls a method, and reads its answer. Throws SlackAway and SlackRefusal only. `channel`: posts are limited by channel. */
export type CallSlack = <T>(
  method: string,
  args: Record<string, unknown>,
  answer: z.ZodType<T>,
  channel?: string,
) => Promise<T>;
