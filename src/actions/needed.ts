/** The holder's answer to "Still needed?": it is. */
import type { Bot } from "../bot.ts";
import { commit } from "../life/commit.ts";
import type { RequestId, UserId } from "../request/ids.ts";
import type { Request } from "../request/record.ts";
import { asActive, readOwn } from "./token.ts";

/**
 * Notes that the holder still needs the access; they are asked again when nobody used it for as long again. Returns the
 * request as it is then. Throws Refused, StoreAway.
 */
export async function stillNeeded(bot: Bot, id: RequestId, by: UserId): Promise<Request> {
  const request = await readOwn(bot, id, by);
  return commit(bot, request, {
    event: "access.kept",
    by,
    change: (newest) => ({ ...asActive(newest), idle: { since: bot.clock.now(), askedAt: null } }),
  });
}
