/** Ends access before its time: by its holder, by an approver or admin, or because its token leaked. */

import type { Bot } from "../bot.ts";
import { type EndNote, endChain, readChain } from "../life/chain.ts";
import { groupsOf, isAdmin, mayRevoke } from "../policy/approvers.ts";
import { findRole } from "../policy/roles.ts";
import { MINUTE } from "../request/durations.ts";
import { isGroup, type RequestId, type UserId } from "../request/ids.ts";
import { isOpen, mayHoldAccess, type Request } from "../request/record.ts";
import { Refused } from "../request/refused.ts";
import { GRANTED, openFor } from "../store/indexes.ts";
import type { ReadRequest } from "../store/store.ts";
import { askForAccess } from "./ask.ts";
import { readRequest } from "./read.ts";

/** The holder's own: End now. Throws Refused, StoreAway. */
export async function endAccess(bot: Bot, id: RequestId, by: UserId): Promise<Request> {
  const request = await readEndable(bot, id);
  if (request.requester !== by) throw new Refused("not-yours", { id });
  await endChain(bot, request, { cause: "holder", by, words: "", at: bot.clock.now() });
  return request;
}

/** By one of the role's approvers or an admin. Throws Refused, StoreAway, SlackAway. */
export async function revokeAccess(bot: Bot, id: RequestId, by: UserId, words: string): Promise<Request> {
  const request = await readEndable(bot, id);
  const groups = await bot.slack.groups(groupsOf(bot.config, request.role));
  if (!mayRevoke(bot.config, request, by, groups))
    throw new Refused("not-an-approver", { role: request.role });
  await endChain(bot, request, revoked(bot, by, words));
  return request;
}

/** Everything that a person has or waits for, or that is granted of a role. Only admins. Resolves to how many. */
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
  // One that fails is tried again by who asked for it: the others end all the same.
  const results = await Promise.allSettled(
    concerned.map((one) => endChain(bot, one, revoked(bot, by, words))),
  );
  const failed = results.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  return concerned.length;
}

/** `deed`: what only admins can do. */
export async function assertAdmin(
  bot: Bot,
  by: UserId,
  deed: "revoke all" | "lockdown" | "unlock",
): Promise<void> {
  const groups = await bot.slack.groups(bot.config.admins.filter(isGroup));
  if (!isAdmin(bot.config, by, groups)) throw new Refused("not-an-admin", { deed });
}

/**
 * The holder says that the token leaked: the whole chain ends, and the rest of its time is asked for anew. The new
 * request's id is a hash of the first one's, so that two clicks are one. Resolves to the new request, or null when there
 * is no time left worth asking for.
 */
export async function reportLeak(bot: Bot, id: RequestId, by: UserId): Promise<Request | null> {
  const request = await readEndable(bot, id);
  if (request.requester !== by) throw new Refused("not-yours", { id });
  const now = bot.clock.now();
  const end = Math.max(...(await readChain(bot, request)).map(({ endsAt }) => endsAt ?? 0));
  await endChain(bot, request, { cause: "leaked", by, words: "", at: now });
  const left = Math.min(end - now, findRole(bot.config, request.role).duration.max);
  if (left < LEAST_LEFT) return null;
  const { role, reason, emergency } = request;
  return askForAccess(bot, {
    ...{ source: `leaked ${request.follows ?? id}`, askedBy: by, requester: by, role, reason, emergency },
    ...{ duration: Math.floor(left / MINUTE) * MINUTE, startsAt: null },
  });
}

const MOST_AT_ONCE = 10_000;
const LEAST_LEFT = 5 * MINUTE;

const revoked = (bot: Bot, by: UserId, words: string): EndNote => ({
  ...{ cause: "revoked", by, words },
  at: bot.clock.now(),
});

async function readEndable(bot: Bot, id: RequestId): Promise<ReadRequest> {
  const request = await readRequest(bot, id);
  if (!mayHoldAccess(request) && request.state !== "scheduled") throw new Refused("not-active", { id });
  return request;
}
