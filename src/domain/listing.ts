/** On which lists a request stands, by its state and by each line of the trail. Pure. */
import { BY_BREAK_GLASS, isReviewOpen } from "./break-glass.ts";
import { isState } from "./lifecycle.ts";
import { type AccessRequest, GRANTED, isGranted } from "./request.ts";
import type { TrailStep } from "./step.ts";

/** Waits for approval · something of it may stand on the hub · was taken in an emergency and is not reviewed yet. */
export type ListName = "waiting" | "live" | "unreviewed";

/** A request never comes back to a list that it left: what is read of one, its record decides. */
export const stillOn: Record<ListName, (r: AccessRequest) => boolean> = {
  waiting: ({ state }) => isWaiting(state),
  live: isGranted,
  unreviewed: isReviewOpen,
};

const isWaiting = (state: string): boolean => state === "pending";
const isLive = (state: string): boolean => GRANTED.includes(state);

export interface Places {
  on: ListName[];
  off: ListName[];
}

/** What a line of the trail changes; of a state that only another version knows, nothing. */
export function placesAfter(step: TrailStep): Places {
  const { to } = step;
  if (!isState(to)) return { on: [], off: [] };
  return {
    on: [
      ...(isWaiting(to) ? (["waiting"] as const) : []),
      ...(isLive(to) ? (["live"] as const) : []),
      ...(mayBeTaken(step) ? (["unreviewed"] as const) : []),
    ],
    off: [...(isWaiting(to) ? [] : (["waiting"] as const)), ...(isLive(to) ? [] : (["live"] as const))],
  };
}

/** Also what a Redis that was restored, or emptied, found active on the hub: whether that was an emergency, only its record tells. */
function mayBeTaken({ from, to, qualified }: TrailStep): boolean {
  if (to === "approved") return from !== to && (qualified?.startsWith(BY_BREAK_GLASS) ?? false);
  return to === "active" && (from === null || from === "requested" || from === "pending");
}
