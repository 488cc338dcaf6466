/** How English says times, and who of many. */
import { durationParts } from "../../domain/duration.ts";
import type { Grammar } from "./formatter.ts";

const UNITS = { d: "d", h: "h", m: "min" };
const span = (ms: number): string =>
  durationParts(ms)
    .map(([count, unit]) => `${count} ${UNITS[unit]}`)
    .join(" ");

const list = (names: readonly string[], last: string): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} ${last} ${names.at(-1)}`;

export const enGrammar: Grammar = {
  span,
  operator: (name) => `operator ${name}`,
  until: (time) => `until ${time}`,
  untilDay: (time) => `until *${time}*`,
  left: (left) => `for ${left}`,
  from: (time) => ` from ${time}`,
  begins: (left) => `, in ${left}`,
  at: (time) => `at ${time}`,
  on: (day) => `on ${day}`,
  ago: (passed) => `${passed} ago`,
  ahead: (left) => `in ${left}`,
  justNow: "just now",
  all: (names) => list(names, "and"),
  any: (mentions, more) => list(more ? [...mentions, "others"] : mentions, "or"),
  tidy: (text) => text,
  oneOf: (mentions, more) => {
    const [only, ...others] = mentions;
    if (only?.startsWith("<@") && others.length === 0) return only;
    return `one of ${mentions.join(", ")}${more ? " and others" : ""}`;
  },
};
