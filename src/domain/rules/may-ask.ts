/** Whom a role is for. */
import type { RequesterRule } from "./rule.ts";

export const mayAsk: RequesterRule = ({ role, mayAsk }, request) =>
  mayAsk ? null : { kind: "may-not-ask", role: request.role, who: role.requester?.in ?? [] };
