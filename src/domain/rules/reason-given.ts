/** A role that wants a reason gets one. */

import { correctLine } from "../command.ts";
import type { AskRule } from "./rule.ts";

export const reasonGiven: AskRule = (command, roles) =>
  roles[command.role]?.reason === "required" && command.reason === ""
    ? { kind: "no-reason", role: command.role, line: correctLine(command, roles) }
    : null;
