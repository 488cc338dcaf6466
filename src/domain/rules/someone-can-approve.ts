/** A request that nobody could approve is not left hanging. */
import type { RequesterRule } from "./rule.ts";

export const someoneCanApprove: RequesterRule = ({ someone }, request) =>
  someone ? null : { kind: "nobody-can-approve", role: request.role, approvers: request.approvers };
