/**
 * scheduled: approved, and waiting for its start or for checks of the hub that fail. When both are met, the step judges
 * the request again: an approval counts only while its approver may still approve. It leads to granting, or to closed
 * when the request is refused now or has lapsed. While Slack does not list a group, the step is tried every 5 s.
 */
import type { Bot } from "../../bot.ts";
import type { HoldReason, Request } from "../../request/record.ts";
import { Refused } from "../../request/refused.ts";
import { grantOrSchedule } from "../../request/transitions.ts";
import { decideRefused, holdReasons, lapseDecision } from "../decisions.ts";
import { judge, lookUp } from "../judge.ts";
import { answerToAsker, approvalCard, dmMessage } from "../messages/wanted.ts";
import type { Decision, LifeState } from "../state.ts";

export const scheduled = {
  dueAt: (_, { startsAt }) => startsAt ?? 0,
  async step(bot, request) {
    if (request.startsAt !== null && bot.clock.now() < request.startsAt) return null;
    const reasons = holdReasons(bot, request);
    const isLapsed = bot.clock.now() >= request.lapsesAt;
    if (reasons.length > 0 && !isLapsed) return holdBack(request, reasons);
    try {
      const decision = await begin(bot, request);
      return isLapsed ? lapseDecision(bot, request, decideRefused(bot, neverReady(request))) : decision;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // Slack may list the group again: until it lapses, this is tried every 5 s.
      if (error.note.code === "group-unknown" && !isLapsed) return null;
      return isLapsed ? lapseDecision(bot, request, decideRefused(bot, error)) : decideRefused(bot, error);
    }
  },
  messages: (bot, request) => [
    approvalCard(bot, request),
    dmMessage(request, "scheduled", "waiting"),
    ...answerToAsker(request),
  ],
} satisfies LifeState;

async function begin(bot: Bot, request: Request): Promise<Decision> {
  const { verdict, granted, lookedUpAt } = await judge(bot, request, await lookUp(bot, request));
  if (verdict === "waiting") throw new Refused("approval-gone", { role: request.role });
  return {
    event: "request.starting",
    by: null,
    lookedUpAt,
    change: (newest) =>
      newest.state === "scheduled" ? grantOrSchedule({ ...newest, granted }, bot.clock.now(), []) : null,
  };
}

/** Notes which checks hold it back; null: they are noted already. The time of access does not run meanwhile. */
function holdBack(request: Request, reasons: HoldReason[]): Decision | null {
  if (JSON.stringify(request.heldBack) === JSON.stringify(reasons)) return null;
  return {
    event: "request.held-back",
    by: null,
    change: (newest) => (newest.state === "scheduled" ? { ...newest, heldBack: reasons } : null),
  };
}

const neverReady = ({ role, heldBack: [reason] }: Request): Refused =>
  new Refused("held-back", { role, reason: reason?.code ?? "", name: reason?.name ?? "" });
