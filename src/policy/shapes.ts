/** Zod shapes that several parts of the configuration share: people, texts in two languages, patterns, variables. */
import { RE2JS } from "re2js";
import { z } from "zod";
import { Principal } from "../request/ids.ts";

export const Principals = z.array(Principal).min(1, "name at least one user group (S…) or person (U…)");

const Line = z.string().min(1).max(200);

/** Words that people read, in both languages. */
export const Bilingual = z.strictObject({
  en: Line.describe("In English."),
  zh: Line.describe("In Chinese."),
});

/** A regular expression of RE2, which takes linear time whatever is typed: no pattern can hang the bot. */
export const Pattern = z
  .string()
  .min(1)
  .max(500)
  .transform((text, ctx) => {
    try {
      return RE2JS.compile(text);
    } catch (error) {
      const message = `is no regular expression of RE2 (${(error as Error).message}); correct it`;
      ctx.addIssue({ code: "custom", message });
      return z.NEVER;
    }
  });

/** The name of an environment variable that holds a secret, which the file must not. */
export const EnvName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, "must be the name of an environment variable such as KARPOR_CHECK_SECRET");

/**
 * Options for zod's `refine` and `superRefine`: run the check when these fields are right, although others have mistakes,
 * so that all are listed at once. By itself zod runs no check where a single field is wrong.
 */
export const whenValid = (...fields: string[]) => ({
  when: ({ issues }: z.core.ParsePayload) =>
    issues.every(({ path: [field] = [], code }) =>
      field === undefined ? code === "unrecognized_keys" : !fields.includes(String(field)),
    ),
});
