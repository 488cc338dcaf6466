/** How Chinese says times, and who of many. */
import { durationParts } from "../../domain/duration.ts";
import type { Grammar } from "./formatter.ts";

const UNITS = { d: "天", h: "小时", m: "分钟" };
const span = (ms: number): string =>
  durationParts(ms)
    .map(([count, unit]) => `${count} ${UNITS[unit]}`)
    .join(" ");

/** A name before a verb: a bracket that ends it needs no space. */
export const beforeVerb = (who: string): string => (who.endsWith("）") ? who : `${who} `);

export const zhGrammar: Grammar = {
  span,
  operator: (name) => `${name}（运维人员）`,
  until: (time) => `至 ${time}`,
  untilDay: (time) => `有效至${time}`,
  left: (left) => `还有 ${left}`,
  from: (time) => `，自 ${time} 起`,
  begins: (left) => `，${left}后开始`,
  at: (time) => `于 ${time}`,
  on: (day) => `于 ${day}`,
  ago: (passed) => `${passed}前`,
  ahead: (left) => `${left}后`,
  justNow: "刚刚",
  tidy: (text) =>
    text.replace(
      /(?<=[，。：；！？、（）]) +| +(?=[，。：；！？、（）])|(?<=\p{sc=Han}) +(?=\p{sc=Han})/gu,
      "",
    ),
  all: (names) => names.join("、"),
  oneOf: (mentions, more) => {
    const [only, ...others] = mentions;
    if (only?.startsWith("<@") && others.length === 0) return `${only} `;
    return `${mentions.join("、")}${more ? " 等" : " "}中的任意一位`;
  },
  any: (mentions, more) => `${mentions.join("、")}${more ? " 等" : " "}`,
};
