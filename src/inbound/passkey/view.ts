/** The view of the signing page: plain words in the reader's language, times in their zone. */
import type { Bot } from "../../bot.ts";
import { HOUR, SECOND } from "../../request/durations.ts";
import { UserId } from "../../request/ids.ts";
import type { Locale, Person } from "../../request/people.ts";
import { refusalSentence } from "../../slack/messages/refusal.ts";
import { type Words, wordsFor } from "../../slack/text/index.ts";
import { refusalFor } from "../answers.ts";

type PageWords = Words["passkeys"]["page"];

export interface PageView {
  lang: Locale;
  title: string;
  facts?: [label: string, value: string][];
  text?: string;
  /** When its reader pressed in Slack, and what to do if they did not. */
  pressed?: string;
  otherwise?: string;
  /** The question to the device, and the button that asks it. */
  button?: string;
  options?: object;
  /** To be copied. */
  line?: string;
  words: PageWords["words"];
}

/** The page's reader: their language and their time zone. */
export interface PageReader {
  locale: Locale;
  zone: string;
}

export const viewFor = (
  { locale }: PageReader,
  draw: (words: PageWords) => Omit<PageView, "lang" | "words">,
): PageView => {
  const { page } = wordsFor(locale).passkeys;
  return { lang: locale, ...draw(page), words: page.words };
};

const TAGS = { en: "en-GB", zh: "zh-CN" };

export const timeFor = (
  { locale, zone: timeZone }: PageReader,
  at: number,
  timeStyle: "short" | "medium",
): string => new Intl.DateTimeFormat(TAGS[locale], { dateStyle: "medium", timeStyle, timeZone }).format(at);

/** A name may be anything: the id tells people apart. */
export const nameAndId = ({ name, id }: Person): string => `${name} (${id})`;

/** The sentence of Slack's own refusal, or that something failed. `user`: whose link it is, where it could be read. */
export async function explainOnPage(
  bot: Bot,
  error: unknown,
  { user, language }: { user: UserId | null; language: string },
): Promise<PageView> {
  const note = refusalFor(error);
  bot.outages.note(error);
  if (note === null) bot.log.error({ err: error, user }, "what somebody did on the page failed");
  const reader = user ? await readerFor(bot, user) : readerBy(language);
  const { commands } = wordsFor(reader.locale);
  const sentence = note
    ? refusalSentence({ config: bot.config, locale: reader.locale }, note)
    : commands.failed;
  const [, head, rest = ""] = /^\*([^*]+?)[:：]?\*\s*([\s\S]*)$/.exec(sentence) ?? [];
  const text = await plainFor(bot, reader, head ? rest : sentence);
  const title = await plainFor(bot, reader, head ?? "");
  return viewFor(reader, (words) => ({ title: title || words.refused, text }));
}

/** By the browser's language, where nobody is known. */
const readerBy = (language: string): PageReader =>
  /^zh/i.test(language) ? { ...NOBODY, locale: "zh" } : NOBODY;

/** English and UTC where Slack does not tell. */
export const readerFor = ({ slack }: Bot, user: UserId): Promise<PageReader> =>
  slack.person(user, HOUR).catch(() => NOBODY);

const NOBODY: PageReader = { locale: "en", zone: "UTC" };

/** There are no marks and mentions on the page: names and times take their places. */
async function plainFor({ slack }: Bot, reader: PageReader, text: string): Promise<string> {
  const names = new Map<string, string>();
  for (const [, id = ""] of text.matchAll(/<@(\w+)>/g)) {
    const person = await slack.person(UserId.parse(id), HOUR).catch(() => null);
    names.set(id, person?.name ?? id);
  }
  return text
    .replace(/<!date\^(\d+)\^[^>]*>/g, (_, seconds) => timeFor(reader, Number(seconds) * SECOND, "short"))
    .replace(/<@(\w+)>/g, (_, id) => names.get(id) ?? id)
    .replace(/<!subteam\^(\w+)>/g, "$1")
    .replace(/[*`]/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
