/** A record of what is over, without what people typed. Pure. */
import type { AccessRequest } from "./request.ts";
import { ELSEWHERE } from "./trail-entry.ts";

/** The reason as it was typed: nobody asks again for the mark that stands where it was. */
export const reasonLeft = ({ reason }: AccessRequest): string => (reason === ELSEWHERE ? "" : reason);

export function withoutTexts(r: AccessRequest): AccessRequest {
  return {
    ...r,
    reason: r.reason && ELSEWHERE,
    ...("why" in r ? { why: ELSEWHERE } : {}),
    ...("end" in r && r.end.reason ? { end: { ...r.end, reason: ELSEWHERE } } : {}),
    ...("decision" in r && r.decision.note ? { decision: { ...r.decision, note: ELSEWHERE } } : {}),
    ...(r.approvals && {
      approvals: r.approvals.map((one) => (one.note ? { ...one, note: ELSEWHERE } : one)),
    }),
    ...(r.emergency && {
      emergency: {
        ...r.emergency,
        reviews: r.emergency.reviews.map((one) => ({ ...one, comment: ELSEWHERE })),
      },
    }),
  } as AccessRequest;
}
