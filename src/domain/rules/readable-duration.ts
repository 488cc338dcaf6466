/** The duration is one: `90m`, `8h`, `2d`, `1w`, `1h30m`. */

import { correctLine } from "../command.ts";
import { parseDuration } from "../duration.ts";
import type { AskRule } from "./rule.ts";

export const readableDuration: AskRule = (wish, roles) =>
  wish.duration === null || parseDuration(wish.duration) !== null
    ? null
    : { kind: "bad-duration", text: wish.duration, line: correctLine(wish, roles) ?? wish.role };
