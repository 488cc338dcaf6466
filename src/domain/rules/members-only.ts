/** Guests, bots, strangers from other workspaces and deactivated people neither ask nor decide. */
import type { Profile } from "../person.ts";
import type { Refusal } from "../refusal.ts";

export const membersOnly = ({ profile }: { profile: Profile }): Refusal | null =>
  profile.standing === "member" ? null : { kind: "not-served", standing: profile.standing };
