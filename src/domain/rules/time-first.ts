/** How long stands before the reason: a time at its end is not left there unheeded. In an emergency it tells how long all is down, and nobody is kept. */

import { correctLine, timeAfterReason } from "../command.ts";
import type { AskRule } from "./rule.ts";

export const timeFirst: AskRule = (command, roles) => {
  const last = command.emergency ? null : timeAfterReason(command);
  return last && { kind: "time-last", text: last.said, line: correctLine(command, roles) };
};
