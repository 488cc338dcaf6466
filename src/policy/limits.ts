/** Checks a request's duration, reason and start against its role, and a person's counts against the limits. */
import { z } from "zod";
import { DAY, SHORTEST } from "../request/durations.ts";
import { Refused } from "../request/refused.ts";
import { findRole, type Role, type RoleTable } from "./roles.ts";

export const Limits = z.strictObject({
  openPerPerson: z
    .int()
    .min(1)
    .max(1000)
    .default(20)
    .describe("Requests open at one time, for oneself and others."),
  requestsPerHour: z.int().min(1).max(1000).default(60).describe("Requests in an hour."),
  grantsPerPerson: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe("Grants held at one time; any number when left out."),
});
export type Limits = z.infer<typeof Limits>;

const LONGEST_REASON = 500;
const LATEST_START = 30 * DAY;

export interface RequestTerms {
  role: string;
  duration: number;
  reason: string;
  startsAt: number | null;
  emergency: boolean;
  follows: string | null;
  /** For more time: what its chain was granted before. */
  usedBefore?: number;
  askedAt?: number;
}

/**
 * Throws unknown-role, no-emergency, too-short, too-long, total-too-long, reason-…, must-start-now, bad-start or
 * start-too-far.
 */
export function checkTerms(policy: RoleTable, terms: RequestTerms, now: number): void {
  const role = findRole(policy, terms.role);
  checkDuration(role, terms);
  checkTotal(role, terms);
  checkReason(role, terms);
  checkStart(terms, terms.askedAt ?? now);
}

function checkDuration(
  { duration, breakGlass }: Role,
  { role, duration: requested, emergency }: RequestTerms,
): void {
  if (emergency && !breakGlass) throw new Refused("no-emergency", { role });
  const max = emergency && breakGlass ? breakGlass.max : duration.max;
  if (requested < SHORTEST) throw new Refused("too-short", { min: SHORTEST });
  if (requested > max) throw new Refused("too-long", { role, max });
}

/** Nobody looks for a ticket in an emergency, so the pattern doesn't apply. */
function checkReason({ reason: rule }: Role, { role, reason, emergency }: RequestTerms): void {
  if (reason.length > LONGEST_REASON) throw new Refused("reason-too-long", { limit: LONGEST_REASON });
  if (reason.trim() === "") {
    if (rule.required || emergency) throw new Refused("reason-missing", { role });
    return;
  }
  const isRightForm = emergency || rule.pattern === null || rule.pattern.matcher(reason).find();
  if (!isRightForm) throw new Refused("reason-pattern", { role });
}

function checkStart({ startsAt, emergency, follows }: RequestTerms, askedAt: number): void {
  if (startsAt === null) return;
  if (emergency || follows !== null) throw new Refused("must-start-now");
  if (startsAt <= askedAt) throw new Refused("bad-start", { at: startsAt });
  if (startsAt - askedAt > LATEST_START) throw new Refused("start-too-far", { max: LATEST_START });
}

export function checkTotal(
  { duration }: Role,
  { role, duration: added, usedBefore = 0 }: RequestTerms,
): void {
  const max = duration.total ?? duration.max;
  if (usedBefore + added > max)
    throw new Refused("total-too-long", { role, max, left: Math.max(0, max - usedBefore) });
}

export interface GrantCounts {
  open: number;
  asksLastHour: number;
  grants: number;
}

/** Throws too-many-open, too-many-asks or too-many-grants. */
export function checkCounts(
  { limits }: { limits: Limits },
  { open, asksLastHour, grants }: GrantCounts,
): void {
  const { openPerPerson, requestsPerHour, grantsPerPerson } = limits;
  if (open >= openPerPerson) throw new Refused("too-many-open", { limit: openPerPerson });
  if (asksLastHour >= requestsPerHour) throw new Refused("too-many-asks", { limit: requestsPerHour });
  if (grantsPerPerson !== undefined && grants >= grantsPerPerson)
    throw new Refused("too-many-grants", { limit: grantsPerPerson });
}
