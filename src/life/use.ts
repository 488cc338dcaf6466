/** What the hub told of the use of an access, where it is shown or waited for. */
import type { Bot } from "../bot.ts";
import type { RequestId } from "../request/ids.ts";
import type { Use } from "../request/use.ts";

/** Null: this hub is not asked to tell. Throws StoreAway. */
export const readUse = async ({ config, store }: Bot, id: RequestId): Promise<Use | null> =>
  config.audit.hub ? store.uses.read(id) : null;
