/** One request's story, out of the trail, for those who may see it; to all others it is as if there were none. */
import type { TriedStep } from "../../domain/attempt.ts";
import type { RequestId, UserId } from "../../domain/ids.ts";
import { Refused } from "../../domain/refusal.ts";
import type { TrailStep } from "../../domain/step.ts";
import { actedOn } from "../../domain/story.ts";
import type { Ports } from "../ports.ts";
import { mayRevoke } from "../revoke.ts";
import { type Qualifies, qualifier } from "../support/qualifier.ts";
import { isSeen, seenRoles } from "../support/seen-roles.ts";

export interface StoryTold {
  steps: TrailStep[];
  /** The steps, and what others tried and may not; the oldest first. */
  lines: (TrailStep | TriedStep)[];
}

/** Throws Refused(no-story, look-up-failed), StoreDown, ListsBehind, SlackBusy. */
export async function tellStory(ports: Ports, id: RequestId, by: UserId): Promise<StoryTold> {
  const isAmong = qualifier(ports, by);
  // Who they are is looked up in any case: how long it takes tells nothing.
  const [seen, [steps = []]] = await Promise.all([seenRoles(ports, isAmong), ports.lists.stories([id])]);
  const may =
    steps.some(({ role }) => isSeen(seen, role)) || actedOn(steps, by) || (await isAsked(ports, id, isAmong));
  if (steps.length === 0 || !may) throw new Refused({ kind: "no-story", word: id });
  return { steps, lines: withTried(steps, await ports.lists.tried(id)) };
}

export const withTried = (steps: readonly TrailStep[], tried: readonly TriedStep[]): StoryTold["lines"] =>
  [...steps, ...tried].sort((a, b) => a.at - b.at);

/** As it was asked, where the record still stands. */
async function isAsked(ports: Ports, id: RequestId, isAmong: Qualifies): Promise<boolean> {
  const [request] = await ports.requests.getMany([id]);
  return request && request !== "unreadable" ? isAmong(mayRevoke(ports, request)) : false;
}
