/** Whom a role is for. */
import type { VetRule } from "./rule.ts";

export const mayAsk: VetRule = ({ role, mayAsk }, request) =>
  mayAsk ? null : { kind: "may-not-ask", role: request.role, who: role.requester?.in ?? [] };
