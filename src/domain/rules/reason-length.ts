/** A reason fits on a phone. */
import type { AskRule } from "../policy.ts";
import { correctLine, REASON_MAX } from "../wish.ts";

export const reasonLength: AskRule = (wish, roles) =>
  wish.reason.length > REASON_MAX
    ? { kind: "reason-too-long", max: REASON_MAX, line: correctLine(wish, roles) ?? wish.role }
    : null;
