/** approve: one approver's yes. The last that is needed leads to scheduled or granting, in the very commit. */

import type { Bot } from "../bot.ts";
import { commit } from "../life/commit.ts";
import { holdReasons, refused } from "../life/decisions.ts";
import { type Judgement, judge, type LookUps, lookUpPatiently } from "../life/judge.ts";
import { assertMayApprove } from "../policy/approvers.ts";
import type { RequestId, UserId } from "../request/ids.ts";
import type { Request } from "../request/record.ts";
import { isPassing, Refused } from "../request/refused.ts";
import { approved, grantedTime, statedEnd } from "../request/transitions.ts";
import type { ReadRequest } from "../store/store.ts";
import { readRequest } from "./read.ts";

/** `less`: a shorter time than was asked for, ms. Throws Refused, StoreAway, SlackAway. */
export async function approveRequest(
  bot: Bot,
  id: RequestId,
  by: UserId,
  less: number | null,
): Promise<Request> {
  const request = await readWaiting(bot, id, by);
  const looks = await lookUpPatiently(bot, request, by);
  const approver = looks.people.get(by);
  if (!approver) throw new Refused("not-an-approver");
  assertMayApprove(bot.config, request, approver, looks.groups);
  const ifApproved = withApproval(request, by, less, bot.clock.now());
  const judgement = await judgeOrClose(bot, request, ifApproved, looks);
  const after = await commit(bot, request, {
    event: "request.approved",
    by,
    lookedUpAt: judgement.lookedUpAt,
    change: (newest) => {
      assertWaiting(newest, by);
      if (newest.version !== request.version) return null;
      const next = { ...newest, approvals: ifApproved.approvals, granted: judgement.granted };
      return judgement.verdict === "approved"
        ? approved(next, bot.clock.now(), holdReasons(bot, next))
        : next;
    },
  });
  // Something else was decided meanwhile, such as the approval before the last: it is judged anew.
  return after.approvals.some((one) => one.by === by) ? after : approveRequest(bot, id, by, less);
}

export async function readWaiting(bot: Bot, id: RequestId, user: UserId): Promise<ReadRequest> {
  const request = await readRequest(bot, id);
  assertWaiting(request, user);
  return request;
}

/** Who comes late is told who decided: themselves, or somebody else. */
export function assertWaiting(request: Request, user: UserId): void {
  if (request.state === "waiting") return;
  if (request.outcome === null && request.approvals.some((approval) => approval.by === user))
    throw new Refused("approved-already", { id: request.id, state: request.state });
  if (request.state === "asked") throw new Refused("not-active", { id: request.id });
  const { outcome, approvals, ending } = request;
  const by = outcome?.by ?? approvals.at(-1)?.by ?? ending?.by ?? "";
  const at = outcome?.at ?? approvals.at(-1)?.at ?? 0;
  throw new Refused("already-decided", { id: request.id, by, at, how: outcome?.kind ?? "approved" });
}

function withApproval(request: Request, by: UserId, less: number | null, now: number): Request {
  if (request.approvals.some((approval) => approval.by === by))
    throw new Refused("approved-already", { id: request.id });
  const time = Math.min(less ?? request.duration, grantedTime(request));
  const end = statedEnd({ ...request, granted: time });
  if (end !== null && end <= now) throw new Refused("over-by-then", { until: end });
  return { ...request, approvals: [...request.approvals, { by, rule: null, at: now, time }] };
}

/** What the rules do not allow any more closes; what is not known leaves it waiting. */
async function judgeOrClose(
  bot: Bot,
  read: ReadRequest,
  ifApproved: Request,
  looks: LookUps,
): Promise<Judgement> {
  try {
    return await judge(bot, ifApproved, looks);
  } catch (error) {
    if (error instanceof Refused && !isPassing(error)) await commit(bot, read, refused(bot, error));
    throw error;
  }
}
