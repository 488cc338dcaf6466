/** What a person asked for and what became of it, out of the trail: one's own, and for approvers and administrators others'. */
import type { RequestId, UserId } from "../../domain/ids.ts";
import { Refused } from "../../domain/refusal.ts";
import { actedOn, type Story, storyOf } from "../../domain/story.ts";
import type { Ports } from "../ports.ts";
import { qualifier } from "../support/qualifier.ts";
import { isSeen, type SeenRoles, seenRoles } from "../support/seen-roles.ts";

export interface HistoryAsked {
  by: UserId;
  person: UserId;
  since: number;
  /** So many are passed over. */
  skip: number;
  count: number;
}

export interface HistoryPage {
  /** `next`: what to pass over for what comes after it. */
  shown: { story: Story; next: number }[];
  /** Null where whoever asked may see some of it only. */
  total: number | null;
}

/** The latest first. Throws Refused(may-not-see, look-up-failed), StoreDown, ListsBehind, SlackBusy. */
export async function historyOf(ports: Ports, asked: HistoryAsked): Promise<HistoryPage> {
  const { by, person, since } = asked;
  const seen = by === person ? "all" : await seenRoles(ports, qualifier(ports, by));
  if (seen.length === 0) throw new Refused({ kind: "may-not-see" });
  const ids = await ports.lists.past(person, since);
  return { shown: await seenOnes(ports, ids, seen, asked), total: seen === "all" ? ids.length : null };
}

async function seenOnes({ lists }: Ports, ids: RequestId[], seen: SeenRoles, asked: HistoryAsked) {
  const { by, skip, count } = asked;
  const shown: HistoryPage["shown"] = [];
  for (let at = skip; at < ids.length && shown.length < count; at += count) {
    const stories = await lists.stories(ids.slice(at, at + count));
    for (const [i, steps] of stories.entries()) {
      const story = storyOf(steps);
      if (story && (isSeen(seen, story.role) || actedOn(steps, by))) shown.push({ story, next: at + i + 1 });
    }
  }
  return shown.slice(0, count);
}
