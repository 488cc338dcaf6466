/** Who looks at a message: their name, language, time zone, and what time it is for them. */
import type { LocalSlack, SlackPerson } from "../../../sandbox/slack/index.ts";
import type { Who } from "../types.ts";

export interface Reader {
  person: SlackPerson;
  zh: boolean;
  locale: string;
  tz: string;
  now: number;
  directory: LocalSlack["directory"];
}

export function readerOf(slack: LocalSlack, person: SlackPerson, now: number): Reader {
  const locale = person.locale ?? "en-GB";
  const zh = locale.startsWith("zh");
  return { person, zh, locale, tz: person.tz ?? "UTC", now, directory: slack.directory };
}

export const realName = (person: SlackPerson): string => person.realName ?? person.name;

export function initialsOf(name: string): string {
  if (/\p{Script=Han}/u.test(name)) return name.slice(0, 1);
  return name
    .split(/\s+/)
    .map((word) => word[0] ?? "")
    .join("")
    .slice(0, 2)
    .toUpperCase();
}

const TINTS = 6;

export function tintOf(id: string): number {
  return [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997, 7) % TINTS;
}

export const whoOf = (person: SlackPerson & { about?: Who["about"] }): Who => ({
  id: person.id,
  name: realName(person),
  about: person.about ?? { en: "", "zh-CN": "" },
  initials: initialsOf(realName(person)),
  tint: tintOf(person.id),
});
