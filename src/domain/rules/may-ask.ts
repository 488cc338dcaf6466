/** Whom a role is for. */
import { amongWords } from "./among.ts";
import type { PolicyLine } from "./rule.ts";

export const mayAsk: PolicyLine = ({ role: { requester }, terms, facts }) => {
  const line = "requester";
  if (!requester) return { line, says: "pass", because: `${terms.role} is for everybody` };
  const among = facts.isAmong(requester.in);
  const because = amongWords(among, requester.in);
  if (among === null) return { line, says: "unknown", because };
  if (among) return { line, says: "pass", because };
  return {
    line,
    says: "deny",
    because,
    refusal: { kind: "may-not-ask", role: terms.role, who: requester.in },
  };
};
