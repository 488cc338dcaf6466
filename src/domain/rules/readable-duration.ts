/** The duration is one: `90m`, `8h`, `2d`, `1w`, `1h30m`. */

import { correctLine } from "../command.ts";
import { parseDuration } from "../duration.ts";
import type { AskRule } from "./rule.ts";

export const readableDuration: AskRule = (command, roles) =>
  command.duration === null || parseDuration(command.duration) !== null
    ? null
    : { kind: "bad-duration", text: command.duration, line: correctLine(command, roles) ?? command.role };
