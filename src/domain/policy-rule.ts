/** What the catalog says besides its roles: rules of whom to deny and whom to approve, and limits per person. Pure. */
import { z } from "zod";
import { Bilingual } from "./bilingual.ts";
import type { Catalog } from "./catalog.ts";
import { Duration } from "./duration.ts";
import { Principals } from "./ids.ts";
import { nearest } from "./nearest.ts";
import { moreThanGet } from "./path-rule.ts";

export const PolicyRule = z
  .strictObject({
    /** Shown to whom it meets, and recorded. */
    name: z
      .string()
      .min(1)
      .max(40)
      .regex(/^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._/-]*$/u, "letters, digits, spaces, dots, dashes and slashes"),
    /** All of these must hold; without any, the rule is for every request. */
    when: z
      .strictObject({
        /** Who asks. */
        requester: z.strictObject({ in: Principals }).optional(),
        /** For which roles; for all when left out. */
        role: z.array(z.string()).min(1, "name at least one role").optional(),
        /** For no longer than this, with the time that was had before. */
        max: Duration.optional(),
        /** Whether it adds time to a grant that stands; either when left out. */
        extension: z.boolean().optional(),
      })
      .default({}),
    then: z.enum(["deny", "approve"]),
    /** To whoever is denied. */
    say: Bilingual.optional(),
  })
  // Nobody would ever read it.
  .refine(({ then, say }) => then === "deny" || !say, {
    path: ["say"],
    message: "is told to whom a rule denies; take it out of one that approves",
  });
export type PolicyRule = z.infer<typeof PolicyRule>;

export const Limits = z.strictObject({
  /** Live grants and open requests at the same time. */
  grantsPerPerson: z.int().min(1).max(1000).optional(),
  requestsPerHour: z.int().min(1).max(1000).optional(),
});
export type Limits = z.infer<typeof Limits>;

/** What keeps each of several. */
export function strictest(all: readonly Limits[]): Limits {
  const least = (key: keyof Limits): Limits => {
    const said = all.flatMap((one) => one[key] ?? []);
    return said.length > 0 ? { [key]: Math.min(...said) } : {};
  };
  return { ...least("grantsPerPerson"), ...least("requestsPerHour") };
}

/** All that decides who may have what. */
export interface Rulebook {
  roles: Catalog;
  /** The first that matches decides. */
  rules: readonly PolicyRule[];
  limits: Limits;
}

/** How a rule is named where a decision is recorded. */
export const ruleLabel = (name: string): string => `rule: ${name}`;
/** Undefined where no rule decided. */
export const ruleNamed = (qualified: string): string | undefined => /^rule: (.+)$/s.exec(qualified)?.[1];

/** The roles that a rule is for. */
export const rolesOfRule = ({ when }: PolicyRule, roles: Catalog): string[] =>
  Object.keys(roles).filter((name) => !when.role || when.role.includes(name));

export interface RuleMistake {
  path: (string | number)[];
  message: string;
}

/** What no rule may say of these roles, as far as the file alone tells. */
export const ruleMistakes = ({ roles, rules }: Pick<Rulebook, "roles" | "rules">): RuleMistake[] =>
  rules.flatMap((rule, i) => [
    ...(rules.findIndex(({ name }) => name === rule.name) < i
      ? [{ path: [i, "name"], message: `another rule is named "${rule.name}"` }]
      : []),
    ...unknownRoles(rule, roles).map(([at, message]) => ({ path: [i, "when", "role", at], message })),
    ...unsaidWrites(rule, roles).map((name) => ({
      path: [i, "then"],
      message: `approves ${name}, which allows more than to get the paths it names; say autoApproveWrites: true in roles.${name}, or name other roles in \`when\``,
    })),
  ]);

const unknownRoles = ({ when }: PolicyRule, roles: Catalog): [at: number, message: string][] =>
  (when.role ?? []).flatMap((name, at) => {
    if (Object.hasOwn(roles, name)) return [];
    const near = nearest(name, Object.keys(roles))?.name;
    return [[at, `there is no role "${name}"${near ? `; did you mean ${near}?` : ""}`]];
  });

const unsaidWrites = (rule: PolicyRule, roles: Catalog): string[] =>
  rule.then === "approve"
    ? rolesOfRule(rule, roles).filter((name) => {
        const role = roles[name];
        return role?.rules && !role.autoApproveWrites && moreThanGet(role.rules);
      })
    : [];

/** Whether somebody may have this role without anybody's approval. */
export const mayGoUnapproved = (name: string, { roles, rules }: Pick<Rulebook, "roles" | "rules">): boolean =>
  roles[name]?.approval === "none" ||
  rules.some((rule) => rule.then === "approve" && rolesOfRule(rule, roles).includes(name));
