/** Ends access before its time: by its holder, by an approver or admin, or because its token leaked. */

import type { Bot } from "../bot.ts";
import { type EndNote, endChain, endEach, readChain } from "../life/chain.ts";
import { groupsFor, isAdmin, mayRevoke } from "../policy/approvers.ts";
import { findRole } from "../policy/roles.ts";
import { MINUTE } from "../request/durations.ts";
import { type GroupId, isGroup, type RequestId, requestIdFrom, type UserId } from "../request/ids.ts";
import { isOpen, mayHoldAccess, type Request } from "../request/record.ts";
import { Refused } from "../request/refused.ts";
import { newEnding } from "../request/transitions.ts";
import { GRANTED, openFor } from "../store/indexes.ts";
import { orNull, UNREADABLE } from "../store/reading.ts";
import type { ReadRequest } from "../store/store.ts";
import { type AskedTerms, askForAccess } from "./ask.ts";
import { readRequest } from "./read.ts";

/** Ends the holder's own access and its chain. Returns the request as it is then. Throws Refused, StoreAway. */
export async function endAccess(bot: Bot, id: RequestId, by: UserId): Promise<Request> {
  const request = await readEndable(bot, id);
  if (request.requester !== by) throw new Refused("not-yours", { id });
  await endChain(bot, request, { cause: "holder", by, words: "", at: bot.clock.now() });
  return request;
}

/**
 * Ends somebody's access, for one of the role's approvers or an admin. Returns the request as it is then; null: its record
 * cannot be read, and an admin ended its access on the hub.
 * Throws Refused, StoreAway, SlackAway, HubError.
 */
export async function revokeAccess(
  bot: Bot,
  id: RequestId,
  by: UserId,
  words: string,
): Promise<Request | null> {
  if ((await bot.store.read(id)) === UNREADABLE) return endUnreadable(bot, id, by, words);
  const request = await readEndable(bot, id);
  await assertMayRevoke(bot, request, by);
  await endChain(bot, request, revoked(bot, by, words));
  return request;
}

/** Throws Refused unless this person is an approver of the role or an admin; SlackAway. */
export async function assertMayRevoke(bot: Bot, request: Request, by: UserId): Promise<void> {
  const { person, groups } = await lookUpPower(bot, by, groupsFor(bot.config, request.role), HOWEVER_OLD);
  if (person.standing !== "member" || !mayRevoke(bot.config, request, by, groups))
    throw new Refused("not-an-approver", { role: request.role, id: request.id });
}

/** Whose approval it bears nobody can tell, so only an admin may. */
async function endUnreadable(bot: Bot, id: RequestId, by: UserId, words: string): Promise<null> {
  await assertAdmin(bot, by, "revoke unreadable");
  await bot.hub.deleteBinding(id);
  const account = await bot.hub.readAccount(id);
  if (account) await bot.hub.deleteAccount(id, account.uid);
  const at = bot.clock.now();
  await bot.store.trail.add({
    event: "access.ended",
    id,
    at,
    by,
    words,
    isUnreadable: true,
    ending: { ...newEnding({ cause: "revoked", by, words }, at), deletedAt: at },
  });
  return null;
}

/**
 * Ends all that a person has or waits for, or all that is granted of a role. Only admins may. Returns how many requests
 * ended. Throws Refused, StoreAway, SlackAway.
 */
export async function revokeAll(
  bot: Bot,
  target: { user: UserId } | { role: string },
  by: UserId,
  words: string,
) {
  await assertAdmin(bot, by, "revoke all");
  const index = "user" in target ? openFor(target.user) : GRANTED;
  const all = await bot.store.page(index, { count: MOST_AT_ONCE });
  const concerned = all.filter((one) => isOpen(one) && ("user" in target || one.role === target.role));
  if (concerned.length === 0) throw new Refused("not-active");
  await revokeEach(bot, concerned, by, words);
  return concerned.length;
}

/** Ends each of these and its chain, as `endEach` does. */
export const revokeEach = (bot: Bot, requests: readonly ReadRequest[], by: UserId, words: string) =>
  endEach(requests, (one) => endChain(bot, one, revoked(bot, by, words)));

/** `deed`: the thing that only admins can do. Throws Refused, SlackAway. */
export async function assertAdmin(
  bot: Bot,
  by: UserId,
  deed: "revoke all" | "revoke unreadable" | "lockdown" | "unlock",
): Promise<void> {
  const within = deed === "unlock" ? undefined : HOWEVER_OLD;
  const { person, groups } = await lookUpPower(bot, by, bot.config.admins.filter(isGroup), within);
  if (person.standing !== "member" || !isAdmin(bot.config, by, groups))
    throw new Refused("not-an-admin", { deed });
}

/** Taking access away uses what is known in memory; only giving it needs a fresh look-up. */
const HOWEVER_OLD = Number.POSITIVE_INFINITY;

/** Guests and strangers have no power, whatever group they are in. `within`: how old it may be, ms. Throws SlackAway. */
export async function lookUpPower(bot: Bot, user: UserId, groups: readonly GroupId[], within?: number) {
  const [person, known] = await Promise.all([
    bot.slack.person(user, within),
    bot.slack.groups(groups, within),
  ]);
  return { person, groups: known };
}

/**
 * The holder says that the token leaked: the whole chain ends, and the rest of its time is asked for anew. The new
 * request's id is a hash of the first one's, so that two clicks are one. Resolves to the new request, or null when there
 * is no time left worth asking for, or this person may not ask.
 */
export async function reportLeak(bot: Bot, id: RequestId, by: UserId): Promise<Request | null> {
  const request = await readEndable(bot, id);
  if (request.requester !== by) throw new Refused("not-yours", { id });
  const now = bot.clock.now();
  const end = Math.max(...(await readChain(bot, request)).map(({ endsAt }) => endsAt ?? 0));
  await endChain(bot, request, { cause: "leaked", by, words: "", at: now });
  const left = Math.min(end - now, findRole(bot.config, request.role).duration.max);
  if (left < LEAST_LEFT) return null;
  const asked: AskedTerms = {
    source: leakSource(request),
    askedBy: by,
    requester: by,
    role: request.role,
    reason: request.reason,
    // Somebody decides now: that it was taken in an emergency once is no reason.
    emergency: false,
    duration: Math.floor(left / MINUTE) * MINUTE,
    startsAt: null,
    replaces: { id, at: now },
  };
  return askForAccess(bot, asked).catch((error: unknown) => {
    if (error instanceof Refused) return null;
    throw error;
  });
}

const leakSource = ({ id, follows }: Request): string => `leaked ${follows ?? id}`;

/** The request that was made for the rest of the time after a leak; null: there is none. Throws StoreAway. */
export const readReplacement = async (bot: Bot, request: Request): Promise<Request | null> =>
  orNull(await bot.store.read(requestIdFrom(leakSource(request))));

const MOST_AT_ONCE = 10_000;
const LEAST_LEFT = 5 * MINUTE;

const revoked = (bot: Bot, by: UserId, words: string): EndNote => ({
  cause: "revoked",
  by,
  words,
  at: bot.clock.now(),
});

async function readEndable(bot: Bot, id: RequestId): Promise<ReadRequest> {
  const request = await readRequest(bot, id);
  if (!mayHoldAccess(request) && request.state !== "scheduled") throw new Refused("not-active", { id });
  return request;
}
