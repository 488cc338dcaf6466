/** Nobody decides their own request, nor one they made for somebody else. */
import { isParty } from "../parties.ts";
import { approversAsked } from "../today.ts";
import type { ReviewRule } from "./rule.ts";

export const noSelfApproval: ReviewRule = ({ profile, deciding }, request) =>
  isParty(request, profile.id)
    ? { kind: "own-request", approvers: [...approversAsked(request)], deciding }
    : null;
