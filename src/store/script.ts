/** Runs a Lua script by its hash, and sends the text only to a Redis that does not know it yet. */
import { createHash } from "node:crypto";
import type { Client } from "./open.ts";

export interface Script {
  readonly text: string;
  readonly sha: string;
}

export const script = (text: string): Script => ({
  text,
  sha: createHash("sha1").update(text).digest("hex"),
});

export async function run(
  redis: Client,
  { text, sha }: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(sha, keys.length, ...keys, ...args);
  } catch (error) {
    // Nothing ran. Redis forgets scripts at a restart.
    if (error instanceof Error && error.message.startsWith("NOSCRIPT"))
      return redis.eval(text, keys.length, ...keys, ...args);
    throw error;
  }
}
