/** A regular expression that an admin writes and everybody's text meets: matched in linear time, refused where it cannot be. Pure. */
import { z } from "zod";
import { parsePattern } from "./parse.ts";
import { matches } from "./program.ts";

export const Pattern = z
  .string()
  .min(1)
  .max(200)
  .superRefine((source, ctx) => {
    try {
      parsePattern(source);
    } catch (error) {
      ctx.addIssue({
        code: "custom",
        message: `is no pattern that can be used: ${(error as Error).message}`,
      });
    }
  });

/** Says of any text whether it matches anywhere in it. Throws on what `Pattern` refuses. */
export function matcherOf(source: string): (text: string) => boolean {
  const start = parsePattern(source);
  return (text) => matches(start, text);
}
