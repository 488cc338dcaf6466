/** Who reads a message: their name, language and time zone, and what time it is for them. */
import type { LocalSlack, SlackPerson } from "../../../sandbox/slack/index.ts";
import { type Translate, translateTo } from "../../language.ts";
import type { Zone } from "./dates.ts";

export interface Reader extends Zone {
  person: SlackPerson;
  t: Translate;
  directory: LocalSlack["directory"];
}

export function readerOf({ directory }: LocalSlack, id: string, tz: string, now: number): Reader {
  const person = directory.people.get(id);
  if (!person) throw new Error(`Nobody is ${id}.`);
  const locale = person.locale ?? "en-GB";
  return { person, locale, t: translateTo(locale === "zh-CN" ? "zh" : "en"), tz, now, directory };
}

export const nameOf = (person: SlackPerson): string => person.realName ?? person.name;
