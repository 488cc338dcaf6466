/** When it is to begin, at the end of a text: "deploy from 22:00", "发布，从今晚10点". Pure. */
import { DAY } from "./duration.ts";
import type { Moment } from "./moment.ts";
import { takeStart } from "./start.ts";

interface EndingStart {
  said: string;
  start: Moment;
  /** What stands before it. */
  rest: string;
}

const BEGINS = /(?<=[\s,，。、；：(（])(?:from|starting|beginning)\s|从/giu;
const MARKS = /(?<![^\p{L}\p{N}])[^\p{L}\p{N}]+$/u;

/** Null where it does not end with one that is understood. */
export function endingStart(text: string): EndingStart | null {
  const plain = text.replace(MARKS, "");
  // "Starting from" is two.
  for (const { index } of [...plain.matchAll(BEGINS)].slice(-2)) {
    const said = plain.slice(index);
    const taken = takeStart(said, false);
    if (taken?.rest === "" && !("unclear" in taken.start))
      return { said, start: taken.start, rest: plain.slice(0, index).replace(MARKS, "") };
  }
  return null;
}

/** "Errors from 14:00", said at three: the clock showed it sooner than it will. A day that is named is ahead. */
export const tellsOfPast = (start: Moment, { at, now }: { at: number; now: number }): boolean =>
  "day" in start && start.day === "next" && at - now > DAY / 2;
