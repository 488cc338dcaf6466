/** Two others look at what was taken in an emergency, each with a comment; then its review is closed. */
import { reviewersOf } from "../domain/break-glass.ts";
import type { RequestId, UserId } from "../domain/ids.ts";
import { reviewed } from "../domain/transitions.ts";
import type { AccessRequest, Ports } from "./ports.ts";
import { commit } from "./support/commit.ts";
import { load } from "./support/load.ts";
import { noteRefused } from "./support/note-refused.ts";
import { assertQualified } from "./support/reviewer.ts";

export interface ReviewEmergency {
  id: RequestId;
  by: UserId;
  comment: string;
}

/** Throws Refused, StoreDown, StoreUnsure, SlackBusy. */
export async function reviewEmergency(
  ports: Ports,
  { id, by, comment }: ReviewEmergency,
): Promise<AccessRequest> {
  return noteRefused(ports, { attempt: "review", id, by }, async () => {
    const reviewer = await assertMayReviewEmergency(ports, id, by);
    return commit(ports, id, (r) => reviewed(r, { ...reviewer, comment, at: ports.clock.now() }), {
      replicated: true,
    });
  });
}

/** As far as the record alone tells. Throws Refused. */
export function assertReviewable(request: AccessRequest, by: UserId): void {
  const nobody = { id: by, name: "", locale: "en" } as const;
  reviewed(request, { by: nobody, qualified: "", comment: "", at: 0 });
}

/** By what this person may, as of now: one of today's reviewers, or an administrator. Throws Refused, SlackBusy. */
export async function assertMayReviewEmergency(ports: Ports, id: RequestId, by: UserId) {
  const request = await load(ports, id);
  assertReviewable(request, by);
  const reviewers = [...new Set([...reviewersOf(request, ports.policy.roles), ...ports.policy.admins])];
  return assertQualified(ports, by, { among: reviewers, refusal: { kind: "not-reviewer", reviewers } });
}
