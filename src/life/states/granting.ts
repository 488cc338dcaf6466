/**
 * granting: approved, its end is fixed, and the step makes the binding on the hub at once. It leads to active.
 * It leads to ending, which deletes a binding made in vain, when
 * - its time or its chain is over, or the file and its passkeys no longer bear out its approvals;
 * - an operator's deed names it, or its account on the hub is gone or has another uid: the record is an older copy.
 * It waits while a check of the hub fails. To grant twice is the same as to grant once.
 */
import type { Bot } from "../../bot.ts";
import { isStillApproved } from "../../policy/still-approved.ts";
import type { Request } from "../../request/record.ts";
import type { RefusalCode } from "../../request/refused.ts";
import { endOrClose } from "../../request/transitions.ts";
import { UNREADABLE } from "../../store/reading.ts";
import type { ReadRequest } from "../../store/store.ts";
import { decideRestored, holdReasons, inTrouble, lapseDecision } from "../decisions.ts";
import { readDeeds } from "../deeds.ts";
import { answerToAsker, approvalCard, dmMessage } from "../messages/wanted.ts";
import type { Decision, LifeState } from "../state.ts";

export const granting = {
  dueAt: () => 0,
  step: stepGranting,
  messages: (bot, request) => [
    approvalCard(bot, request),
    dmMessage(request, "waiting", "waiting"),
    ...answerToAsker(request),
  ],
} satisfies LifeState;

async function stepGranting(bot: Bot, request: ReadRequest): Promise<Decision | null> {
  const { id, account, clusterRole, endsAt } = request;
  if (endsAt === null || bot.clock.now() >= endsAt)
    return lapseDecision(bot, request, toEnding(bot, "failed"));
  if (await isChainEnded(bot, request)) return toEnding(bot, "revoked");
  if (!(await isStillApproved(bot.config, request, bot.clock.now())))
    return toEnding(bot, "failed", "approval-gone");
  if (holdReasons(bot, request).length > 0)
    return request.trouble === "held-back" ? null : inTrouble("held-back");
  // Side by side: until `active` no token of this account exists, so a binding that should not be gives nobody access.
  const deed = findDeed(bot, request);
  const found = bot.hub.readAccount(id);
  const made = bot.hub.createBinding({ id, account, clusterRole, endsAt });
  await Promise.allSettled([deed, found, made]);
  const ended = await deed;
  if (ended) return ended;
  const isOurs = (await found)?.uid === account && (await made) !== "different";
  return isOurs ? nowActive(bot) : decideRestored(bot);
}

const toEnding = (bot: Bot, cause: "failed" | "revoked", code?: RefusalCode): Decision => ({
  event: "request.ended",
  by: null,
  change: (request) => {
    const refusal = code && { code, data: { role: request.role } };
    return endOrClose(request, { cause, refusal }, bot.clock.now());
  },
});

/** Returns the end by an operator who took away, past the bot, this access or that of the chain's first request; null: none. */
async function findDeed(bot: Bot, { id, follows }: Request): Promise<Decision | null> {
  const deeds = await readDeeds({ hub: bot.hub, signer: bot.store.signer });
  const deed = deeds.find(({ requests }) => requests.includes(id) || requests.includes(follows ?? id));
  if (!deed) return null;
  const { cause, operator: by, words, at, goneAt } = deed;
  return {
    event: "request.ended",
    by,
    change: (request) => endOrClose(request, { cause, by, words, goneAt }, at),
  };
}

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

/** Returns whether the chain's first request says that the whole chain ends, or cannot be read. */
async function isChainEnded(bot: Bot, { follows }: Request): Promise<boolean> {
  if (follows === null) return false;
  const first = await bot.store.read(follows);
  return first === null || first === UNREADABLE || first.chainEnd !== null;
}
