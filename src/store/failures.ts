/** What a failing Redis means to the flows: StoreDown when nothing can have been stored, else StoreUnsure. */
import type { ChainableCommander } from "ioredis";
import { StoreDown, StoreUnsure } from "../flow/ports.ts";
import type { Client } from "./open.ts";

// Before Redis 7 a script's error wraps the command's own, so the word may stand anywhere.
const REFUSALS =
  /\b(EXECABORT|OOM|READONLY|MISCONF|LOADING|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|NOAUTH|WRONGPASS|NOPERM)\b/;

/** For what changes nothing: without an answer, nothing was stored. */
export const reading = <T>(redis: Client, call: () => Promise<T>): Promise<T> =>
  attempt(redis, call, (detail) => new StoreDown(detail));

/** For what may have been stored although its answer was lost. */
export const writing = <T>(redis: Client, call: () => Promise<T>): Promise<T> =>
  attempt(redis, call, (detail) => new StoreUnsure(detail));

/** What each command of it answered. Throws what the first that failed was answered: to be called within one of both. */
export async function allOf(commands: ChainableCommander): Promise<unknown[]> {
  return ((await commands.exec()) ?? []).map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
}

async function attempt<T>(
  redis: Client,
  call: () => Promise<T>,
  lost: (detail: string) => Error,
): Promise<T> {
  if (redis.status !== "ready") throw new StoreDown(`No connection to Redis (${redis.status}).`);
  try {
    return await call();
  } catch (error) {
    throw failure(error, lost);
  }
}

// Never the error itself as cause: it carries the command's arguments, and those the record.
function failure(error: unknown, lost: (detail: string) => Error): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === "ReplyError")
    return REFUSALS.test(error.message) ? new StoreDown(`Redis refused: ${error.message}`) : error;
  if (error.message.startsWith("Stream isn't writeable")) return new StoreDown(error.message);
  return lost(`Redis did not answer: ${error.message}`);
}
