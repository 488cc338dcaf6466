/** People and groups as Slack knows them, and whether a list names a person. Names are shown; only ids decide anything. */
import type { GroupId, Principal, UserId } from "./ids.ts";
import { isGroup } from "./ids.ts";
import { Refused } from "./refused.ts";

export const LOCALES = ["en", "zh"] as const;
export type Locale = (typeof LOCALES)[number];

export interface Person {
  id: UserId;
  name: string;
  title: string;
  /** IANA, such as "Europe/Berlin"; "UTC" where Slack tells none. */
  zone: string;
  locale: Locale;
  /** Whether access may be given: a full member of this workspace. */
  standing: "member" | "left" | "bot" | "guest" | "stranger";
  /** When Slack said so, by the clock of Redis, ms. */
  lookedUpAt: number;
}

/** The members of some user groups now. A group that Slack does not list has no entry: its members are not known. */
export interface Groups {
  members: ReadonlyMap<string, ReadonlySet<UserId>>;
  /** When Slack said so (the oldest of them), by the clock of Redis, ms. */
  lookedUpAt: number;
}

/** Whether a list of users and groups names this person, as far as is known. */
export const isAmong = (principals: readonly Principal[], user: UserId, groups: Groups): boolean =>
  principals.some((one) => (isGroup(one) ? groups.members.get(one)?.has(user) : one === user));

/** The people whom a list names, those in its groups too as far as is known, each once. */
export const namedUsers = (principals: readonly Principal[], { members }: Groups): UserId[] => [
  ...new Set(principals.flatMap((one) => (isGroup(one) ? [...(members.get(one) ?? [])] : [one]))),
];

/** Returns the first group in the list that Slack does not list; null: all are known. */
export const findUnknownGroup = (principals: readonly Principal[], groups: Groups): GroupId | null =>
  principals.filter(isGroup).find((id) => !groups.members.has(id)) ?? null;

/** As `isAmong`, when a wrong no would do harm too. Throws Refused when a group that Slack does not list decides it. */
export function isSurelyAmong(principals: readonly Principal[], user: UserId, groups: Groups): boolean {
  if (isAmong(principals, user, groups)) return true;
  const group = findUnknownGroup(principals, groups);
  if (group !== null) throw new Refused("group-unknown", { group });
  return false;
}
