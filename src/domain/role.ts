/** A role of the catalog: what one may ask for, for how long, and who approves. Pure. */
import { z } from "zod";
import { LONGEST, parseDuration, SHORTEST } from "./duration.ts";
import { Principal } from "./ids.ts";

export const Duration = z
  .string()
  .transform((text, ctx) => {
    const ms = parseDuration(text);
    if (ms !== null) return ms;
    ctx.addIssue({ code: "custom", message: `"${text}" is no duration; write 90m, 8h, 2d, 1w or 1h30m` });
    return z.NEVER;
  })
  .pipe(z.number().min(SHORTEST, "at least 1m").max(LONGEST, "at most 8760h"));

export const RESERVED = ["help", "status", "revoke", "release", "extend", "withdraw", "lockdown", "leak"];

/** Names go into object names on the hub and into Kubernetes labels. */
export const RoleName = z
  .string()
  .regex(/^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/, "lower-case letters, digits and dashes, at most 30")
  .refine((name) => !RESERVED.includes(name), "is a word of the command; choose another name");

const Principals = z.array(Principal).min(1, "name at least one Slack user or user group");

const Approval = z.strictObject({
  /** Who may approve: any one of these. */
  by: Principals,
  /** A request that nobody decided lapses after this. */
  within: Duration.prefault("4h"),
  /** Whom the card mentions once; `by` when left out. */
  ping: z.array(Principal).optional(),
});

export const Role = z
  .strictObject({
    clusterRole: z.string().min(1),
    description: z.strictObject({ en: z.string().min(1).max(200), zh: z.string().min(1).max(200) }),
    duration: z.strictObject({ default: Duration, max: Duration }),
    reason: z.enum(["required", "optional"]).default("optional"),
    /** Who may ask; everyone in the workspace when left out. */
    requester: z.strictObject({ in: Principals }).optional(),
    approval: z.union([z.literal("none"), Approval], { error: 'must be "none" or {by: […], within: 4h}' }),
    /** Must be said when `approval: none` gives more than `get`. */
    unapproved: z.literal(true).optional(),
  })
  .refine((r) => r.duration.default <= r.duration.max, {
    path: ["duration", "default"],
    message: "is longer than duration.max",
  });
export type Role = z.infer<typeof Role>;

export type Catalog = Record<string, Role>;
