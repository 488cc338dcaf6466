/** A request that too few could approve is not left hanging. */
import type { RequesterRule } from "./rule.ts";

export const someoneCanApprove: RequesterRule = ({ approvers: found }, { role, approvers }) =>
  found && found.able < found.needed ? { kind: "nobody-can-approve", role, approvers, ...found } : null;
