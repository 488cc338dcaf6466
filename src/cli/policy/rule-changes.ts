/** What differs between two lists of rules, each known by its name, and in words. Pure. */
import { formatDuration } from "../../domain/duration.ts";
import { diffSettings } from "../../domain/policy-diff.ts";
import type { PolicyRule } from "../../domain/policy-rule.ts";

export type RuleChange =
  /** `before`: which of those that stay it comes first of; left out, it is the last. */
  | { kind: "rule-added"; rule: PolicyRule; before?: string }
  | { kind: "rule-removed"; rule: PolicyRule }
  | { kind: "rule-changed"; from: PolicyRule; to: PolicyRule }
  /** Of those that stay: the first that matches decides. */
  | { kind: "rules-moved"; order: string[] };

export function ruleChanges(before: readonly PolicyRule[], after: readonly PolicyRule[]): RuleChange[] {
  const was = new Map(before.map((rule) => [rule.name, rule]));
  const is = new Map(after.map((rule) => [rule.name, rule]));
  const order = after.flatMap(({ name }) => (was.has(name) ? [name] : []));
  const stayed = before.flatMap(({ name }) => (is.has(name) ? [name] : []));
  return [
    ...after.flatMap((rule, i) => {
      const next = after.slice(i).find(({ name }) => was.has(name));
      return changeOf(was.get(rule.name), rule, next?.name);
    }),
    ...before.flatMap((rule) => (is.has(rule.name) ? [] : [{ kind: "rule-removed" as const, rule }])),
    ...(order.join("\n") === stayed.join("\n") ? [] : [{ kind: "rules-moved" as const, order }]),
  ];
}

function changeOf(from: PolicyRule | undefined, to: PolicyRule, before: string | undefined): RuleChange[] {
  if (!from) return [{ kind: "rule-added", rule: to, ...(before !== undefined && { before }) }];
  return diffSettings(from, to).length > 0 ? [{ kind: "rule-changed", from, to }] : [];
}

export function wordsOfRule(change: RuleChange): string {
  switch (change.kind) {
    case "rule-added":
      return `+ ${change.rule.name}: ${meaning(change.rule)}${change.before === undefined ? "" : `, before ${change.before}`}`;
    case "rule-removed":
      return `− ${change.rule.name}: ${meaning(change.rule)}`;
    case "rule-changed": {
      const [from, to] = [meaning(change.from), meaning(change.to)];
      return `${change.to.name}: ${from === to ? "says it in other words" : `${from} → ${to}`}`;
    }
    case "rules-moved":
      return `in this order now: ${change.order.join(", ")}`;
  }
}

function meaning(rule: PolicyRule): string {
  const { requester, role, max, extension } = rule.when;
  const named = role?.join(", ") ?? "every role";
  return [
    rule.then === "deny" ? "denies" : "approves",
    named,
    extension === undefined ? "" : extension ? "more time" : "what is asked for anew",
    max === undefined ? "" : `up to ${formatDuration(max)}`,
    requester ? `to ${requester.in.join(", ")}` : "to everybody",
  ]
    .filter(Boolean)
    .join(" ");
}
