/** A time that stands in a reason and may be the access's own: "fix until 18:00", "排查到明天", "排查问题半天". Pure. */
import { toNarrow } from "./amount.ts";
import type { ParsedCommand } from "./command.ts";

const DAY = [
  String.raw`yesterday|today|tonight|tomorrow|noon|midnight|\d{4}-\d{1,2}-\d{1,2}`,
  String.raw`(?:(?:next|this|last)\s+)?(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:next|this)\s+(?:week|month)`,
].join("|");
const UNTIL = new RegExp(
  [
    String.raw`(?<![\p{L}\p{N}_-])(?:until|till?)\s+(?:\d{1,2}:\d\d|\d{1,2}\s?[ap]m|${DAY})(?![\p{L}\p{N}_'’-])`,
    String.raw`(?:直到|到|至)\s*(?:\d{1,2}(?::\d\d|[点时])|[今明昨]天|[今明][早晚]|后天)`,
  ].join("|"),
  "u",
);
/** "排查了半天" tells of what took so long. */
const HALF_A_DAY = /(?<![了过已经前后上这])半天(?:左右)?(?=[\p{P}\s]*$)/u;

/** Null where there is none; an emergency's reason tells how long all is down. */
export function timeInReason({
  time,
  reason,
  emergency,
}: Pick<ParsedCommand, "time" | "reason" | "emergency">): string | null {
  if (emergency) return null;
  const plain = toNarrow(reason).toLowerCase();
  const found = UNTIL.exec(plain) ?? (time === null ? HALF_A_DAY.exec(plain) : null);
  return found && reason.slice(found.index, found.index + found[0].length);
}
