/**
 * Parses the configuration's `rules`. They and the role decide whether a request is approved, refused, or goes to
 * approvers.
 */
import { z } from "zod";
import { DAY, Duration, formatDuration } from "../request/durations.ts";
import { type Groups, isSurelyAmong, type Person } from "../request/people.ts";
import type { Request } from "../request/record.ts";
import { Refused } from "../request/refused.ts";
import { accessStart } from "../request/transitions.ts";
import { describeWeek, hasWholeWeek, isInWeek, weekFields } from "./hours.ts";
import { findRole, needsApprover, type Role, type RoleTable } from "./roles.ts";
import { Bilingual, Principals } from "./shapes.ts";

const RULE_NAME = /^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._/-]*$/u;

export const Rule = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(40)
      .regex(RULE_NAME, "must be letters, digits, spaces, dots, dashes and slashes")
      .describe("People read it, and it is recorded."),
    when: z
      .strictObject({
        requester: z.strictObject({ in: Principals }).optional().describe("Who would have the access."),
        role: z.array(z.string()).min(1).optional().describe("For which roles; for all when left out."),
        max: Duration.optional().describe("For no longer than this, with all time had before."),
        extension: z.boolean().optional().describe("true: only more time; false: only new access."),
        ...weekFields,
      })
      .refine(hasWholeWeek, "says days or hours without zone, or zone without them; give both")
      .default({})
      .describe("All of it must hold; when left out the rule is for every request."),
    until: z.iso
      .date("must be a day such as 2026-12-31")
      .transform((day) => Date.parse(day) + DAY)
      .optional()
      .describe("Its last day, in UTC; none when left out."),
    then: z.enum(["deny", "approve"]),
    say: Bilingual.optional().describe("What who is denied reads."),
  })
  .refine(({ then, say }) => then === "deny" || !say, {
    path: ["say"],
    message: "is only for a rule that denies; remove it",
  });
export type Rule = z.infer<typeof Rule>;

type RuleBook = RoleTable & { rules: Rule[] };

export function checkRules({ roles, rules }: RuleBook, ctx: z.RefinementCtx): void {
  const complain = (index: number, field: string, message: string) =>
    ctx.addIssue({ code: "custom", path: ["rules", index, field], message });
  for (const [index, rule] of rules.entries()) {
    if (rules.findIndex(({ name }) => name === rule.name) < index)
      complain(index, "name", `is another rule's too: "${rule.name}"; choose another name`);
    const unknown = (rule.when.role ?? []).filter((name) => !Object.hasOwn(roles, name));
    if (unknown.length > 0)
      complain(
        index,
        "when",
        `names no role by ${unknown.join(", ")}; the roles are ${Object.keys(roles).join(", ")}`,
      );
    const unsafe = rule.then === "approve" ? unsafeRoles(rule, roles) : [];
    if (unsafe.length > 0)
      complain(
        index,
        "then",
        `approves ${unsafe.join(", ")}, which gives more than to get named paths; say autoApproveWrites: true there, or name other roles`,
      );
  }
}

const unsafeRoles = ({ when }: Rule, roles: RoleTable["roles"]): string[] =>
  Object.entries(roles).flatMap(([name, role]) =>
    (when.role?.includes(name) ?? true) && needsApprover(role) ? [name] : [],
  );

export interface Case {
  request: Pick<Request, "role" | "duration" | "emergency" | "startsAt" | "follows" | "prolongsFrom">;
  requester: Person;
  asker: Person;
  groups: Groups;
  /** For more time: what its chain was granted before. */
  usedBefore: number;
  now: number;
}

/** `rule` is also `none` (the role needs no approval) or `emergency`. */
export type Ruling = { kind: "approved"; rule: string; why: string } | { kind: "ask" };

/** Throws unknown-role, not-for-others, not-a-member, may-not-ask, rule-denies, no-emergency or group-unknown. */
export function decideByRules(policy: RuleBook, facts: Case): Ruling {
  const { request, requester, asker, groups } = facts;
  const role = findRole(policy, request.role);
  assertForOneself(role, { ...request, askedBy: asker.id, requester: requester.id });
  for (const { id, standing } of [asker, requester])
    if (standing !== "member") throw new Refused("not-a-member", { standing, user: id });
  if (role.requester && !isSurelyAmong(role.requester.in, requester.id, groups))
    throw new Refused("may-not-ask", { role: request.role });
  const rule = policy.rules.find((one) => matches(one, facts));
  if (rule?.then === "deny") throw denial(rule);
  if (request.emergency) return decideEmergency(role, facts);
  if (rule) return { kind: "approved", rule: rule.name, why: describeConditions(rule) };
  return role.approval === "none" ? { kind: "approved", rule: "none", why: "" } : { kind: "ask" };
}

/** Throws not-for-others where nobody approves: one person would decide for another. */
export function assertForOneself(
  { approval }: Role,
  { role, emergency, askedBy, requester }: Pick<Request, "role" | "emergency" | "askedBy" | "requester">,
): void {
  if (askedBy !== requester && (emergency || approval === "none"))
    throw new Refused("not-for-others", { role, user: requester });
}

function decideEmergency({ breakGlass }: Role, { request, requester, groups }: Case): Ruling {
  if (breakGlass && isSurelyAmong(breakGlass.by, requester.id, groups))
    return { kind: "approved", rule: "emergency", why: "" };
  throw new Refused("no-emergency", { role: request.role });
}

function denial(rule: Rule): Refused {
  const why = describeConditions(rule);
  return new Refused("rule-denies", { rule: rule.name, ...(why ? { why } : {}), ...rule.say });
}

/** In the words of the file, which need no translation. */
export function describeConditions({ when, until }: Rule): string {
  const conditions = [
    when.max === undefined ? "" : `max ${formatDuration(when.max)}`,
    when.extension === undefined ? "" : `extension ${when.extension}`,
    describeWeek(when),
    until === undefined ? "" : `until ${new Date(until - DAY).toISOString().slice(0, 10)}`,
  ];
  return conditions.filter(Boolean).join(", ");
}

/** A rule approves only people's own requests: for others, one person would decide alone. */
function matches(rule: Rule, facts: Case): boolean {
  const { when, until, then } = rule;
  const { request, requester, asker, groups, usedBefore, now } = facts;
  if (then === "approve" && asker.id !== requester.id) return false;
  const start = accessStart(request, now);
  if (until !== undefined && start >= until) return false;
  if (!isInWeek(when, start)) return false;
  if (!coversTerms(rule, request, usedBefore)) return false;
  return !when.requester || isSurelyAmong(when.requester.in, requester.id, groups);
}

export function coversTerms({ when }: Rule, request: Case["request"], usedBefore: number): boolean {
  if (when.role && !when.role.includes(request.role)) return false;
  if (when.extension !== undefined && when.extension !== (request.follows !== null)) return false;
  // A rule for short access doesn't allow long access in pieces.
  return when.max === undefined || usedBefore + request.duration <= when.max;
}
