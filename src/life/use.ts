/** Reads how an access was used, as the hub's audit log told; lists, receipts and the idle question show or need it. */
import type { Bot } from "../bot.ts";
import type { RequestId } from "../request/ids.ts";
import type { Use } from "../request/use.ts";

/** Returns the use so far; null: the hub is not asked (no `audit.hub`). Throws StoreAway. */
export const readUse = async ({ config, store }: Bot, id: RequestId): Promise<Use | null> =>
  config.audit.hub ? store.uses.read(id) : null;
