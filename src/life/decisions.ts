/** Decisions that several states and actions share; each is committed by whoever takes it (life/commit.ts). */
import type { Bot } from "../bot.ts";
import type { Actor } from "../request/ids.ts";
import type { HoldReason, Request } from "../request/record.ts";
import type { Refused } from "../request/refused.ts";
import { closeRequest, endOrClose } from "../request/transitions.ts";
import type { Decision } from "./state.ts";

/**
 * `lapsesAt` has come: the request closes as `known` says, if this record still has its account on the hub. Else it is
 * an older copy, and nobody knows what happened since. Throws HubError.
 */
export async function lapseDecision(bot: Bot, { id, account }: Request, known: Decision): Promise<Decision> {
  const found = await bot.hub.readAccount(id);
  return found?.uid === account ? known : decideRestored(bot);
}

/** The record is an older copy: it goes to ending, whatever it says of its state. */
export const decideRestored = (bot: Bot): Decision => ({
  event: "request.ended",
  by: null,
  change: (request) => endOrClose(request, { cause: "restored" }, bot.clock.now()),
});

/** Nobody decided before `lapsesAt`. */
export const decideUnanswered = (bot: Bot): Decision => ({
  event: "request.unanswered",
  by: null,
  change: (request) =>
    request.state === "asked" || request.state === "waiting"
      ? closeRequest(request, { kind: "unanswered" }, bot.clock.now())
      : null,
});

/** The request may not be, or not any more, for the reason that the error tells: it closes, where it is not granted. */
export const decideRefused = (bot: Bot, { note }: Refused): Decision => ({
  event: "request.refused",
  by: null,
  change: (request) =>
    ["asked", "waiting", "scheduled"].includes(request.state)
      ? closeRequest(request, { kind: "refused", refusal: note }, bot.clock.now())
      : null,
});

/** Why new access of this role is not set up now; empty: nothing keeps it. */
export const holdReasons = ({ checks }: Bot, { role }: Request): HoldReason[] =>
  checks.failing.filter(({ roles }) => roles === "all" || roles.includes(role)).map(({ reason }) => reason);

/** Reminds the approvers: once when it is time, and when the requester presses Remind them. */
export const decideNudged = (by: Actor | null): Decision => ({
  event: "request.reminded",
  by,
  change: (request) => (request.state === "waiting" ? { ...request, nudges: request.nudges + 1 } : null),
});

/** Notes once why there is no binding yet: the DM and the card then say so. */
export const inTrouble = (trouble: "hub-away" | "held-back"): Decision => ({
  event: "access.delayed",
  by: null,
  change: (request) =>
    request.state === "granting" && request.trouble !== trouble ? { ...request, trouble } : null,
});
