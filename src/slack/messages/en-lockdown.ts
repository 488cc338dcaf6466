/** English: all access locked down, or all of a person or role revoked. */
import type { Lockdown } from "../../domain/lockdown.ts";
import { isLockdown, type MassEnd, type Scope } from "../../domain/mass-end.ts";
import type { LockedDown, Unlocked } from "../../flow/together/lockdown.ts";
import type { Affected } from "../../flow/together/revoke-all.ts";
import type { Formatter } from "./formatter.ts";

const many = (count: number, one: string, more = `${one}s`): string => `${count} ${count === 1 ? one : more}`;
const total = ({ grants }: MassEnd): number => grants?.length ?? 0;

function what(scope: Scope, hub: string, fmt: Formatter): string {
  if (scope.what === "everything") return `all access on ${hub}`;
  if (scope.what === "role") return `all ${fmt.code(scope.role)} access on ${hub}`;
  return `all access of ${fmt.user(scope.person, "one person")} on ${hub}`;
}

function counted(one: MassEnd, fmt: Formatter): string {
  const all = total(one);
  const { left, troubled, proven = 0, unproven = 0 } = one;
  if (all === 0) return "No access stood.";
  if (left.length + unproven === 0) return confirmed(all, proven);
  const open = troubled
    ? ` ${many(troubled, "end")} cannot be confirmed yet, and ${tokens(troubled)} may still work; we keep trying.`
    : "";
  const never = unproven
    ? ` ${many(unproven, "end was", "ends were")} never confirmed: ${tokens(unproven)} may work until ${unproven === 1 ? "its" : "their"} own time is out.`
    : "";
  return `${fmt.b(`${all - left.length - unproven} of ${all} confirmed.`)}${open}${never}`;
}

const tokens = (count: number): string => (count === 1 ? "its token" : "those tokens");

function confirmed(all: number, proven: number): string {
  const head = all === 1 ? "It is confirmed:" : `All ${all} are confirmed:`;
  if (proven === 0) return `${head} no token was given out.`;
  return `${head} Karpor refuses ${all === 1 ? "the" : "every"} token.`;
}

const grantsOf = ({ grants, people }: Affected): string =>
  `${many(grants, "grant")} of ${many(people, "person", "people")}`;
/** So many roles are named. */
export const ROLES_NAMED = 10;
const byRole = ({ roles }: Affected, fmt: Formatter): string => {
  const named = roles.slice(0, ROLES_NAMED).map(([role, grants]) => `${grants} ${fmt.code(role)}`);
  const more = roles.length - named.length;
  return `${named.join(", ")}${more > 0 ? ` and ${many(more, "other role")}` : ""}`;
};
const waits = ({ waiting }: Affected): string =>
  waiting === 0 ? "" : ` ${many(waiting, "request")} would wait on, undecidable until it is unlocked.`;

const allowedToo = ({ allowed }: Affected): string =>
  allowed === 0 ? "" : ` What was allowed beforehand (${allowed}) is withdrawn, too.`;

export const enLockdown = {
  /** In the approvals channel. */
  live: (one: MassEnd, hub: string, fmt: Formatter): string =>
    isLockdown(one)
      ? `${fmt.b(`Locked down by ${fmt.name(one.by)}`)} ${fmt.at(one.at)}: ${what(one.scope, hub, fmt)} ends, and nobody gets any until an administrator unlocks it. ${counted(one, fmt)}`
      : `${fmt.b(`Revoked by ${fmt.name(one.by)}`)} ${fmt.at(one.at)}: ${what(one.scope, hub, fmt)}. ${counted(one, fmt)}`,
  unlocked: (lockdown: Lockdown, by: Pick<Lockdown, "by">, hub: string, fmt: Formatter): string =>
    `${fmt.b(`Unlocked by ${fmt.name(by.by)}:`)} access on ${hub} can be asked for and decided again. It was locked down ${fmt.at(lockdown.at)}, by ${fmt.name(lockdown.by)}.`,
  how: (fmt: Formatter): string =>
    `An administrator unlocks with ${fmt.code(`${fmt.command} unlock reason`)}`,
  /** Before the modal is filled, and in it. */
  modal: {
    lockdown: "Lock down",
    revoke: "Revoke all",
    head: (scope: Scope, hub: string, fmt: Formatter): string =>
      scope.what === "everything"
        ? `${fmt.b("Locking down:")} ${what(scope, hub, fmt)} ends now, and nobody gets any until an administrator unlocks it. Requests that wait stay.`
        : `${fmt.b("Revoking:")} ${what(scope, hub, fmt)} ends now.`,
    looking: "Looking up what stands…",
    found: (affected: Affected, fmt: Formatter): string =>
      `${
        affected.grants === 0
          ? "No access stands now."
          : `${fmt.b(`${grantsOf(affected)}:`)} ${byRole(affected, fmt)}.`
      }${allowedToo(affected)}`,
    label: "Reason",
    hint: "Every holder and the approvals channel see it, and who did it.",
    cancel: "Cancel",
    close: "Close",
    blank: "Write it in a few words.",
  },
  locked: ({ lockdown, before, inRedis, onHub }: LockedDown, fmt: Formatter): string => {
    if (before)
      return `${fmt.b("Locked down already,")} by ${fmt.name(lockdown.by)} ${fmt.at(lockdown.at)}. What still stands ends now.`;
    if (!inRedis)
      return `${fmt.b("Locked down on Karpor alone:")} the bot's records do not answer. Nothing is granted, and what stands is taken from Karpor now; messages follow when they answer.`;
    if (!onHub)
      return `${fmt.b("Locked down, and Karpor does not answer:")} nothing is granted any more, but what stands works until Karpor answers. We keep trying; the channel counts.`;
    return `${fmt.b("Locked down.")} Nothing is granted any more, and every access ends now; the channel counts what is confirmed.`;
  },
  unlockedReply: ({ onHub }: Unlocked, fmt: Formatter): string =>
    onHub
      ? `${fmt.b("Unlocked.")} What waited can be decided now; what ended must be asked for again.`
      : `${fmt.b("Unlocked, and Karpor does not answer:")} what waited can be decided, and nothing is granted until Karpor is told.`,
  revoked: (affected: Affected, fmt: Formatter): string =>
    affected.grants === 0
      ? `${fmt.b("Withdrawing what was allowed beforehand.")} No access stands now.`
      : `${fmt.b(`Revoking ${grantsOf(affected)}.`)} The channel counts what is confirmed.${allowedToo(affected)}`,
  drill: (found: Affected & { bindings: number | null }, hub: string, fmt: Formatter): string =>
    `${fmt.b("Drill, nothing was changed:")} a lockdown would end ${
      found.grants === 0 ? "nothing now" : `${grantsOf(found)} (${byRole(found, fmt)})`
    } on ${hub}.${waits(found)} ${
      found.bindings === null
        ? "Karpor does not answer: until it does, what stands would work on."
        : `Karpor answers: ${many(found.bindings, "binding")} would be taken away first, all at once.`
    }`,
  status: ({ by, at }: Lockdown, fmt: Formatter): string =>
    `${fmt.b("Locked down")} ${fmt.at(at)} by ${fmt.name(by)}: nobody gets or decides access until an administrator unlocks it.`,
};
