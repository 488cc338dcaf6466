/** A grant lasts no longer than its role allows. */

import { correctLine } from "../command.ts";
import type { AskRule } from "./rule.ts";

export const maxDuration: AskRule = (command, roles) => {
  const max = roles[command.role]?.duration.max;
  if (max === undefined || !command.time || !("ms" in command.time) || command.time.ms <= max) return null;
  return { kind: "too-long", role: command.role, max, line: correctLine(command, roles) };
};
