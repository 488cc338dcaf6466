/**
 * scheduled: approved for later. At `startsAt` the step judges the request again: an approval counts only
 * while its approver may still approve. It leads to granting or closed, and waits where that is not known.
 */
import { Refused } from "../../request/refused.ts";
import { approved } from "../../request/transitions.ts";
import { refused } from "../decisions.ts";
import { judge, lookUp } from "../judge.ts";
import { answerToAsker, cardOf, dmOf } from "../messages/wanted.ts";
import type { LifeState } from "../state.ts";

export const scheduled: LifeState = {
  dueAt: (_, { startsAt }) => startsAt ?? 0,
  async step(bot, request) {
    if (request.startsAt !== null && bot.clock.now() < request.startsAt) return null;
    try {
      const { verdict, granted, lookedUpAt } = await judge(bot, request, await lookUp(bot, request));
      if (verdict === "waiting") throw new Refused("approval-gone", { role: request.role });
      return {
        event: "request.starting",
        by: null,
        lookedUpAt,
        change: (newest) =>
          newest.state === "scheduled" ? approved({ ...newest, granted }, bot.clock.now()) : null,
      };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // Slack may list the group again: until it lapses, this is tried every 5 s.
      const mayPass = error.note.code === "group-unknown" && bot.clock.now() < request.lapsesAt;
      return mayPass ? null : refused(bot, error);
    }
  },
  messages: (bot, request) => [
    cardOf(bot, request),
    dmOf(request, "scheduled", "waiting"),
    ...answerToAsker(request),
  ],
};
