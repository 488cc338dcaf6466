/** The role is in the catalog. */

import { correctLine } from "../command.ts";
import type { AskRule } from "./rule.ts";

export const knownRole: AskRule = (command, roles) =>
  Object.hasOwn(roles, command.role)
    ? null
    : {
        kind: "unknown-role",
        role: command.role,
        roles: Object.keys(roles),
        line: correctLine(command, roles),
      };
