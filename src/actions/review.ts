/** review: somebody else looks at what was taken in an emergency, and says so. */

import type { Bot } from "../bot.ts";
import { commit } from "../life/commit.ts";
import { groupsFor, mayReview } from "../policy/approvers.ts";
import type { RequestId, UserId } from "../request/ids.ts";
import type { Request } from "../request/record.ts";
import { Refused } from "../request/refused.ts";
import { lookUpPower } from "./end.ts";
import { readRequest } from "./read.ts";

/**
 * Notes what a reviewer found of an emergency. Returns the request as it is then. Throws Refused for the holder, the asker
 * and people who may not review, and when it was reviewed; StoreAway, SlackAway.
 */
export async function reviewEmergency(bot: Bot, id: RequestId, by: UserId, words: string): Promise<Request> {
  const request = await readRequest(bot, id);
  const { person, groups } = await lookUpPower(bot, by, groupsFor(bot.config, request.role));
  const isReviewer = person.standing === "member" && mayReview(bot.config, request, by, groups);
  if (!request.emergency || !isReviewer) throw new Refused("not-a-reviewer", { id });
  return commit(bot, request, {
    event: "access.reviewed",
    by,
    change: (newest) => {
      if (newest.review)
        throw new Refused("already-decided", {
          id,
          by: newest.review.by,
          at: newest.review.at,
          how: "reviewed",
        });
      return { ...newest, review: { by, words, at: bot.clock.now() } };
    },
  });
}
