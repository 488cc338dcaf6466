/** A time at the end of a text: "look 2h", "fix the search for two days", "看看 2小时". Pure. */
import { MINUTE } from "./duration.ts";
import { wholeTime } from "./typed-time.ts";

interface EndingTime {
  said: string;
  ms: number;
  /** What stands before it. */
  rest: string;
}

/** "For one and a half hours" has as many. */
const WORDS = 6;
/** What comes after one of these is told of, not asked for: "errors of the last 2h". */
const TELLS =
  /(?:^|\s)(?:last|past|previous|next|first|every|each|per|once|twice|times|of|in|within|after|before|since|over|under|than|by|to|from|at|takes?|took|lasts?|lasted)\s*$|(?:过去的?|最近的?|近|前|每|每隔|超过)\s*$/i;
const MARKS = /[\s,，。、;；:：(（\u2010-\u2015-]+$/u;

/** Null where it does not end with one, or is nothing else. */
export function endingTime(text: string): EndingTime | null {
  const words = [...text.matchAll(/(?<=[\s，。、；：])[^\s，。、；：]/gu)].slice(-WORDS);
  for (const { index } of words) {
    const said = text.slice(index);
    const ms = msIn(said);
    if (ms === null) continue;
    const before = text.slice(0, index);
    return TELLS.test(before) ? null : { said, ms, rest: before.replace(MARKS, "") };
  }
  return null;
}

/** A number alone counts something else, and nobody asks for seconds. */
function msIn(said: string): number | null {
  const time = wholeTime(said);
  const ms = "ms" in time ? time.ms : time.meant;
  return typeof ms === "number" && ms % MINUTE === 0 && /\p{L}/u.test(said) ? ms : null;
}
