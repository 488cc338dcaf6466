/** Only who the role names decides. */
import type { ReviewRule } from "./rule.ts";

export const approversOnly: ReviewRule = ({ qualified }, request) =>
  qualified === null ? { kind: "not-approver", approvers: request.approvers } : null;
