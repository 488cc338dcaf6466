/**
 * granting: approved, and its end is fixed. The step reads the account on the hub: if it is gone or has
 * another uid, this record is an old copy, and it ends. Otherwise the step creates the binding and leads to
 * active. To grant twice is the same as to grant once. It also ends when its time or its chain is over, and waits while
 * a check of the hub fails.
 */

import type { Bot } from "../../bot.ts";
import type { Request } from "../../request/record.ts";
import { endOrClose } from "../../request/transitions.ts";
import { UNREADABLE } from "../../store/reading.ts";
import type { ReadRequest } from "../../store/store.ts";
import { inTrouble } from "../decisions.ts";
import { answerToAsker, cardOf, dmOf, KEEP } from "../messages/wanted.ts";
import type { Decision, LifeState } from "../state.ts";

export const granting: LifeState = {
  dueAt: () => 0,
  step,
  // Granting takes about a second: only trouble is shown. Without it the messages of the state before stay.
  messages: (bot, request) =>
    request.trouble
      ? [cardOf(bot, request), dmOf(request, "waiting", "waiting"), ...answerToAsker(request)]
      : KEEP,
};

async function step(bot: Bot, request: ReadRequest): Promise<Decision | null> {
  const { id, account, clusterRole, endsAt } = request;
  if (endsAt === null || bot.clock.now() >= endsAt) return toEnding(bot, "failed");
  if (await isChainEnded(bot, request)) return toEnding(bot, "revoked");
  const reasons = bot.checks.failing;
  if (reasons.length > 0) return request.trouble === "held-back" ? null : inTrouble("held-back");
  const found = await bot.hub.readAccount(id);
  if (found?.uid !== account) return toEnding(bot, "restored");
  const made = await bot.hub.createBinding({ id, account, clusterRole, endsAt });
  if (made === "different") return toEnding(bot, "restored");
  return nowActive(bot);
}

const toEnding = (bot: Bot, cause: "failed" | "restored" | "revoked"): Decision => ({
  event: "request.ended",
  by: null,
  change: (request) => endOrClose(request, { cause }, bot.clock.now()),
});

const nowActive = (bot: Bot): Decision => ({
  event: "access.granted",
  by: null,
  change: (request) =>
    request.state === "granting"
      ? {
          ...request,
          state: "active",
          activeAt: bot.clock.now(),
          trouble: null,
          token: { ...request.token, signingKey: bot.hub.signingKey() },
        }
      : null,
});

/** True: the chain's first request has the note that the whole chain ends, or its record is lost. */
async function isChainEnded(bot: Bot, { follows }: Request): Promise<boolean> {
  if (follows === null) return false;
  const first = await bot.store.read(follows);
  return first === null || first === UNREADABLE || first.chainEnd !== null;
}
