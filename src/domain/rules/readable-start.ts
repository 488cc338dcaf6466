/** What follows "from" and looks like a time is one: it is never taken for the reason. */
import type { AskRule } from "./rule.ts";

export const readableStart: AskRule = ({ start }) =>
  start && "unclear" in start ? { kind: "bad-start", text: start.unclear } : null;
