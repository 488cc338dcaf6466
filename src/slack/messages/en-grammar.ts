/** How English says times, and who of many. */
import { durationParts } from "../../domain/duration.ts";
import type { Grammar } from "./formatter.ts";

const UNITS = { d: "d", h: "h", m: "min" };
const span = (ms: number): string =>
  durationParts(ms)
    .map(([count, unit]) => `${count} ${UNITS[unit]}`)
    .join(" ");

export const enGrammar: Grammar = {
  span,
  until: (time) => `until ${time}`,
  untilDay: (time) => `until *${time}*`,
  left: (left) => `for ${left}`,
  at: (time) => `at ${time}`,
  on: (day) => `on ${day}`,
  ago: (passed) => `${passed} ago`,
  ahead: (left) => `in ${left}`,
  justNow: "just now",
  any: (mentions, more) => {
    const last = more ? "others" : mentions.at(-1);
    const rest = more ? mentions : mentions.slice(0, -1);
    return [rest.join(", "), last].filter(Boolean).join(" or ");
  },
  tidy: (text) => text,
  oneOf: (mentions, more) => {
    const [only, ...others] = mentions;
    if (only?.startsWith("<@") && others.length === 0) return only;
    return `one of ${mentions.join(", ")}${more ? " and others" : ""}`;
  },
};
