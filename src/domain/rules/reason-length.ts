/** A reason fits on a phone. */

import { correctLine, REASON_MAX } from "../command.ts";
import type { AskRule } from "./rule.ts";

export const reasonLength: AskRule = (command, roles) =>
  command.reason.length > REASON_MAX
    ? { kind: "reason-too-long", max: REASON_MAX, line: correctLine(command, roles) }
    : null;
