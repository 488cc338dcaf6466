/** How a sentence names people and times: in blocks as mentions and dates, in `text` as plain words. Pure. */
import { DAY, HOUR, MINUTE } from "../../domain/duration.ts";
import { isGroup, type Principal } from "../../domain/ids.ts";
import { type By, isOperator } from "../../domain/operator.ts";
import type { Person } from "../../domain/person.ts";
import { foreign, foreignCode } from "./text.ts";

export interface Formatter {
  /** Blocks, not plain words. */
  rich: boolean;
  command: string;
  /** It is read by this person alone. */
  isReader(person: { id: string }): boolean;
  b(text: string): string;
  code(text: string): string;
  who(by: By): string;
  /** By name, and no mention. */
  name(by: By): string;
  /** "@alice and @carol". */
  people(persons: readonly Person[]): string;
  /** A person of whom only the id is known. */
  user(id: string, plain: string): string;
  /** "#approvals"; plain the same as below. */
  channel(id: string, plain: string): string;
  quoted(text: string): string;
  /** "one of @sre"; in plain words `plain`, because a mention is no word and groups have no other name here. */
  oneOf(principals: readonly Principal[], plain: string): string;
  /** "@sre or @bob"; plain the same as above. */
  any(principals: readonly Principal[], plain: string): string;
  span(ms: number): string;
  /** "until 18:02"; plain "for 4 h". */
  until(at: number): string;
  /** "until *today 18:02*"; plain "for 4 h". */
  untilDay(at: number): string;
  /** " from tomorrow 22:00"; plain ", in 8 h", and nothing of what has begun. */
  from(at: number): string;
  /** "at 14:02"; plain "5 min ago". */
  at(at: number): string;
  /** "18:02"; plain "5 min ago". */
  when(at: number): string;
  /** When what was asked for at `since` ends, if it begins now: "18:02"; plain "in 4 h". */
  about(since: number, ms: number): string;
  /** "14:02–18:02"; of what took days, with the day of both. */
  between(from: number, to: number): string;
  /** "18:02:11"; plain "5 min ago". */
  exact(at: number): string;
  /** "5 minutes ago", as Slack says it when it is read. */
  ago(at: number): string;
}

/** What a language gives to it. */
export interface Grammar {
  /** Who runs a command where the bot runs. */
  operator(name: string): string;
  span(ms: number): string;
  until(time: string): string;
  untilDay(time: string): string;
  left(span: string): string;
  from(time: string): string;
  begins(span: string): string;
  at(time: string): string;
  on(day: string): string;
  ago(span: string): string;
  ahead(span: string): string;
  justNow: string;
  /** Every one of them. */
  all(names: string[]): string;
  oneOf(mentions: string[], more: boolean): string;
  any(mentions: string[], more: boolean): string;
  /** Plain words need not the spaces that bold needs. */
  tidy(text: string): string;
}

const NAME = 60;
const MENTIONS = 10;

/** One of asterisks alone would leave nothing between those that make it bold. */
export const name = ({ id, name: chosen }: Person): string => {
  const said = foreign(chosen, NAME);
  return /[^*]/.test(said) ? said : id;
};
const named = (grammar: Grammar, by: By): string =>
  isOperator(by) ? grammar.operator(foreign(by.operator, NAME)) : name(by);
export const mention = (p: Principal): string => (isGroup(p) ? `<!subteam^${p}>` : `<@${p}>`);

/** In the reader's own time zone. */
export function date(at: number, shape: string): string {
  const utc = new Date(at).toISOString();
  const fallback = `${utc.slice(0, 10)} ${utc.slice(11, shape.includes("secs") ? 19 : 16)} UTC`;
  return `<!date^${Math.floor(at / 1000)}^${shape}|${fallback}>`;
}

const DAY_AND_TIME = "{date_short_pretty} {time}";
/** So that what is drawn again and again is the same for a while. */
const ABOUT_MS = 5 * MINUTE;
const near = (at: number, now: number): boolean => Math.abs(at - now) < DAY / 2;

/** `reader`: whoever alone reads it. */
type Reader = string | undefined;

export function richFormatter(grammar: Grammar, now: number, command: string, reader: Reader): Formatter {
  const day = (at: number) => date(at, DAY_AND_TIME);
  const when = (at: number) => (near(at, now) ? date(at, "{time}") : day(at));
  return {
    rich: true,
    command,
    isReader: ({ id }) => id === reader,
    // An asterisk in a name would end it early.
    b: (text) => `*${text.replaceAll("*", "")}*`,
    code: (text) => foreignCode(text, 120),
    who: (by) => (isOperator(by) ? named(grammar, by) : `<@${by.id}>`),
    name: (by) => named(grammar, by),
    people: (persons) => grammar.all(persons.map(({ id }) => `<@${id}>`)),
    user: (id) => `<@${id}>`,
    channel: (id) => `<#${id}>`,
    quoted: (text) => foreign(text, 500),
    oneOf: (all) => grammar.oneOf(all.slice(0, MENTIONS).map(mention), all.length > MENTIONS),
    any: (all) => grammar.any(all.slice(0, MENTIONS).map(mention), all.length > MENTIONS),
    span: grammar.span,
    until: (at) => grammar.until(when(at)),
    untilDay: (at) => grammar.untilDay(day(at)),
    from: (at) => grammar.from(day(at)),
    at: (at) => (near(at, now) ? grammar.at(when(at)) : grammar.on(day(at))),
    when,
    about: (since, ms) =>
      when(now - since > ABOUT_MS ? Math.ceil((now + ms) / ABOUT_MS) * ABOUT_MS : since + ms),
    between: (from, to) => [from, to].map(near(from, to) ? when : day).join("–"),
    exact: (at) => date(at, near(at, now) ? "{time_secs}" : "{date_short_pretty} {time_secs}"),
    ago: (at) => date(at, "{ago}"),
  };
}

export function plainFormatter(grammar: Grammar, now: number, command: string, reader: Reader): Formatter {
  const left = (at: number) => grammar.left(grammar.span(coarse(Math.max(at - now, MINUTE))));
  const ago = (at: number) => {
    const passed = now - at;
    if (Math.abs(passed) < MINUTE) return grammar.justNow;
    return passed > 0
      ? grammar.ago(grammar.span(coarse(passed)))
      : grammar.ahead(grammar.span(coarse(-passed)));
  };
  return {
    rich: false,
    command,
    isReader: ({ id }) => id === reader,
    b: (text) => text,
    code: (text) => foreign(text, 60),
    who: (by) => named(grammar, by),
    name: (by) => named(grammar, by),
    people: (persons) => grammar.all(persons.map(name)),
    user: (_, words) => words,
    channel: (_, words) => words,
    quoted: (text) => foreign(text, 100),
    oneOf: (_, words) => words,
    any: (_, words) => words,
    span: grammar.span,
    until: left,
    untilDay: left,
    from: (at) => (at > now ? grammar.begins(grammar.span(coarse(at - now))) : ""),
    at: ago,
    when: ago,
    about: (_, ms) => ago(now + ms),
    between: (from, to) => `${ago(from)}–${ago(to)}`,
    exact: ago,
    ago,
  };
}

/** A glance needs no minutes of a week. */
function coarse(ms: number): number {
  if (ms >= 2 * DAY) return Math.round(ms / HOUR / 24) * DAY;
  return ms >= DAY ? Math.round(ms / HOUR) * HOUR : ms;
}
