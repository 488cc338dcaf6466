/** The other answers to a waiting request: an approver denies it, the requester withdraws it or reminds the approvers. */

import type { Bot } from "../bot.ts";
import { commit } from "../life/commit.ts";
import { decideNudged } from "../life/decisions.ts";
import { lookUpPatiently } from "../life/judge.ts";
import { assertMayApprove } from "../policy/approvers.ts";
import type { RequestId, UserId } from "../request/ids.ts";
import { isRemindable, REMIND_EVERY, type Request } from "../request/record.ts";
import { Refused } from "../request/refused.ts";
import { closeRequest } from "../request/transitions.ts";
import { assertWaiting, readWaiting } from "./approve.ts";
import { readRequest } from "./read.ts";

/**
 * Closes the request as denied, with the approver's words. Returns it as it is then. Throws Refused where it does not wait,
 * or this person may not decide it; StoreAway, SlackAway.
 */
export async function denyRequest(bot: Bot, id: RequestId, by: UserId, words: string): Promise<Request> {
  const request = await readWaiting(bot, id, by);
  const looks = await lookUpPatiently(bot, request, by);
  const approver = looks.people.get(by);
  if (!approver) throw new Refused("not-an-approver");
  assertMayApprove(bot.config, request, approver, looks.groups);
  return commit(bot, request, {
    event: "request.denied",
    by,
    change: (newest) => {
      assertWaiting(newest, by);
      return closeRequest(newest, { kind: "denied", by, words }, bot.clock.now());
    },
  });
}

/**
 * Closes a request that was not granted yet; the requester may, and the asker. Returns it as it is then. Throws Refused,
 * StoreAway.
 */
export async function withdrawRequest(bot: Bot, id: RequestId, by: UserId): Promise<Request> {
  const request = await readRequest(bot, id);
  if (request.requester !== by && request.askedBy !== by) throw new Refused("not-yours", { id });
  return commit(bot, request, {
    event: "request.withdrawn",
    by,
    change: (newest) => {
      if (!["asked", "waiting", "scheduled"].includes(newest.state)) assertWaiting(newest, by);
      return closeRequest(newest, { kind: "withdrawn", by }, bot.clock.now());
    },
  });
}

/**
 * Mentions the approvers again, from ten minutes after it was asked on and at most once in ten minutes. Returns the request
 * as it is then. Throws Refused when it is too soon, or nothing waits; StoreAway.
 */
export async function remindApprovers(bot: Bot, id: RequestId, by: UserId): Promise<Request> {
  const request = await readWaiting(bot, id, by);
  if (request.requester !== by && request.askedBy !== by) throw new Refused("not-yours", { id });
  if (!isRemindable(request, bot.clock.now()) || !(await bot.store.once(`reminded:${id}`, REMIND_EVERY)))
    throw new Refused("reminded-already", { id });
  return commit(bot, request, decideNudged(by));
}
