/** A record of what is over, without what people typed. Pure. */
import type { AccessRequest, Verification } from "./request.ts";
import { ELSEWHERE } from "./trail-entry.ts";

/** The reason as it was typed: nobody asks again for the mark that stands where it was. */
export const reasonLeft = ({ reason }: AccessRequest): string => (reason === ELSEWHERE ? "" : reason);

export function withoutTexts(r: AccessRequest): AccessRequest {
  return {
    ...withoutDenial(r),
    reason: r.reason && ELSEWHERE,
    ...("why" in r ? { why: ELSEWHERE } : {}),
    ...("refusal" in r && r.refusal.kind === "check-denied"
      ? { refusal: { ...r.refusal, say: ELSEWHERE } }
      : {}),
    ...("end" in r && r.end.reason ? { end: { ...r.end, reason: ELSEWHERE } } : {}),
    ...("verification" in r ? { verification: unexplained(r.verification) } : {}),
    ...("former" in r && {
      former: r.former?.map((one) => ({
        ...one,
        ...(one.verification && { verification: unexplained(one.verification) }),
      })),
    }),
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

const unexplained = (proof: Verification): Verification =>
  proof.reason ? { ...proof, reason: ELSEWHERE } : proof;

/** Why its person was denied the role before: the text of another request. */
export const withoutDenial = (r: AccessRequest): AccessRequest =>
  r.background?.denied
    ? { ...r, background: { ...r.background, denied: { ...r.background.denied, why: ELSEWHERE } } }
    : r;
