/** Frozen terms and today's catalog must both hold: what was asked under other rules is not granted by them. Pure. */

import { timesOf } from "./break-glass.ts";
import { type Catalog, type Role, roleNamed } from "./catalog.ts";
import { totalOf, wholeOf } from "./extension.ts";
import type { Principal } from "./ids.ts";
import { ruleLabel } from "./policy-rule.ts";
import type { Refusal } from "./refusal.ts";
import type { AccessRequest, Decision } from "./request.ts";
import { refusalIn } from "./rules/policy-denies.ts";
import type { Verdict } from "./rules/rule.ts";

type Changed = Extract<Refusal, { kind: "terms-changed" }>;

/** What a request asks for, under today's rules: the first that it no longer meets, or the role of today. */
export function roleToday(r: AccessRequest, roles: Catalog): Role | Changed {
  const role = roleNamed(roles, r.role);
  const changed = (what: Changed["what"], max?: number): Changed => ({
    kind: "terms-changed",
    role: r.role,
    what,
    ...(max === undefined ? {} : { max }),
  });
  if (!role) return changed("role-gone");
  if (role.clusterRole !== r.clusterRole) return changed("other-rights");
  if (r.emergency && !role.breakGlass) return changed("approval");
  const { max } = timesOf(role, r.emergency !== undefined);
  if (r.duration > max) return changed("too-long", max);
  if (r.extends && wholeOf(r) > totalOf(role)) return changed("too-long", totalOf(role));
  // Asked for when nobody had to approve: nobody was asked, so nobody can.
  if (r.approvers.length === 0 && role.approval !== "none") return changed("approval");
  return role;
}

export const isChanged = (found: Role | Changed): found is Changed => "kind" in found;

/** Whether those were asked too who are when nobody decides. */
const isFallbackAsked = ({ fallback }: AccessRequest): boolean => fallback?.askedAt !== undefined;

/** Who may approve, as it was asked; whoever decides must be among today's as well. */
export const approversAsked = (r: AccessRequest): readonly Principal[] =>
  isFallbackAsked(r) ? everAsked(r) : r.approvers;

/** Those who would be asked when nobody decided among them. */
export const everAsked = ({ approvers, fallback }: AccessRequest): readonly Principal[] =>
  union(approvers, fallback?.by);

/** The same under today's rules; null where they ask for nobody. */
export function approversToday(r: AccessRequest, role: Role): readonly Principal[] | null {
  return isFallbackAsked(r) ? everToday(role) : approversOf(role);
}

/** Of no request yet: whoever approves this role. */
export const approversOf = ({ approval }: Role): readonly Principal[] | null =>
  approval === "none" ? null : approval.by;

export const everToday = ({ approval }: Role): readonly Principal[] | null =>
  approval === "none" ? null : union(approval.by, approval.fallback?.by);

const union = (some: readonly Principal[], more: readonly Principal[] = []): Principal[] => [
  ...new Set([...some, ...more]),
];

/** How many must approve: as it was asked, and under today's rules. */
export const neededOf = ({ count = 1 }: AccessRequest, { approval }: Role): number =>
  Math.max(count, approval === "none" ? 1 : approval.count);

/** The one mention of `requester` or `approval` for look-ups that fail the same way. */
export const noLonger = (
  r: AccessRequest,
  what: "requester" | "approval" | "restored" | "departed" | "ended" | "check",
): Changed => ({
  kind: "terms-changed",
  role: r.role,
  what,
});

/** Whoever decides on it has looked up all that it depends on. */
function assertKnown({ outcome, by }: Verdict): void {
  if (outcome === "unknown") throw new Error(`${by.line}: ${by.because}`);
}

/**
 * How a rule of the catalog lets a request pass, where one does: what was asked for under that very policy. Under
 * another those decide who were asked, and so they do on what somebody else asked for.
 */
export function passedByRule(
  r: AccessRequest,
  verdict: Verdict,
  { digest, now }: { digest: string; now: number },
): { decision: Decision } | null {
  assertKnown(verdict);
  const { outcome, by } = verdict;
  if (outcome !== "approve" || by.rule === undefined || r.policy !== digest) return null;
  if (r.emergency || r.askedBy) return null;
  return { decision: { by: "policy", qualified: ruleLabel(by.rule), at: now } };
}

/** What a verdict of today takes back of a request that was let through before; null where it takes nothing. */
export function deniedToday(r: AccessRequest, verdict: Verdict): Changed | null {
  assertKnown(verdict);
  const refusal = refusalIn(verdict);
  if (refusal?.kind === "rule-denies") {
    const { rule, say } = refusal;
    return { kind: "terms-changed", role: r.role, what: "rule", rule, ...(say ? { say } : {}) };
  }
  return refusal && noLonger(r, "requester");
}
