/** A grant lasts a minute at least. */

import { correctLine } from "../command.ts";
import { parseDuration, SHORTEST } from "../duration.ts";
import type { AskRule } from "./rule.ts";

export const minDuration: AskRule = (wish, roles) => {
  const ms = wish.duration === null ? SHORTEST : parseDuration(wish.duration);
  if (ms === null || ms >= SHORTEST) return null;
  return { kind: "too-short", min: SHORTEST, line: correctLine(wish, roles) ?? wish.role };
};
