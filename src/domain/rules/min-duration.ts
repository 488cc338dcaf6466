/** A grant lasts a minute at least. */

import { correctLine } from "../command.ts";
import { parseDuration, SHORTEST } from "../duration.ts";
import type { AskRule } from "./rule.ts";

export const minDuration: AskRule = (command, roles) => {
  const ms = command.duration === null ? SHORTEST : parseDuration(command.duration);
  if (ms === null || ms >= SHORTEST) return null;
  return { kind: "too-short", min: SHORTEST, line: correctLine(command, roles) ?? command.role };
};
