/** Nothing lasts longer than its role. */
import { formatDuration } from "../duration.ts";
import type { PolicyLine } from "./rule.ts";

export const lasts: PolicyLine = ({ role, terms }) => {
  const { max } = role.duration;
  const line = "duration";
  const because = `${formatDuration(terms.duration)} of at most ${formatDuration(max)}`;
  if (terms.duration <= max) return { line, says: "pass", because };
  return { line, says: "deny", because, refusal: { kind: "too-long", role: terms.role, max } };
};
