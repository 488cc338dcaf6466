/** The ordered rules for asking, validating and reviewing: the first that says no is told. Pure. */

import { timesOf } from "./break-glass.ts";
import type { Catalog } from "./catalog.ts";
import { lineOf, type ParsedCommand, parseCommand } from "./command.ts";
import type { Moment } from "./moment.ts";
import { type AskingRefusal, type Refusal, Refused } from "./refusal.ts";
import type { AccessRequest } from "./request.ts";
import { approversOnly } from "./rules/approvers-only.ts";
import { askerIsMember } from "./rules/asker-is-member.ts";
import { emergencyOffered } from "./rules/emergency-offered.ts";
import { emergencyStartsNow } from "./rules/emergency-starts-now.ts";
import { knownRole } from "./rules/known-role.ts";
import { maxDuration } from "./rules/max-duration.ts";
import { mayBreakGlass } from "./rules/may-break-glass.ts";
import { membersOnly } from "./rules/members-only.ts";
import { minDuration } from "./rules/min-duration.ts";
import { noSelfApproval } from "./rules/no-self-approval.ts";
import { policyDenies } from "./rules/policy-denies.ts";
import { readableDuration } from "./rules/readable-duration.ts";
import { readableStart } from "./rules/readable-start.ts";
import { reasonForm } from "./rules/reason-form.ts";
import { reasonGiven } from "./rules/reason-given.ts";
import { reasonLength } from "./rules/reason-length.ts";
import type { AskRule, RequesterFacts, RequesterRule, ReviewFacts, ReviewRule } from "./rules/rule.ts";
import { someoneCanApprove } from "./rules/someone-can-approve.ts";
import { timeFirst } from "./rules/time-first.ts";

const ROLE_AND_TIME: readonly AskRule[] = [
  knownRole,
  emergencyOffered,
  emergencyStartsNow,
  readableDuration,
  minDuration,
  maxDuration,
];
const ASKING: readonly AskRule[] = [
  ...ROLE_AND_TIME,
  readableStart,
  timeFirst,
  reasonGiven,
  reasonLength,
  reasonForm,
];
const VALIDATING: readonly RequesterRule[] = [askerIsMember, policyDenies, mayBreakGlass, someoneCanApprove];
const REVIEWING: readonly ReviewRule[] = [membersOnly, noSelfApproval, approversOnly];

const first = <A extends unknown[], F extends Refusal>(
  rules: readonly ((...args: A) => F | null)[],
  ...args: A
): F | null => {
  for (const rule of rules) {
    const refusal = rule(...args);
    if (refusal) return refusal;
  }
  return null;
};

/** What is asked for, in full; `duration` is milliseconds. */
export interface AskedTerms {
  role: string;
  duration: number;
  start?: Moment;
  reason: string;
  emergency?: true;
}

/** What a command asks for. Throws Refused with the corrected line. */
export const termsOf = (command: ParsedCommand, roles: Catalog): AskedTerms =>
  termsBy(ASKING, command, roles);

/** The same where the reason is not the request's. Throws Refused with the corrected line. */
export const roleAndTimeOf = (command: ParsedCommand, roles: Catalog): AskedTerms =>
  termsBy(ROLE_AND_TIME, command, roles);

function termsBy(rules: readonly AskRule[], command: ParsedCommand, roles: Catalog): AskedTerms {
  const refusal: AskingRefusal | null = first(rules, command, roles);
  if (refusal) throw new Refused({ ...offering(refusal, rules, roles), typed: lineOf(command) });
  const { role: name, time, start, reason, emergency } = command;
  const role = roles[name];
  const standard = role ? timesOf(role, emergency).default : 0;
  const duration = time && "ms" in time ? time.ms : standard;
  const later = start && !("unclear" in start) ? { start } : {};
  return { role: name, duration, ...later, reason, ...(emergency && { emergency }) };
}

/** What would be refused in its turn is no offer, save where only the reason is left to be written, which is said. */
function offering(refusal: AskingRefusal, rules: readonly AskRule[], roles: Catalog): AskingRefusal {
  const { kind, line } = refusal;
  const works =
    line === undefined ||
    kind === "no-reason" ||
    kind === "reason-form" ||
    first(rules, parseCommand(line), roles) === null;
  return works ? refusal : { ...refusal, line: undefined };
}

export const validating = (facts: RequesterFacts, request: AccessRequest): Refusal | null =>
  first(VALIDATING, facts, request);

export const reviewing = (facts: ReviewFacts, request: AccessRequest): Refusal | null =>
  first(REVIEWING, facts, request);
