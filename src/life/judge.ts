/**
 * Judges a request: looks up at Slack everybody whom it concerns, then asks the rules of the current file and the
 * company's check. The states asked and scheduled and each approval run it; it changes no record.
 */
import type { Bot } from "../bot.ts";
import { countApprovals, groupsFor, isApproved } from "../policy/approvers.ts";
import { checkTerms } from "../policy/limits.ts";
import { findRole } from "../policy/roles.ts";
import { decideByRules } from "../policy/rules.ts";
import { MINUTE } from "../request/durations.ts";
import type { UserId } from "../request/ids.ts";
import type { Groups, Person } from "../request/people.ts";
import type { Approval, Request } from "../request/record.ts";
import { Refused } from "../request/refused.ts";
import { approvedTime, totalGranted } from "../request/transitions.ts";
import { SlackAway } from "../slack/slack.ts";
import { chainIndex, MOST_OF_A_CHAIN } from "../store/indexes.ts";
import { askCheck } from "./company-checks.ts";
import { tellUnknownGroups } from "./sweep/admin-notices.ts";

/** Everybody who matters to a decision, as Slack knew them at most 15 s ago. */
export interface LookUps {
  people: Map<UserId, Person>;
  groups: Groups;
  /** When the oldest look-up was made, by the clock of Redis. */
  lookedUpAt: number;
}

/**
 * Looks up requester, asker, approvers, the people in `beside` and the role's groups. Throws SlackAway: without a look-up
 * nothing is decided.
 */
export async function lookUp(bot: Bot, request: Request, beside: UserId[] = []): Promise<LookUps> {
  const approvers = request.approvals.flatMap(({ by }) => by ?? []);
  const ids = [...new Set([request.requester, request.askedBy, ...approvers, ...beside])];
  const named = groupsFor(bot.config, request.role);
  const [groups, ...people] = await Promise.all([
    bot.slack.groups(named),
    ...ids.map((id) => bot.slack.person(id)),
  ]);
  // Nobody waits for the notice.
  void tellUnknownGroups(bot, named, groups).catch((error: unknown) => bot.outages.note(error));
  const lookedUpAt = Math.min(groups.lookedUpAt, ...people.map((person) => person.lookedUpAt));
  return { people: new Map(people.map((person) => [person.id, person])), groups, lookedUpAt };
}

const LOOK_UP_PATIENCE = 3 * MINUTE;

/**
 * As `lookUp`, for a click: when Slack asks to wait, since many people decide at once, it waits up to 3 min in all. Throws
 * SlackAway after that, or when Slack is away for another reason.
 */
export async function lookUpPatiently(bot: Bot, request: Request, by: UserId): Promise<LookUps> {
  for (const until = bot.clock.now() + LOOK_UP_PATIENCE; ; ) {
    try {
      return await lookUp(bot, request, [by]);
    } catch (error) {
      const wait = error instanceof SlackAway ? error.retryAfter : null;
      if (wait === null || bot.clock.now() + wait > until) throw error;
      await bot.clock.sleep(wait, bot.stopping);
    }
  }
}

/** The answer of `judge`: the caller commits it with `lookedUpAt`, so that a later lockdown or an old look-up refuses it. */
export interface Judgement {
  verdict: "approved" | "waiting";
  /** The approvals that count now: a rule's own, or those of people who may still approve. */
  approvals: Approval[];
  /** How long it may last, ms: the company's check can shorten it. Null: as long as was asked for. */
  granted: number | null;
  lookedUpAt: number;
}

/**
 * Returns whether the request is approved by now, by which approvals and for how long. Throws Refused when the rules or
 * the company's check do not allow it, StoreAway. The company is asked each time: its answer ages as the look-ups do.
 */
export async function judge(bot: Bot, request: Request, looks: LookUps): Promise<Judgement> {
  const { config, clock } = bot;
  const now = clock.now();
  const { clusterRole } = findRole(config, request.role);
  if (clusterRole !== request.clusterRole) throw new Refused("role-changed", { role: request.role });
  const usedBefore = await timeUsedBefore(bot, request);
  checkTerms(config, { ...request, usedBefore }, now);
  const requester = lookedUpPerson(looks, request.requester);
  const asker = lookedUpPerson(looks, request.askedBy);
  const ruled = decideByRules(config, { request, requester, asker, groups: looks.groups, usedBefore, now });
  const approvals =
    ruled.kind === "approved"
      ? [{ by: null, rule: ruled.rule, why: ruled.why, at: now, time: request.duration }]
      : await countApprovals(config, request, looks);
  const time = approvedTime(request, approvals);
  const verdict =
    ruled.kind === "approved" || isApproved(config, request, approvals) ? "approved" : "waiting";
  const allowed = await askCheck(bot, { request: { ...request, granted: time }, requester, asker });
  return { verdict, approvals, granted: allowed ?? time, lookedUpAt: looks.lookedUpAt };
}

/** Returns how long the other requests of the chain were granted in all, ms; 0: it prolongs none. Throws StoreAway. */
export async function timeUsedBefore(bot: Bot, request: Request): Promise<number> {
  if (request.follows === null) return 0;
  const chain = await bot.store.page(chainIndex(request.follows), { count: MOST_OF_A_CHAIN });
  // Redis may have lost some of them since.
  return Math.max(request.usedBefore, totalGranted(chain.filter(({ id }) => id !== request.id)));
}

function lookedUpPerson({ people }: LookUps, id: UserId): Person {
  const person = people.get(id);
  if (!person) throw new Error(`nobody looked ${id} up`);
  return person;
}
