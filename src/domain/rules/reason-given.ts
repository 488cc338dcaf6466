/** A role that wants a reason gets one, and an emergency always does. */

import { correctLine } from "../command.ts";
import type { AskRule } from "./rule.ts";

export const reasonGiven: AskRule = (command, roles) =>
  command.reason === "" && (command.emergency || roles[command.role]?.reason.required)
    ? {
        kind: "no-reason",
        role: command.role,
        emergency: command.emergency,
        line: correctLine(command, roles),
      }
    : null;
