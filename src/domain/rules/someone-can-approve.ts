/** A request that too few could approve is not left hanging. */
import type { RequesterRule } from "./rule.ts";

export const someoneCanApprove: RequesterRule = ({ approvers: found }, r) => {
  if (!found || found.able >= found.needed) return null;
  const { role, approvers, askedBy, requester } = r;
  return { kind: "nobody-can-approve", role, approvers, ...found, ...(askedBy && { recipient: requester }) };
};
