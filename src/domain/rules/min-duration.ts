/** A grant lasts a minute at least. */

import { correctLine } from "../command.ts";
import { SHORTEST } from "../duration.ts";
import type { AskRule } from "./rule.ts";

export const minDuration: AskRule = (command, roles) => {
  if (!command.time || !("ms" in command.time) || command.time.ms >= SHORTEST) return null;
  return { kind: "too-short", min: SHORTEST, line: correctLine(command, roles) };
};
