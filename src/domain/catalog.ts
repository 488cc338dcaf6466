/** A role of the catalog: what one may ask for, for how long, and who approves. Pure. */
import { z } from "zod";
import { ApprovalRule } from "./approval.ts";
import { Bilingual } from "./bilingual.ts";
import { BreakGlass } from "./break-glass.ts";
import { RESERVED } from "./command-words.ts";
import { Delivery } from "./delivery.ts";
import { Duration } from "./duration.ts";
import { IdleTerms } from "./idle.ts";
import { Principals } from "./ids.ts";
import { OutsideCheck } from "./outside-check.ts";
import { isTaken, moreThanGet, PathRule } from "./path-rule.ts";
import { Reason } from "./reason.ts";

/** Names go into object names on the hub and into Kubernetes labels. */
export const RoleName = z
  .string()
  .regex(/^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/, "lower-case letters, digits and dashes, at most 30")
  .regex(new RegExp(`^(?!(?:${RESERVED.join("|")})$)`), "is a word of the command; choose another name");

export const Role = z
  .strictObject({
    clusterRole: z
      .string()
      .regex(/^[^\s/%]+$/, "must be the name of a ClusterRole, without spaces")
      .describe("What it gives on the hub."),
    rules: z
      .array(PathRule)
      .min(1)
      .optional()
      .describe("Setup makes the ClusterRole of these; left out, it stands on the hub already."),
    description: Bilingual.describe("What it is for, as people read it before they ask."),
    duration: z
      .strictObject({
        default: Duration.describe("Where nobody says how long."),
        max: Duration.describe("The longest that one may ask for."),
        total: Duration.optional().describe("With all time that is added later; max when left out."),
      })
      .describe("For how long: 90m, 8h, 2d, 1w or 1h30m."),
    reason: Reason.prefault("optional").describe("Whether one must say why, and in which form."),
    delivery: Delivery.default("dm").describe(
      "Where its token is: on a message in the holder's DM, or shown at a click, and in no message.",
    ),
    idle: IdleTerms.optional().describe(
      "Its holder is asked whether they still need it when the hub reports no use for so long: 2h, or {after: 2h, release: true}.",
    ),
    requester: z
      .strictObject({ in: Principals.describe("User groups (S…) and people (U…).") })
      .optional()
      .describe("Who may ask; everyone in the workspace when left out."),
    approval: z
      .union([z.literal("none"), ApprovalRule], { error: 'must be "none" or {by: […], within: 4h}' })
      .describe("Who decides; none: whoever may ask has it at once."),
    check: OutsideCheck.optional().describe("The company's own service, which must say yes as well."),
    autoApproveWrites: z
      .literal(true)
      .optional()
      .describe(
        "Must be said where it gives more than get on named paths to people whom nobody approves: approval: none, or a rule.",
      ),
    breakGlass: BreakGlass.optional().describe(
      "Who may take it in an emergency before anybody approved it, and who reviews that; nobody when left out.",
    ),
  })
  .refine((r) => r.duration.default <= r.duration.max, {
    path: ["duration", "default"],
    message: "is longer than duration.max",
  })
  .refine(({ duration: { max, total = max } }) => max <= total, {
    path: ["duration", "total"],
    message: "is shorter than duration.max",
  })
  .refine(({ idle, duration: { max, total = max } }) => !idle || idle.after < total, {
    path: ["idle"],
    message: "is no shorter than the longest grant: nobody would ever be asked",
  })
  .refine((r) => !r.breakGlass || r.breakGlass.max <= r.duration.max, {
    path: ["breakGlass", "max"],
    message: "is longer than duration.max",
  })
  .refine((r) => !r.breakGlass || r.approval !== "none", {
    path: ["breakGlass"],
    message: "is for a role that somebody must approve; take it out",
  })
  .refine((r) => r.approval !== "none" || !r.rules || r.autoApproveWrites || !moreThanGet(r.rules), {
    path: ["approval"],
    message:
      "gives more than to get the paths it names to whoever asks; say autoApproveWrites: true, or who approves it",
  })
  .refine((r) => !r.rules || !isTaken(r.clusterRole), {
    path: ["clusterRole"],
    message: "is made by others; give a role with rules of its own a name of its own",
  });
export type Role = z.infer<typeof Role>;

export const Catalog = z
  .record(RoleName, Role)
  .refine((roles) => Object.keys(roles).length > 0, "name at least one role")
  .superRefine((roles, ctx) => {
    const rules = new Map<string, string>();
    for (const [name, role] of Object.entries(roles)) {
      if (!role.rules) continue;
      const text = JSON.stringify(role.rules);
      const other = rules.get(role.clusterRole) ?? text;
      rules.set(role.clusterRole, other);
      const message = `differs from the rules that another role gives to ${role.clusterRole}; give one of them another clusterRole`;
      if (other !== text) ctx.addIssue({ code: "custom", path: [name, "rules"], message });
    }
  });
export type Catalog = Record<string, Role>;

/** Undefined where there is none: a word that people type is no property of every object. */
export const roleNamed = (roles: Catalog, name: string): Role | undefined =>
  Object.hasOwn(roles, name) ? roles[name] : undefined;

/** Null where nobody need approve, or there is no such role. */
export function approvalOf(roles: Catalog, name: string): ApprovalRule | null {
  const approval = roleNamed(roles, name)?.approval;
  return approval && approval !== "none" ? approval : null;
}

/** Where requests of this role are approved. */
export const channelFor = (roles: Catalog, name: string, usual: string): string =>
  approvalOf(roles, name)?.channel ?? usual;

export const clusterRolesOf = (roles: Catalog): string[] => [
  ...new Set(Object.values(roles).map(({ clusterRole }) => clusterRole)),
];
