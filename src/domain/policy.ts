/** The ordered rules for asking, validating and reviewing: the first that says no is told. Pure. */

import type { Catalog } from "./catalog.ts";
import { parseCommand } from "./command.ts";
import { parseDuration } from "./duration.ts";
import { type Refusal, Refused } from "./refusal.ts";
import type { AccessRequest } from "./request.ts";
import { approversOnly } from "./rules/approvers-only.ts";
import { knownRole } from "./rules/known-role.ts";
import { maxDuration } from "./rules/max-duration.ts";
import { mayAsk } from "./rules/may-ask.ts";
import { membersOnly } from "./rules/members-only.ts";
import { minDuration } from "./rules/min-duration.ts";
import { noSelfApproval } from "./rules/no-self-approval.ts";
import { readableDuration } from "./rules/readable-duration.ts";
import { reasonGiven } from "./rules/reason-given.ts";
import { reasonLength } from "./rules/reason-length.ts";
import type { AskRule, RequesterFacts, RequesterRule, ReviewFacts, ReviewRule } from "./rules/rule.ts";
import { someoneCanApprove } from "./rules/someone-can-approve.ts";

const ASKING: readonly AskRule[] = [
  knownRole,
  readableDuration,
  minDuration,
  maxDuration,
  reasonGiven,
  reasonLength,
];
const VALIDATING: readonly RequesterRule[] = [membersOnly, mayAsk, someoneCanApprove];
const REVIEWING: readonly ReviewRule[] = [membersOnly, noSelfApproval, approversOnly];

const first = <R extends (...args: never[]) => Refusal | null>(
  rules: readonly R[],
  ...args: Parameters<R>
) => {
  for (const rule of rules) {
    const refusal = rule(...args);
    if (refusal) return refusal;
  }
  return null;
};

/** What a command's text asks for. Throws Refused with the corrected line. `duration` is milliseconds. */
export function parseRequest(
  text: string,
  roles: Catalog,
): { role: string; duration: number; reason: string } {
  const command = parseCommand(text);
  const refusal = first(ASKING, command, roles);
  if (refusal) throw new Refused(refusal);
  const standard = roles[command.role]?.duration.default ?? 0;
  const duration = command.duration === null ? standard : (parseDuration(command.duration) ?? standard);
  return { role: command.role, duration, reason: command.reason };
}

export const validating = (facts: RequesterFacts, request: AccessRequest): Refusal | null =>
  first(VALIDATING, facts, request);

export const reviewing = (facts: ReviewFacts, request: AccessRequest): Refusal | null =>
  first(REVIEWING, facts, request);
