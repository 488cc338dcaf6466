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

/** A reason is tried no more often: whoever types it waits for that. */
const MENDS_MOST = 40;

/** The reason as it should be, where it lacks nothing but one of its first words in capitals, narrow letters or both. */
export function mendReason(asked: Reason, reason: string): string | undefined {
  if (!("pattern" in asked) || reason === "") return reason;
  const isRight = matcherOf(asked.pattern);
  if (isRight(reason)) return reason;
  let tries = 0;
  for (const one of mended(reason)) {
    if (isRight(one)) return one;
    if (++tries === MENDS_MOST) return undefined;
  }
  return undefined;
}

function* mended(reason: string): Generator<string, undefined> {
  const words = reason.split(/(\s+)/);
  for (const [i, word] of words.entries())
    for (const slip of new Set([toNarrow(word), upper(word), upper(toNarrow(word))]))
      if (slip !== word) yield words.with(i, slip).join("");
}

const upper = (word: string): string => word.toUpperCase();
