/** A grant lasts no longer than its role allows. */

import { timesOf } from "../break-glass.ts";
import { correctLine } from "../command.ts";
import type { AskRule } from "./rule.ts";

export const maxDuration: AskRule = (command, roles) => {
  const role = roles[command.role];
  if (!role || !command.time || !("ms" in command.time)) return null;
  const { role: name, emergency } = command;
  const { max } = timesOf(role, emergency);
  if (command.time.ms <= max) return null;
  return {
    kind: "too-long",
    role: name,
    max,
    ...(emergency && { emergency }),
    line: correctLine(command, roles),
  };
};
