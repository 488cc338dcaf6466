/** What a file that is right in form says wrongly all the same. Pure. */
import type { Role } from "../../domain/catalog.ts";
import { totalOf } from "../../domain/extension.ts";
import { isGroup, type Principal } from "../../domain/ids.ts";
import { moreThanGet } from "../../domain/path-rule.ts";
import { mayGoUnapproved, type PolicyRule, type Rulebook, rolesOfRule } from "../../domain/policy-rule.ts";
import { type Finding, fail, ok, warn } from "../checks/finding.ts";

/** A new one: a function, and a line in the table. */
const CHECKS: readonly ((book: Rulebook) => Finding[])[] = [
  unapprovedWrites,
  rulesNeverReached,
  rulesWithoutEffect,
  rolesWithoutApprover,
];

export const meaningOfPolicy = (book: Rulebook): Finding[] => CHECKS.flatMap((check) => check(book));

/** Karpor and Kubernetes make these; of others that stand on the hub only the doctor knows what they give. */
const KNOWN_TO_WRITE = new Set(["karpor-admin", "cluster-admin", "admin", "edit"]);

const writes = ({ clusterRole, rules }: Role): boolean =>
  rules ? moreThanGet(rules) : KNOWN_TO_WRITE.has(clusterRole);

function unapprovedWrites(book: Rulebook): Finding[] {
  return Object.entries(book.roles).flatMap(([name, role]) => {
    if (!writes(role) || !mayGoUnapproved(name, book)) return [];
    const check = `role ${name}`;
    if (role.autoApproveWrites) return [ok(check, "writes without approval, as autoApproveWrites says")];
    return [
      fail(
        check,
        `gives ${role.clusterRole}, which writes, without anybody's approval`,
        `Name approvers in roles.${name}.approval, or say autoApproveWrites: true`,
      ),
    ];
  });
}

function rulesNeverReached({ roles, rules }: Rulebook): Finding[] {
  return rules.flatMap((rule, i) => {
    const before = rules.slice(0, i).find((earlier) => isWithin(rule, earlier, roles));
    if (!before) return [];
    const message = `can never match: ${before.name} always does before it`;
    return [fail(`rule ${rule.name}`, message, `Put it before ${before.name}, or take it out`)];
  });
}

/** Whatever the one matches, the other does. */
function isWithin(rule: PolicyRule, other: PolicyRule, roles: Rulebook["roles"]): boolean {
  const [own, all] = [rolesOfRule(rule, roles), rolesOfRule(other, roles)];
  const asked = rule.when.requester?.in;
  const known = other.when.requester?.in;
  return (
    (other.when.extension === undefined || other.when.extension === rule.when.extension) &&
    own.every((name) => all.includes(name) && longest(rule, roles[name]) <= longest(other, roles[name])) &&
    (!known || (asked?.every((who) => known.includes(who)) ?? false))
  );
}

const longest = ({ when }: PolicyRule, role: Role | undefined): number => {
  const most = role && (when.extension === false ? role.duration.max : totalOf(role));
  return Math.min(when.max ?? Infinity, most ?? 0);
};

function rulesWithoutEffect({ roles, rules }: Rulebook): Finding[] {
  return rules.flatMap((rule) => {
    const needless = rolesOfRule(rule, roles).every((name) => roles[name]?.approval === "none");
    if (rule.then !== "approve" || !needless) return [];
    const message = "approves only what nobody need approve anyhow";
    return [warn(`rule ${rule.name}`, message, "Take it out, or name approvers for its roles")];
  });
}

/** As far as people are named, and not groups. */
function rolesWithoutApprover({ roles }: Rulebook): Finding[] {
  return Object.entries(roles).flatMap(([name, { approval, requester }]) => {
    if (approval === "none" || !requester) return [];
    const approvers = [...new Set([...approval.by, ...(approval.fallback?.by ?? [])])];
    const stuck = requester.in.filter((who) => isLeftAlone(who, approvers, approval.count));
    if (stuck.length === 0) return [];
    return [
      fail(
        `role ${name}`,
        `${stuck.join(", ")} may ask for it, and without them too few are left to approve`,
        `Name others, or a user group, in roles.${name}.approval.by`,
      ),
    ];
  });
}

const isLeftAlone = (who: Principal, approvers: readonly Principal[], count: number): boolean =>
  !isGroup(who) && !approvers.some(isGroup) && approvers.filter((one) => one !== who).length < count;
