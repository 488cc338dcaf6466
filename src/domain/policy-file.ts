/** The part of the configuration that says who may what: a running bot takes it in anew when its file changes. Pure. */
import { z } from "zod";
import { Catalog } from "./catalog.ts";
import { Duration } from "./duration.ts";
import { Principal } from "./ids.ts";
import { Limits, PolicyRule, type RuleMistake, ruleMistakes } from "./policy-rule.ts";

const Fields = z.strictObject({
  admins: z.array(Principal).default([]).describe("Who may revoke anything."),
  roles: Catalog,
  rules: z
    .array(PolicyRule)
    .default([])
    .describe("The first that matches denies, or approves; see docs/policy.md."),
  limits: Limits.default({}).describe("Per person."),
  reminders: z
    .array(Duration)
    .prefault(["1d", "1h", "10m"])
    .describe("How long before the end the holder is reminded."),
});
export type PolicyFile = z.infer<typeof Fields>;

/** What its parts say of each other. */
export const assertConsistent = (file: PolicyFile, ctx: z.core.$RefinementCtx): void => {
  const say = ({ path, message }: RuleMistake) =>
    ctx.addIssue({ code: "custom", path: ["rules", ...path], message });
  ruleMistakes(file).forEach(say);
};

export const PolicyFile = Fields.superRefine(assertConsistent);

/** Durations are milliseconds. */
export interface Policy extends PolicyFile {
  /** SHA-256 of the source. */
  digest: string;
  /** As it was written, in JSON: what another replica, or version, reads. */
  source: string;
}

/** What it says, whoever wrote it how. */
export const partOf = ({ digest: _, source: __, ...part }: Policy): PolicyFile => part;

/** What another replica goes by. What this version cannot read allows nothing. */
export function policyFrom(source: string, digest: string): Policy {
  const file = PolicyFile.safeParse(JSON.parse(source));
  return {
    ...(file.data ?? { roles: {}, rules: [], limits: {}, admins: [], reminders: [] }),
    digest,
    source,
  };
}

/** A catalog has a role at least. */
export const isReadable = ({ roles }: Policy): boolean => Object.keys(roles).length > 0;
