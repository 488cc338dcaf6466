/** The role is in the catalog. */
import type { AskRule } from "../policy.ts";
import { correctLine } from "../wish.ts";

export const knownRole: AskRule = (wish, roles) =>
  Object.hasOwn(roles, wish.role)
    ? null
    : { kind: "unknown-role", role: wish.role, roles: Object.keys(roles), line: correctLine(wish, roles) };
