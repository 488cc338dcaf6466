/** What the catalog says of a request: approve, ask or deny, and each line's part in it. No I/O, no clock. Pure. */
import { roleNamed } from "./catalog.ts";
import type { Principal } from "./ids.ts";
import type { Rulebook } from "./policy-rule.ts";
import { Refused } from "./refusal.ts";
import { approval } from "./rules/approval.ts";
import { catalogRules } from "./rules/catalog-rules.ts";
import { lasts } from "./rules/lasts.ts";
import { mayAsk } from "./rules/may-ask.ts";
import { memberAsks } from "./rules/members-only.ts";
import type { AskerFacts, JudgedTerms, Outcome, PolicyLine, Verdict } from "./rules/rule.ts";
import { withinLimits } from "./rules/within-limits.ts";

/** In the order in which they are told. A new one: a file, and a line here. */
const LINES: readonly PolicyLine[] = [memberAsks, lasts, mayAsk, catalogRules, withinLimits, approval];

/** A line that denies beats one that is not known, and that one that approves; who asks, asks where nobody says more. */
const PRECEDENCE: readonly Outcome[] = ["deny", "unknown", "approve", "ask"];

/** Throws Refused(unknown-role). */
export function judge(book: Rulebook, terms: JudgedTerms, facts: AskerFacts): Verdict {
  const role = roleNamed(book.roles, terms.role);
  if (!role) throw new Refused({ kind: "unknown-role", role: terms.role, roles: Object.keys(book.roles) });
  const parts = LINES.flatMap((line) => line({ book, role, terms, facts }));
  for (const outcome of PRECEDENCE) {
    const by = parts.find(({ says }) => says === outcome);
    if (by) return { outcome, by, parts };
  }
  throw new Error("No line of the policy says anything.");
}

/** Among whom it matters whether somebody is, for a role: each as it stands in the rulebook. */
export const whoMatters = ({ roles, rules }: Rulebook, role: string): (readonly Principal[])[] =>
  [
    roles[role]?.requester?.in,
    ...rules.map(({ when }) => (!when.role || when.role.includes(role) ? when.requester?.in : undefined)),
  ].filter((list) => list !== undefined);

/** Whether a person with these facts may have the role for any time at all; null where that is not known. */
export function isOffered(book: Rulebook, role: string, facts: AskerFacts): boolean | null {
  const outcomes = times(book, role).map((duration) => judge(book, { role, duration }, facts).outcome);
  if (outcomes.some((outcome) => outcome === "approve" || outcome === "ask")) return true;
  return outcomes.includes("unknown") ? null : false;
}

/** Of the times between two of these each is judged as the longer one. */
function times({ roles, rules }: Rulebook, role: string): number[] {
  const max = roles[role]?.duration.max ?? 0;
  return [max, ...rules.flatMap(({ when }) => when.max ?? [])].filter((ms) => ms <= max);
}

/** What is known of somebody of whom only this is known. */
export const factsOfMember = (isAmong: AskerFacts["isAmong"]): AskerFacts => ({
  standing: "member",
  isAmong,
  history: null,
});
