/** Reads the request that a person names or presses, or refuses in their words. */
import type { Bot } from "../bot.ts";
import type { RequestId } from "../request/ids.ts";
import { Refused } from "../request/refused.ts";
import { UNREADABLE } from "../store/reading.ts";
import type { ReadRequest } from "../store/store.ts";

/** Returns the record. Throws Refused if there is none, or it cannot be read; StoreAway. */
export async function readRequest(bot: Bot, id: RequestId): Promise<ReadRequest> {
  const request = await bot.store.read(id);
  if (request === null) throw new Refused("unknown-request", { id });
  if (request === UNREADABLE) throw new Refused("unreadable-request", { id });
  return request;
}
