/** The policy judges a request that is put together on the command line or in a table of cases. */
import { z } from "zod";
import type { Config } from "../../config.ts";
import { allGroups } from "../../policy/approvers.ts";
import { checkCounts, checkTerms } from "../../policy/limits.ts";
import type { Policy } from "../../policy/policy.ts";
import { findRole } from "../../policy/roles.ts";
import { decideByRules } from "../../policy/rules.ts";
import { Duration } from "../../request/durations.ts";
import { GroupId, RequestId, UserId } from "../../request/ids.ts";
import type { Groups, Person } from "../../request/people.ts";
import { REFUSALS, type RefusalNote, Refused } from "../../request/refused.ts";
import { refusalReason } from "../../slack/messages/refusal.ts";
import { plainWords } from "../../slack/text/format.ts";

export const PolicyCase = z.strictObject({
  who: UserId,
  /** Every user group that they are in. */
  in: z.array(GroupId).default([]),
  role: z.string(),
  /** The role's default when left out. */
  for: Duration.optional(),
  /** For how long they have it already: this is more time. */
  had: Duration.optional(),
  /** So many they have, and so many they asked for in this hour. */
  grants: z.coerce.number().int().min(0).default(0),
  requests: z.coerce.number().int().min(0).default(0),
  /** When left out, the form that the role demands of one is not tried. */
  reason: z.string().optional(),
  emergency: z.boolean().default(false),
  /** When they ask: now when left out. */
  at: z.iso
    .datetime({ offset: true, error: "must be a moment such as 2026-12-07T09:30:00+01:00" })
    .transform((text) => Date.parse(text))
    .optional(),
});
export type PolicyCase = z.infer<typeof PolicyCase>;

export interface CaseOutcome {
  outcome: "approve" | "ask" | "deny";
  /** The line of the file that decides: a rule's name, or requester, limits, duration or approval. */
  line: string;
  /** Why it is denied, or what the rule demands that approves it; else empty. */
  why: string;
}

/** A person and the groups, as Slack says them. */
export interface PersonFacts {
  person: Person;
  groups: Groups;
}

/** `facts`: null for a member who is in the groups that the case names. */
export function judgeCase(
  config: Config,
  asked: PolicyCase,
  now: number,
  facts: PersonFacts | null,
): CaseOutcome {
  try {
    const ruling = decideCase(config, asked, facts ?? factsOffline(config, asked), asked.at ?? now);
    if (ruling.kind === "ask") return { outcome: "ask", line: "approval", why: "" };
    const { rule, why } = ruling;
    return { outcome: "approve", line: rule === "none" ? "approval" : rule, why };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { code, data } = error.note;
    const line = code === "rule-denies" ? String(data.rule) : (REFUSALS[code].line ?? code);
    return { outcome: "deny", line, why: refusalWords(config, error.note) };
  }
}

/** The case gives no reason: the form that the role demands is not what is tried. */
const ANY_REASON = { required: false, pattern: null, hint: null };

/** In the order of a real request: its terms, the limits, then the rules. Throws Refused. */
function decideCase(policy: Policy, asked: PolicyCase, { person, groups }: PersonFacts, now: number) {
  const { role, grants, requests, emergency, had: usedBefore = 0 } = asked;
  const found = findRole(policy, role);
  const longest = emergency && found.breakGlass ? found.breakGlass.max : found.duration.max;
  const follows = asked.had === undefined ? null : FIRST_OF_CHAIN;
  const request = {
    role,
    duration: asked.for ?? Math.min(found.duration.default, longest),
    // An emergency must have one, in any form.
    reason: asked.reason ?? (emergency ? "emergency" : ""),
    startsAt: null,
    emergency,
    follows,
    prolongsFrom: null,
  };
  const tried = asked.reason === undefined ? { ...found, reason: ANY_REASON } : found;
  checkTerms({ roles: { [role]: tried } }, { ...request, usedBefore }, now);
  // More time is no grant beside the one that it is for.
  const held = Math.max(0, grants - (follows ? 1 : 0));
  checkCounts(policy, { open: held, asksLastHour: requests, grants: held });
  return decideByRules(policy, { request, requester: person, asker: person, groups, usedBefore, now });
}

/** More time names the request that it follows. */
const FIRST_OF_CHAIN = RequestId.parse("R-0000000000");

/** A group that the case does not name has no members. */
function factsOffline(policy: Policy, { who, in: groups }: PolicyCase): PersonFacts {
  const person = {
    id: who,
    name: who,
    title: "",
    zone: "UTC",
    locale: "en",
    standing: "member",
    lookedUpAt: 0,
  } as const;
  const members = new Map(allGroups(policy).map((group) => [group, new Set<UserId>()]));
  for (const group of groups) members.set(group, new Set([who]));
  return { person, groups: { members, lookedUpAt: 0 } };
}

/** As people read it, with ids in the place of mentions. */
const refusalWords = (config: Config, note: RefusalNote): string =>
  plainWords(refusalReason({ config, locale: "en" }, note)).replace(/<(?:@|!subteam\^)(\w+)>/g, "$1");
