/** Only who the role names decides. */
import { approversAsked } from "../today.ts";
import type { ReviewRule } from "./rule.ts";

export const approversOnly: ReviewRule = ({ qualified }, request) =>
  qualified === null ? { kind: "not-approver", approvers: [...approversAsked(request)] } : null;
