/** A request that nobody could approve is not left hanging. */
import type { VetRule } from "./rule.ts";

export const someoneCanApprove: VetRule = ({ someone }, request) =>
  someone ? null : { kind: "nobody-can-approve", role: request.role, approvers: request.approvers };
