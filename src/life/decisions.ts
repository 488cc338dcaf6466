/**
 * Builds the decisions that several states and actions share: lapse, refusal, reminder, trouble. Nothing is changed here:
 * the caller commits the decision (life/commit.ts).
 */
import type { Bot } from "../bot.ts";
import type { Actor } from "../request/ids.ts";
import type { HoldReason, Request } from "../request/record.ts";
import type { Refused } from "../request/refused.ts";
import { closeRequest, endOrClose } from "../request/transitions.ts";
import type { Decision } from "./state.ts";

/**
 * Returns the decision for a request whose time is up: `known`, if the record's account is still on the hub. Otherwise the
 * record is an older copy, and ends as restored: nobody knows what happened since. Throws HubError.
 */
export async function lapseDecision(bot: Bot, { id, account }: Request, known: Decision): Promise<Decision> {
  const found = await bot.hub.readAccount(id);
  return found?.uid === account ? known : decideRestored(bot);
}

/** Ends a record that is an older copy: it goes to ending from any state before. */
export const decideRestored = (bot: Bot): Decision => ({
  event: "request.ended",
  by: null,
  change: (request) => endOrClose(request, { cause: "restored" }, bot.clock.now()),
});

/** Closes a request that nobody decided before `lapsesAt`. */
export const decideUnanswered = (bot: Bot): Decision => ({
  event: "request.unanswered",
  by: null,
  change: (request) =>
    request.state === "asked" || request.state === "waiting"
      ? closeRequest(request, { kind: "unanswered" }, bot.clock.now())
      : null,
});

/** Closes a request that is not granted, for the reason that the error tells. */
export const decideRefused = (bot: Bot, { note }: Refused): Decision => ({
  event: "request.refused",
  by: null,
  change: (request) =>
    ["asked", "waiting", "scheduled"].includes(request.state)
      ? closeRequest(request, { kind: "refused", refusal: note }, bot.clock.now())
      : null,
});

/** Returns the failing checks of the hub that keep new access of this role from being set up; empty: none. */
export const holdReasons = ({ checks }: Bot, { role }: Request): HoldReason[] =>
  checks.failing.filter(({ roles }) => roles === "all" || roles.includes(role)).map(({ reason }) => reason);

/** Reminds the approvers: once by time (`by` is null), and when the requester presses Remind them. */
export const decideNudged = (by: Actor | null): Decision => ({
  event: "request.reminded",
  by,
  change: (request) => (request.state === "waiting" ? { ...request, nudges: request.nudges + 1 } : null),
});

/** Notes once why a request in granting has no binding yet: DM and card then say so. */
export const inTrouble = (trouble: "hub-away" | "held-back"): Decision => ({
  event: "access.delayed",
  by: null,
  change: (request) =>
    request.state === "granting" && request.trouble !== trouble ? { ...request, trouble } : null,
});
