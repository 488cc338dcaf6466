/** People as Slack knows them. Names are shown; only ids decide anything. */
import type { Principal, UserId } from "./ids.ts";
import { isGroup } from "./ids.ts";

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
  /** When Slack said so, by the clock of Redis. */
  lookedUpAt: number;
}

/** Who is in some user groups now. */
export interface Groups {
  members: ReadonlyMap<string, ReadonlySet<UserId>>;
  /** When Slack said so (the oldest of them), by the clock of Redis. */
  lookedUpAt: number;
}

/** Whether a list of users and groups names this person. */
export const isAmong = (principals: readonly Principal[], user: UserId, groups: Groups): boolean =>
  principals.some((one) => (isGroup(one) ? groups.members.get(one)?.has(user) : one === user));
