/**
 * ask: everything that begins a request: for oneself or somebody else, now or later, in an emergency, or more time.
 * Limits that are known at once are checked here; the step of `asked` checks what needs Slack or the company.
 */
import type { Bot } from "../bot.ts";
import { isAway } from "../hub/errors.ts";
import { storeNew } from "../life/commit.ts";
import { readLockdowns } from "../life/lockdown/read.ts";
import { checkCounts, checkTerms } from "../policy/limits.ts";
import { lockdownFor } from "../policy/lockdown.ts";
import { findRole, type Role } from "../policy/roles.ts";
import { assertForOneself } from "../policy/rules.ts";
import { HOUR } from "../request/durations.ts";
import { type RequestId, requestIdFrom, type UserId } from "../request/ids.ts";
import { mayHoldAccess, type Request, untouched } from "../request/record.ts";
import { Refused } from "../request/refused.ts";
import { askedBy, openAskedBy, openFor } from "../store/indexes.ts";
import { UNREADABLE, type Unreadable } from "../store/reading.ts";

export interface AskedTerms {
  /** Slack's trigger_id, or a view's id: what is delivered twice is one request. */
  source: string;
  askedBy: UserId;
  requester: UserId;
  role: string;
  /** Milliseconds; null: the role's default. */
  duration: number | null;
  reason: string;
  startsAt: number | null;
  emergency: boolean;
  /** More time: the first request of the chain, when what it prolongs ends, and how long the chain lasts so far. */
  follows?: { first: RequestId; prolongsFrom: number; usedBefore: number };
  /** After a leak: the request whose token leaked, and when that was reported. */
  replaces?: Request["replaces"];
}

/** Slack waits three seconds for an answer, and what was acknowledged must be stored. */
const STORED_WITHIN_MS = 2000;

/**
 * Makes the account on the hub and stores the request. Returns it as it is stored, also when the same was delivered
 * before. Throws Refused where limits do not allow it, or the hub makes no account; StoreAway.
 */
export async function askForAccess(bot: Bot, asked: AskedTerms): Promise<Request> {
  const deadline = AbortSignal.timeout(STORED_WITHIN_MS);
  const role = findRole(bot.config, asked.role);
  const terms = termsFor(asked, role);
  assertForOneself(role, asked);
  checkTerms(bot.config, terms, bot.clock.now());
  await assertNotLocked(bot, asked.requester);
  await assertWithinLimits(bot, asked);
  const id = requestIdFrom(asked.source);
  const known = await bot.store.read(id);
  if (known !== null) return asReadable(known, id);
  const account = await makeAccount(bot, id, terms);
  if (deadline.aborted) throw new Refused("hub-away");
  const request = newRequest(bot, id, { ...terms, clusterRole: role.clusterRole, account: account.uid });
  const isStored = await storeNew(bot, request);
  return isStored ? request : asReadable((await bot.store.read(id)) ?? request, id);
}

function asReadable(request: Request | Unreadable, id: RequestId): Request {
  if (request === UNREADABLE) throw new Refused("unreadable-request", { id });
  return request;
}

type Terms = ReturnType<typeof termsFor>;

const termsFor = ({ follows, duration, source: _, replaces = null, ...asked }: AskedTerms, role: Role) => ({
  ...asked,
  replaces,
  usedBefore: follows?.usedBefore ?? 0,
  duration: duration ?? role.duration.default,
  follows: follows?.first ?? null,
  prolongsFrom: follows?.prolongsFrom ?? null,
  lapsesIn: role.approval === "none" ? HOUR : role.approval.within,
});

async function assertNotLocked(bot: Bot, user: UserId): Promise<void> {
  const lockdowns = await readLockdowns(bot);
  const lockdown = lockdownFor(lockdowns, user);
  if (lockdown)
    throw new Refused("locked-down", { ...(lockdowns.has(user) ? { user } : {}), by: lockdown.by });
}

/** Limits are counted, not locked: two asks at the same moment may both pass. */
async function assertWithinLimits(bot: Bot, { askedBy: asker, requester }: AskedTerms): Promise<void> {
  const [open, asksLastHour, held] = await Promise.all([
    bot.store.count(openAskedBy(asker)),
    bot.store.count(askedBy(asker), bot.clock.now() - HOUR),
    bot.store.page(openFor(requester), { count: 100 }),
  ]);
  checkCounts(bot.config, { open, asksLastHour, grants: held.filter(mayHoldAccess).length });
}

/** The account is the request's birth certificate: without it nothing is stored. */
async function makeAccount(bot: Bot, id: RequestId, terms: Terms) {
  const { requester, duration, startsAt, prolongsFrom, lapsesIn } = terms;
  const until = Math.max(bot.clock.now() + lapsesIn, startsAt ?? 0, prolongsFrom ?? 0) + duration;
  try {
    return await bot.hub.createAccount(id, { until, requester });
  } catch (error) {
    if (!isAway(error))
      bot.log.error({ id, err: error }, "the hub refuses to make an account; run npm run doctor");
    bot.outages.note(error);
    throw new Refused("hub-away");
  }
}

function newRequest(
  bot: Bot,
  id: RequestId,
  { lapsesIn, ...terms }: Terms & { clusterRole: string; account: string },
): Request {
  const now = bot.clock.now();
  return {
    ...terms,
    ...untouched(),
    id,
    version: bot.word(),
    askedAt: now,
    lapsesAt: lapseTime(terms, now, lapsesIn),
  };
}

/** Later access has the time to decide from its start on, and lapses at its end; so does more time. */
function lapseTime(
  { startsAt, prolongsFrom, duration }: Pick<Request, "startsAt" | "prolongsFrom" | "duration">,
  now: number,
  lapsesIn: number,
): number {
  const start = startsAt ?? prolongsFrom;
  const lapse = Math.max(now, startsAt ?? 0) + lapsesIn;
  return start === null ? lapse : Math.min(lapse, start + duration);
}
