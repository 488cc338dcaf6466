/** Nobody decides their own request. */
import type { ReviewRule } from "./rule.ts";

export const noSelfApproval: ReviewRule = ({ profile, deciding }, request) =>
  profile.id === request.requester.id
    ? { kind: "own-request", approvers: request.approvers, deciding }
    : null;
