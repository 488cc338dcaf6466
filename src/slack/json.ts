/** JSON in a string, as Slack keeps it for us in a view. */
import { z } from "zod";

export const json = z.string().transform((text, ctx) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    ctx.addIssue({ code: "custom", message: "is no JSON" });
    return z.NEVER;
  }
});
