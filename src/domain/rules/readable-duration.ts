/** What looks like a time is one: it is never taken for the reason. */

import { correctLine } from "../command.ts";
import type { AskRule } from "./rule.ts";

export const readableDuration: AskRule = (command, roles) =>
  command.time && "unclear" in command.time
    ? { kind: "bad-duration", text: command.time.unclear, line: correctLine(command, roles) }
    : null;
