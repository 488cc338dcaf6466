/** Access in an emergency, before anybody approved it, and the review that stands open after it. Pure. */
import { z } from "zod";
import type { Role } from "./catalog.ts";
import { Duration } from "./duration.ts";
import { isGroup, Principal, Principals } from "./ids.ts";
import { Person } from "./person.ts";
import type { AccessRequest } from "./request.ts";

/** So many different people review it, the requester not among them. */
export const REVIEWS_NEEDED = 2;
/** One of them may be who broke the glass. */
export const REVIEWERS_MIN = REVIEWS_NEEDED + 1;

export const BreakGlass = z
  .strictObject({
    by: Principals.describe("Who may."),
    max: Duration.describe("For how long at most."),
    review: Principals.describe("Who is told, and reviews it."),
  })
  .refine(({ review }) => review.some(isGroup) || new Set(review).size >= REVIEWERS_MIN, {
    path: ["review"],
    message: `name a user group, or ${REVIEWERS_MIN} people at least: ${REVIEWS_NEEDED} others must be left when one of them breaks glass`,
  });

export type BreakGlass = z.infer<typeof BreakGlass>;

export const Review = z.object({
  by: Person,
  /** The user group or user id through which they may. */
  qualified: z.string(),
  comment: z.string(),
  at: z.number().int(),
});
export type Review = z.infer<typeof Review>;

export const Emergency = z.object({
  /** Who reviews it, as the catalog said. */
  review: z.array(Principal),
  reviews: z.array(Review),
});
export type Emergency = z.infer<typeof Emergency>;

/** The times of a role: shorter in an emergency. */
export function timesOf({ duration, breakGlass }: Role, emergency = false): Role["duration"] {
  if (!emergency || !breakGlass) return duration;
  return { default: Math.min(duration.default, breakGlass.max), max: breakGlass.max };
}

/** Nobody decided it, and this is how it came about all the same; `qualified` of the decision. */
export const BY_BREAK_GLASS = "break-glass: ";

/** Nobody approved it. A version that knows no emergencies asks somebody to, and then they did. */
export const isTaken = (r: AccessRequest): r is Taken =>
  r.emergency !== undefined && "decision" in r && r.decision.by === "policy";
type Taken = Extract<AccessRequest, { decision: object }> & { emergency: Emergency };

/** Something was given that two others have not reviewed yet. */
export function isReviewOpen(r: AccessRequest): boolean {
  if (!isTaken(r) || r.emergency.reviews.length >= REVIEWS_NEEDED) return false;
  // Of what ends before a token was made nobody had anything.
  return r.state === "approved" || r.generation > 1 || ("grant" in r && r.grant !== undefined);
}

/** While it does, its requester breaks no other glass. */
export const holdsGlass = (r: AccessRequest): boolean =>
  isReviewOpen(r) || (r.emergency !== undefined && r.state === "requested");

/** Today's, where the role still knows of any. */
export const reviewersOf = (r: AccessRequest, roles: Readonly<Record<string, Role>>): readonly Principal[] =>
  (Object.hasOwn(roles, r.role) ? roles[r.role]?.breakGlass?.review : undefined) ?? r.emergency?.review ?? [];
