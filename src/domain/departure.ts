/** Who may have left, and what becomes of what rested on them: access ends, a question closes. Approvers' leaving ends nothing that they approved. Pure. */
import { isTaken } from "./break-glass.ts";
import { type Catalog, roleNamed } from "./catalog.ts";
import { type Departure, lookAgainAt } from "./departed.ts";
import type { GroupSeen } from "./group-seen.ts";
import { type GroupId, isGroup, type Principal, type UserId } from "./ids.ts";
import { isParty } from "./parties.ts";
import type { Policy } from "./policy-file.ts";
import { ruleNamed } from "./policy-rule.ts";
import type { ChangedTerm } from "./refusal.ts";
import { type AccessRequest, type In, isRevocable, type Revocable } from "./request.ts";
import { closed, endingOrLate, fallbackAsked } from "./transitions.ts";

type Rules = Pick<Policy, "roles" | "rules">;
type Named = Rules & Pick<Policy, "admins">;

/** Live, approved for later, or waiting for a decision: whoever it is for may leave. */
export type Watched = In<"pending"> | Revocable;
export const isWatched = (r: AccessRequest): r is Watched => r.state === "pending" || isRevocable(r);

/** The holder must be in each of these: as the role, the emergency, and the rule that let it pass, say today. */
export function demandsOf(r: Watched, { roles, rules }: Rules): (readonly Principal[])[] {
  const role = roleNamed(roles, r.role);
  const rule = "decision" in r && r.decision.by === "policy" ? ruleNamed(r.decision.qualified) : undefined;
  const passed = rule === undefined ? undefined : rules.find(({ name }) => name === rule);
  const lists = [
    role?.requester?.in,
    isTaken(r) ? role?.breakGlass?.by : undefined,
    passed?.when.requester?.in,
  ];
  return lists.filter((list) => list !== undefined);
}

/** Everybody on whose being there somebody's access, or say, rests. */
export const principalsNamed = ({ roles, rules, admins }: Named): Principal[] => [
  ...new Set([
    ...admins,
    ...Object.values(roles).flatMap(principalsOf),
    ...rules.flatMap(({ when }) => when.requester?.in ?? []),
  ]),
];

const principalsOf = ({ requester, approval, breakGlass }: Catalog[string]): Principal[] => [
  ...(requester?.in ?? []),
  ...(breakGlass?.by ?? []),
  ...(approval === "none" ? [] : [...approval.by, ...(approval.fallback?.by ?? [])]),
];

/** Groups as Slack has them now; what is not in them is not known, and nobody left it. */
export interface GroupsNow {
  members: ReadonlyMap<GroupId, readonly UserId[] | null>;
  seen: Readonly<Record<string, GroupSeen>>;
}

/** Null where a group is not known, or in doubt: who is in it is not to be relied on. */
export function everyoneIn(principals: readonly Principal[], { members, seen }: GroupsNow): UserId[] | null {
  const groups = principals.filter(isGroup);
  if (groups.some((id) => !members.get(id) || seen[id]?.doubt)) return null;
  const people = principals.filter((one): one is UserId => !isGroup(one));
  return [...new Set([...people, ...groups.flatMap((id) => members.get(id) ?? [])])];
}

/** The first list that the holder is surely not in. */
export const outsideOf = (r: Watched, rules: Rules, groups: GroupsNow): readonly Principal[] | undefined =>
  demandsOf(r, rules).find((list) => everyoneIn(list, groups)?.includes(r.requester.id) === false);

/** They left the group; or the role was for others when they asked for it. */
export function outsideBy(
  r: Watched,
  list: readonly Principal[],
  { roles }: Pick<Rules, "roles">,
  groups: GroupsNow,
): Departure {
  const isOfRole = list === roleNamed(roles, r.role)?.requester?.in;
  const isNew = r.isFor !== undefined && isOther(r.isFor, list) && wouldBeIn(r, r.isFor, groups);
  return isOfRole && isNew
    ? { what: "rules", groups: [...list] }
    : { what: "group", groups: list.filter(isGroup) };
}

const isOther = (a: readonly Principal[], b: readonly Principal[]): boolean =>
  a.length !== b.length || a.some((one) => !b.includes(one));
/** As far as is known. */
const wouldBeIn = ({ requester: { id } }: Watched, asked: readonly Principal[], groups: GroupsNow): boolean =>
  asked.length === 0 || everyoneIn(asked, groups)?.includes(id) !== false;

/** Who could decide among both lists; null where that is not known. */
export function decidersAmong(
  r: Watched,
  asked: readonly Principal[],
  today: readonly Principal[],
  groups: GroupsNow,
): UserId[] | null {
  const [some, others] = [everyoneIn(asked, groups), everyoneIn(today, groups)];
  return some && others && some.filter((id) => others.includes(id) && !isParty(r, id));
}

/** What a look found. `left`: the holder · `lack`: too few are left to decide; `others`: those of the fallback could. */
export type Found = { left: Departure } | { lack: "everybody" | "others" };

/** Who left the workspace did so for certain; anything else is looked at again, a minute later. Null where nothing changes. */
export function judged(r: AccessRequest, found: Found | null, now: number): AccessRequest | null {
  if (!isWatched(r)) return null;
  const { doubtedAt, ...certain } = r;
  if (!found) return doubtedAt === undefined ? null : certain;
  const isCertain = "left" in found && !OF_GROUPS.includes(found.left.what);
  if (!isCertain && doubtedAt === undefined) return { ...r, doubtedAt: now };
  if (!isCertain && now < (lookAgainAt(r) ?? 0)) return null;
  return followed(certain as Watched, found, now);
}

function followed(r: Watched, found: Found, now: number): AccessRequest | null {
  if (r.state !== "pending")
    return "left" in found ? endingOrLate(r, { cause: "departed", departure: found.left, at: now }) : r;
  if ("lack" in found && found.lack === "others") return fallbackAsked(r, now) ?? r;
  return closed(r, { kind: "terms-changed", role: r.role, what: termFor(found) }, now);
}

/** A directory sync, or half a change of the rules, may be undone soon. */
const OF_GROUPS: readonly Departure["what"][] = ["group", "rules"];

function termFor(found: Found): ChangedTerm {
  if ("lack" in found) return "nobody-left";
  if (found.left.what === "rules") return "requester";
  return found.left.what === "group" ? "left-group" : "departed";
}

/** What messages call whoever it is for, since they were renamed. */
export const renamed = (r: AccessRequest, name: string): AccessRequest | null =>
  r.requester.name === name ? null : { ...r, requester: { ...r.requester, name } };
