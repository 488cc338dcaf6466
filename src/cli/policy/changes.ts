/** What differs between two configurations, by role, and in words. Pure. */
import type { ConfigFile } from "../../config.ts";
import { formatDuration } from "../../domain/duration.ts";
import type { IdleTerms } from "../../domain/idle.ts";
import { diffPolicies, type PolicyChange } from "../../domain/policy-diff.ts";
import { type RuleChange, ruleChanges, wordsOfRule } from "./rule-changes.ts";

export type Change = PolicyChange | RuleChange;
type Edit = Extract<PolicyChange, { field: string }>;

export const changesBetween = (before: ConfigFile, after: ConfigFile): Change[] => [
  ...diffPolicies(partOf(before), partOf(after)),
  ...ruleChanges(before.rules, after.rules),
];

const partOf = ({ roles, limits, admins, reminders }: ConfigFile) => ({ roles, limits, admins, reminders });

/** By role, each headed by whom it is for; what holds for everybody comes last. */
export function wordsOf(changes: readonly Change[], before: ConfigFile, after: ConfigFile): string[] {
  let heading = "";
  return changes.flatMap((change) => {
    const [head, line] = lineOf(change, before, after);
    const lines = head === heading ? [`  ${line}`] : [head, `  ${line}`];
    heading = head;
    return lines;
  });
}

function lineOf(change: Change, before: ConfigFile, after: ConfigFile): [head: string, line: string] {
  switch (change.kind) {
    case "role-added":
      return [`${change.role}, for ${whom(after, change.role)}`, `is new: ${roleIn(after, change.role)}`];
    case "role-removed":
      return [`${change.role}, for ${whom(before, change.role)}`, "is gone: nobody can ask for it"];
    case "listed":
    case "changed":
      return change.role === undefined
        ? ["everybody", edited(change)]
        : [`${change.role}, for ${whom(after, change.role)}`, edited(change)];
    default:
      return ["rules", wordsOfRule(change)];
  }
}

const whom = ({ roles }: ConfigFile, role: string): string =>
  roles[role]?.requester?.in.join(", ") ?? "everybody";

function roleIn({ roles }: ConfigFile, name: string): string {
  const role = roles[name];
  if (!role) return name;
  const { clusterRole, duration, approval } = role;
  return `${clusterRole}, ${formatDuration(duration.max)} at most, ${approvers(approval)}`;
}

/** A field without a name of its own here is called as in the file. */
const NAMES: Record<string, string> = {
  admins: "may revoke anything",
  reminders: "reminded before the end",
  "limits.grantsPerPerson": "grants at the same time",
  "limits.requestsPerHour": "requests in an hour",
  clusterRole: "gives",
  "duration.default": "lasts, where nothing is said",
  "duration.max": "lasts at most",
  "duration.total": "lasts at most, with all time that is added",
  "reason.required": "a reason is required",
  "reason.pattern": "form of the reason",
  "reason.hint": "what that form is, in words",
  check: "asked outside",
  requester: "may be asked for by",
  "requester.in": "may be asked for by",
  approval: "approved by",
  "approval.by": "approved by",
  "approval.count": "must be approved by so many",
  "approval.channel": "asked in",
  "approval.within": "closes undecided after",
  "approval.remind": "those asked are reminded after",
  "approval.fallback": "asked too, when nobody decides",
  "approval.fallback.by": "asked too, when nobody decides",
  "approval.fallback.after": "they are asked after",
  "approval.ping": "mentioned",
  idle: "asked whether it is still needed, unused for",
  "idle.after": "asked whether it is still needed, unused for",
  "idle.release": "ends where nobody answers",
  autoApproveWrites: "may give writes unapproved",
  breakGlass: "taken in an emergency by",
  "breakGlass.by": "taken in an emergency by",
  "breakGlass.max": "lasts in an emergency at most",
  "breakGlass.review": "emergencies are reviewed by",
};
const TIMES = /^reminders$|(^|\.)(default|max|total|within|remind|after)$/;

function edited(change: Edit): string {
  const { field } = change;
  const name = NAMES[field] ?? field;
  if (change.kind === "changed") return `${name}: ${shown(field, change.from)} → ${shown(field, change.to)}`;
  const added = change.added.map((one) => `+ ${shown(field, one)}`);
  const removed = change.removed.map((one) => `− ${shown(field, one)}`);
  return `${name}: ${[...added, ...removed].join(", ")}`;
}

function shown(field: string, value: unknown): string {
  if (value === null) return field === "requester" ? "everybody" : "—";
  if (field === "approval") return approvers(value as Approval);
  if (typeof value === "number" && TIMES.test(field)) return formatDuration(value);
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value.join(", ");
  if (typeof value !== "object") return String(value);
  if (field === "idle") return idleIn(value as IdleTerms);
  const { by, in: among, en, url } = value as { by?: string[]; in?: string[]; en?: string; url?: string };
  return (by ?? among)?.join(", ") ?? en ?? url ?? JSON.stringify(value);
}

const idleIn = ({ after, release }: IdleTerms): string =>
  `${formatDuration(after)}${release ? ", and ends where nobody answers" : ""}`;

type Approval = ConfigFile["roles"][string]["approval"];
const approvers = (approval: Approval): string =>
  approval === "none"
    ? "nobody need approve"
    : `${approval.count > 1 ? `${approval.count} of ` : ""}${approval.by.join(", ")}`;
