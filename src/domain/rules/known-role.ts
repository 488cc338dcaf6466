/** The role is in the catalog. */

import { correctLine } from "../command.ts";
import type { AskRule } from "./rule.ts";

export const knownRole: AskRule = (wish, roles) =>
  Object.hasOwn(roles, wish.role)
    ? null
    : { kind: "unknown-role", role: wish.role, roles: Object.keys(roles), line: correctLine(wish, roles) };
