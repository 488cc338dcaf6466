/** What became of a request, out of its lines on the trail. Pure. */
import type { RequestId, UserId } from "./ids.ts";
import { isApproval } from "./request.ts";
import type { TrailStep } from "./step.ts";

export interface Story {
  id: RequestId;
  requester: UserId;
  askedBy: UserId | null;
  role: string;
  duration: number;
  reason: string;
  /** As far back as the trail goes. */
  askedAt: number;
  /** Of another version, also one that this one does not know. */
  state: string;
  at: number;
  approval: TrailStep | undefined;
  ending: TrailStep | undefined;
}

/** Null of what the trail does not know. */
export function storyOf(steps: readonly TrailStep[]): Story | null {
  const [first, last] = [steps[0], steps.at(-1)];
  if (!first || !last) return null;
  const { id, requester, askedBy, role, duration, reason, to: state, at } = last;
  return {
    ...{ id, requester, askedBy, role, duration, reason, state, at },
    askedAt: first.at,
    approval: steps.findLast(isApproval),
    ending:
      steps.findLast(({ from, to }) => from !== to && to === "ending") ??
      steps.findLast(({ from, to }) => from === "scheduled" && to === "ended"),
  };
}

/** Why it ends, as the trail says it: its cause, and what stands behind that. */
export function endingOf({ why }: Pick<TrailStep, "why">): { cause: string; more: string } {
  const [cause = "", ...more] = (why ?? "").split(": ");
  return { cause, more: more.join(": ") };
}

/** Who acted on it: as its requester or for them, by deciding, or by ending it. */
export const actedOn = (steps: readonly TrailStep[], who: UserId): boolean =>
  steps.some(
    (step) =>
      step.requester === who ||
      step.askedBy === who ||
      step.who === who ||
      step.approvals.some((one) => one.who === who),
  );
