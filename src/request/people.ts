/** People and groups as Slack knows them, and whether a list names a person. */
import type { GroupId, Principal, UserId } from "./ids.ts";
import { isGroup } from "./ids.ts";
import { Refused } from "./refused.ts";

export const LOCALES = ["en", "zh"] as const;
export type Locale = (typeof LOCALES)[number];

export interface Person {
  id: UserId;
  name: string;
  title: string;
  /** IANA, such as "Europe/Berlin"; "UTC" where Slack gives none. */
  zone: string;
  locale: Locale;
  /** Only a full member of this workspace may have access. */
  standing: "member" | "left" | "bot" | "guest" | "stranger";
  /** When Slack said so, by the clock of Redis. */
  lookedUpAt: number;
}

/** A group that Slack doesn't list has no entry: its members are unknown. */
export interface Groups {
  members: ReadonlyMap<string, ReadonlySet<UserId>>;
  /** When Slack named the oldest of them, by the clock of Redis. */
  lookedUpAt: number;
}

export const isAmong = (principals: readonly Principal[], user: UserId, groups: Groups): boolean =>
  principals.some((one) => (isGroup(one) ? groups.members.get(one)?.has(user) : one === user));

export const namedUsers = (principals: readonly Principal[], { members }: Groups): UserId[] => [
  ...new Set(principals.flatMap((one) => (isGroup(one) ? [...(members.get(one) ?? [])] : [one]))),
];

export const findUnknownGroup = (principals: readonly Principal[], groups: Groups): GroupId | null =>
  principals.filter(isGroup).find((id) => !groups.members.has(id)) ?? null;

/** For decisions where a wrong "no" does harm too. Throws Refused when an unknown group decides. */
export function isSurelyAmong(principals: readonly Principal[], user: UserId, groups: Groups): boolean {
  if (isAmong(principals, user, groups)) return true;
  const group = findUnknownGroup(principals, groups);
  if (group !== null) throw new Refused("group-unknown", { group });
  return false;
}
