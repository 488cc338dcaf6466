/** A grant lasts no longer than its role allows. */

import { correctLine } from "../command.ts";
import { parseDuration } from "../duration.ts";
import type { AskRule } from "./rule.ts";

export const maxDuration: AskRule = (command, roles) => {
  const max = roles[command.role]?.duration.max;
  const ms = command.duration === null ? null : parseDuration(command.duration);
  if (max === undefined || ms === null || ms <= max) return null;
  return { kind: "too-long", role: command.role, max, line: correctLine(command, roles) ?? command.role };
};
