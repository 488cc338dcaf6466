/** An emergency is now, or none. */
import { correctLine } from "../command.ts";
import type { AskRule } from "./rule.ts";

export const emergencyStartsNow: AskRule = ({ start, ...command }, roles) =>
  start && command.emergency ? { kind: "emergency-starts-now", line: correctLine(command, roles) } : null;
