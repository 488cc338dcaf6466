/** Nothing lasts longer than its role, and with all that is added no longer than its total. */
import { formatDuration } from "../duration.ts";
import { totalOf, wholeOf } from "../extension.ts";
import type { PolicyLine } from "./rule.ts";

export const lasts: PolicyLine = ({ role, terms }) => {
  const { max } = role.duration;
  const line = "duration";
  const refused = (most: number) => ({ kind: "too-long", role: terms.role, max: most }) as const;
  const because = `${formatDuration(terms.duration)} of at most ${formatDuration(max)}`;
  if (terms.duration > max) return { line, says: "deny", because, refusal: refused(max) };
  if (!terms.extends) return { line, says: "pass", because };
  const [whole, total] = [wholeOf(terms), totalOf(role)];
  const inAll = `${because}, and ${formatDuration(whole)} of at most ${formatDuration(total)} in all`;
  if (whole <= total) return { line, says: "pass", because: inAll };
  return { line, says: "deny", because: inAll, refusal: refused(total) };
};
