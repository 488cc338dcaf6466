/** The rules of the catalog: the first that matches decides, the others have no part in it. */
import type { PolicyRule } from "../policy-rule.ts";
import { ruleLabel } from "../policy-rule.ts";
import type { Asked, Part, PolicyLine } from "./rule.ts";
import { meets } from "./when.ts";

export const catalogRules: PolicyLine = (asked) => {
  const parts: Part[] = [];
  let decided: Part | undefined;
  for (const rule of asked.book.rules) {
    const part = decided
      ? { ...named(rule), says: "pass" as const, because: after(decided) }
      : judged(rule, asked);
    parts.push(part);
    if (part.says !== "pass") decided = part;
  }
  return parts;
};

const named = ({ name }: PolicyRule) => ({ line: ruleLabel(name), rule: name });

const after = ({ says, line }: Part): string =>
  says === "unknown" ? `only if ${line} does not match` : `${line} matches before it`;

function judged(rule: PolicyRule, asked: Asked): Part {
  const { holds, because } = meets(rule, asked);
  if (holds === null) return { ...named(rule), says: "unknown", because };
  if (!holds) return { ...named(rule), says: "pass", because: unmet(because) };
  if (rule.then === "approve") return { ...named(rule), says: "approve", because };
  const { name, say } = rule;
  const refusal = {
    kind: "rule-denies" as const,
    role: asked.terms.role,
    rule: name,
    ...(say ? { say } : {}),
  };
  return { ...named(rule), says: "deny", because, refusal };
}

const unmet = (because: string): string => `does not match: ${because}`;
