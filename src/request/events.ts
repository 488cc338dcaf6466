/** Names of the trail's entries (docs/audit.md). Log stores match them, so a name never changes its meaning. */
export const TRAIL_EVENTS = [
  // a request, before anything is granted
  "request.asked",
  "request.waiting",
  "request.reminded",
  "request.escalated",
  "request.approved",
  "request.starting",
  "request.held-back",
  "request.denied",
  "request.withdrawn",
  "request.refused",
  "request.unanswered",
  "request.failed",
  "request.ended",
  // access
  "access.delayed",
  "access.granted",
  "access.prolonged",
  "access.reminded",
  "access.idle-checked",
  "access.idle-asked",
  "access.kept",
  "access.ended",
  "access.removed",
  "access.reviewed",
  "access.used",
  "access.foreign",
  "chain.ended",
  "end.proved",
  "end.unconfirmed",
  // attempts that were refused
  "attempt.refused",
  // tokens
  "token.renewed",
  "token.hidden",
  "token.shown",
  // an operator, on the command line
  "operator.ended",
  "operator.rotated",
  // the whole instance
  "lockdown.set",
  "lockdown.lifted",
  "lockdown.taken-over",
  "seal.lost",
  "trail.acknowledged",
] as const;
export type TrailEvent = (typeof TRAIL_EVENTS)[number];
