/** A reason has the form that its role asks for. */

import { correctLine } from "../command.ts";
import { mendReason, wrongForm } from "../reason.ts";
import type { AskRule } from "./rule.ts";

export const reasonForm: AskRule = (command, roles) => {
  const asked = roles[command.role]?.reason;
  const hint = asked && wrongForm(asked, command.reason);
  // Nobody looks for a ticket then.
  if (!hint || command.emergency) return null;
  const mended = mendReason(asked, command.reason) !== undefined;
  return { kind: "reason-form", role: command.role, hint, mended, line: correctLine(command, roles) };
};
