/** Guests, bots, strangers from other workspaces and deactivated people neither ask nor decide. */
import type { Standing } from "../person.ts";
import type { Refusal } from "../refusal.ts";
import type { PolicyLine } from "./rule.ts";

export const membersOnly = ({ profile }: { profile: { standing: Standing } }): Refusal | null =>
  profile.standing === "member" ? null : { kind: "not-served", standing: profile.standing };

export const memberAsks: PolicyLine = ({ facts }) => {
  const refusal = membersOnly({ profile: facts });
  const because = `${facts.standing} of the workspace`;
  return refusal
    ? { line: "person", says: "deny", because, refusal }
    : { line: "person", says: "pass", because };
};
