/** What a role wants to be told: a reason or none, and of which form. Pure. */
import { z } from "zod";
import { toNarrow } from "./amount.ts";
import { Bilingual } from "./bilingual.ts";
import { matcherOf, Pattern } from "./pattern/pattern.ts";

export const Reason = z.union(
  [
    z.enum(["required", "optional"]).transform((word) => ({ required: word === "required" })),
    z.strictObject({
      required: z.boolean().describe("Whether there must be one."),
      pattern: Pattern.describe(
        "A regular expression that a reason, where one is given, must match somewhere.",
      ),
      hint: Bilingual.describe("What the pattern asks for, in words."),
    }),
  ],
  { error: 'must be "required", "optional" or {required: true, pattern: "[A-Z]+-\\\\d+", hint: {en, zh}}' },
);
export type Reason = z.infer<typeof Reason>;

/** What a reason of the wrong form is to be like; null where nothing is wrong. */
export const wrongForm = (asked: Reason, reason: string): Bilingual | null =>
  "pattern" in asked && reason !== "" && !matcherOf(asked.pattern)(reason) ? asked.hint : null;

/** The reason as it should be, where it lacks nothing but one word in capitals, narrow letters or both. */
export function mendReason(asked: Reason, reason: string): string | undefined {
  if (!("pattern" in asked) || reason === "") return reason;
  const isRight = matcherOf(asked.pattern);
  if (isRight(reason)) return reason;
  const words = reason.split(/(\s+)/);
  const slips = [toNarrow, upper, (word: string) => upper(toNarrow(word))];
  return slips.flatMap((mend) => words.map((word, i) => words.with(i, mend(word)).join(""))).find(isRight);
}

const upper = (word: string): string => word.toUpperCase();
