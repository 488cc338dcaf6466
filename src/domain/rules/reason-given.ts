/** A role that wants a reason gets one. */

import { correctLine } from "../command.ts";
import type { AskRule } from "./rule.ts";

export const reasonGiven: AskRule = (wish, roles) =>
  roles[wish.role]?.reason === "required" && wish.reason === ""
    ? { kind: "no-reason", role: wish.role, line: correctLine(wish, roles) ?? wish.role }
    : null;
