/** A role that wants a reason gets one. */
import type { AskRule } from "../policy.ts";
import { correctLine } from "../wish.ts";

export const reasonGiven: AskRule = (wish, roles) =>
  roles[wish.role]?.reason === "required" && wish.reason === ""
    ? { kind: "no-reason", role: wish.role, line: correctLine(wish, roles) ?? wish.role }
    : null;
