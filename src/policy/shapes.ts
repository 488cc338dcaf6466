/** Zod shapes that several parts of the configuration share. */
import { RE2JS } from "re2js";
import { z } from "zod";
import { Principal } from "../request/ids.ts";

export const Principals = z.array(Principal).min(1, "name at least one user group (S…) or person (U…)");

const Line = z.string().min(1).max(200);

export const Bilingual = z.strictObject({
  en: Line.describe("In English."),
  zh: Line.describe("In Chinese."),
});

/** RE2 takes linear time, so no pattern can hang the bot. */
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

/** The file names the variable, and doesn't contain the secret. */
export const EnvName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, "must be the name of an environment variable such as KARPOR_CHECK_SECRET");

/**
 * Runs a zod check when these fields are valid, even if others aren't, so that all mistakes are listed together. By
 * default zod skips the check.
 */
export const whenValid = (...fields: string[]) => ({
  when: ({ issues }: z.core.ParsePayload) =>
    issues.every(({ path: [field] = [], code }) =>
      field === undefined ? code === "unrecognized_keys" : !fields.includes(String(field)),
    ),
});
