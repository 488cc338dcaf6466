/** Who may not ask for themselves asks for nobody. */
import { membersOnly } from "./members-only.ts";
import type { RequesterRule } from "./rule.ts";

export const askerIsMember: RequesterRule = ({ asker }) => (asker ? membersOnly({ profile: asker }) : null);
