/** What each person has read so far, kept for the life of the tab. */
import type { PlaceView } from "../types.ts";
import { recall, remember } from "./remember.ts";

const KEY = "read";
const read: Record<string, number> = JSON.parse(recall(KEY) ?? "{}");
/** What was said before the page first showed it is no news. */
function firstLook(): number {
  const at = recall("since") ?? String(Date.now());
  remember("since", at);
  return Number(at);
}

const newest = ({ items }: PlaceView): number =>
  Math.max(0, ...items.filter(({ own }) => !own).map(({ at }) => at));

export const isUnread = (person: string, place: PlaceView): boolean =>
  newest(place) > (read[`${person} ${place.id}`] ?? firstLook());

export function markRead(person: string, place: PlaceView): void {
  const at = newest(place);
  const key = `${person} ${place.id}`;
  if (at <= (read[key] ?? 0)) return;
  read[key] = at;
  remember(KEY, JSON.stringify(read));
}
