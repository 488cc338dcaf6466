/** Who looks at a message: their name, language, time zone, and what time it is for them. */
import type { LocalSlack, SlackPerson } from "../../../sandbox/slack/index.ts";
import type { ChromeWords, Who } from "../types.ts";

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

const EN: ChromeWords = {
  messageTo: "Message",
  onlyYou: "Only visible to you",
  edited: "edited",
  newHere: "This is the very beginning of your messages with karpor-access.",
  app: "APP",
  channels: "Channels",
  directMessages: "Apps",
};

const ZH: ChromeWords = {
  messageTo: "发消息给",
  onlyYou: "仅对您可见",
  edited: "已编辑",
  newHere: "这是您与 karpor-access 的消息的开始。",
  app: "应用",
  channels: "频道",
  directMessages: "应用",
};

export const chromeOf = (reader: Reader): ChromeWords => (reader.zh ? ZH : EN);

export const realNameOf = (person: SlackPerson): string => person.realName ?? person.name;

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

export const whoOf = (person: SlackPerson & { about?: string }): Who => ({
  id: person.id,
  name: realNameOf(person),
  about: person.about ?? "",
  initials: initialsOf(realNameOf(person)),
  tint: tintOf(person.id),
});
