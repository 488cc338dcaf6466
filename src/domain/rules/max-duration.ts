/** A grant lasts no longer than its role allows. */

import { correctLine } from "../command.ts";
import { parseDuration } from "../duration.ts";
import type { AskRule } from "./rule.ts";

export const maxDuration: AskRule = (wish, roles) => {
  const max = roles[wish.role]?.duration.max;
  const ms = wish.duration === null ? null : parseDuration(wish.duration);
  if (max === undefined || ms === null || ms <= max) return null;
  return { kind: "too-long", role: wish.role, max, line: correctLine(wish, roles) ?? wish.role };
};
