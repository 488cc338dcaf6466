/** What the catalog denies: to whom a role is not, what a rule says, or to whoever is no member. */
import type { Refusal } from "../refusal.ts";
import type { RequesterRule, Verdict } from "./rule.ts";

/** Why it is denied; null where it is not. */
export const refusalIn = ({ outcome, by }: Verdict): Refusal | null =>
  outcome === "deny" ? (by.refusal ?? null) : null;

export const policyDenies: RequesterRule = ({ verdict }) => refusalIn(verdict);
