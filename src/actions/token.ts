/** Three things that a holder does with a token: ask for another, hide it, have it shown at a click. */

import type { Bot } from "../bot.ts";
import type { MintedToken } from "../hub/hub.ts";
import { commit } from "../life/commit.ts";
import { knownNames } from "../life/trail/entries.ts";
import { HOUR } from "../request/durations.ts";
import type { RequestId, UserId } from "../request/ids.ts";
import { type ActiveRequest, isActive, type Request } from "../request/record.ts";
import { Refused } from "../request/refused.ts";
import { withNewToken } from "../request/transitions.ts";
import type { ReadRequest } from "../store/store.ts";
import { readRequest } from "./read.ts";

/** Makes another token of the same account, in a new message; nobody approves again. Throws Refused, StoreAway. */
export async function newToken(bot: Bot, id: RequestId, by: UserId): Promise<Request> {
  const request = await readOwn(bot, id, by);
  return commit(bot, request, {
    event: "token.renewed",
    by,
    change: (newest) => withNewToken(asActive(newest), "asked", bot.hub.signingKey()),
  });
}

/** Has the token's message deleted; the access goes on. Returns the request as it is then. Throws Refused, StoreAway. */
export async function hideToken(bot: Bot, id: RequestId, by: UserId): Promise<Request> {
  const request = await readOwn(bot, id, by);
  return commit(bot, request, {
    event: "token.hidden",
    by,
    change: (newest) => ({ ...asActive(newest), token: { ...newest.token, hidden: true } }),
  });
}

const REVEALS_AN_HOUR = 10;

/** Makes a token of the same account at each click, ten an hour; no message holds it. Throws Refused, HubError, StoreAway. */
export async function revealToken(
  bot: Bot,
  id: RequestId,
  by: UserId,
): Promise<{ request: Request; minted: MintedToken }> {
  const request = await readOwn(bot, id, by);
  const { endsAt } = asActive(request);
  if (!(await bot.store.allow(`reveals:${id}`, REVEALS_AN_HOUR, HOUR)))
    throw new Refused("reveals-used-up", { id });
  const minted = await bot.hub.mintToken(id, endsAt - bot.clock.now());
  if (minted.account !== request.account) throw new Refused("not-active", { id });
  const names = knownNames(bot, [by]);
  await bot.store.trail.add({ event: "token.shown", id, at: bot.clock.now(), by, role: request.role, names });
  return { request, minted };
}

/** Returns the request if it is this person's. Throws Refused, StoreAway. */
export async function readOwn(bot: Bot, id: RequestId, by: UserId): Promise<ReadRequest> {
  const request = await readRequest(bot, id);
  if (request.requester !== by) throw new Refused("not-yours", { id });
  return request;
}

/** Returns the request if its access is active. Throws Refused. */
export function asActive(request: Request): ActiveRequest {
  if (!isActive(request)) throw new Refused("not-active", { id: request.id });
  return request;
}
