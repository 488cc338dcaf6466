/**
 * Ends a request when Slack refuses its DM or its card for good: without a DM there is no token, and without a card nobody
 * decides. A request goes on without any other message.
 */
import type { Bot } from "../../bot.ts";
import { endOrClose } from "../../request/transitions.ts";
import type { ReadRequest } from "../../store/store.ts";
import { commit } from "../commit.ts";
import type { WantedMessage } from "./wanted.ts";

/** Commits the end of a request whose DM or card Slack refuses. Throws Refused, StoreAway. */
export async function failUndelivered(
  bot: Bot,
  request: ReadRequest,
  { key, to }: WantedMessage,
): Promise<void> {
  const isTheirs = "dm" in to && to.dm === request.requester;
  const isCard = key === "card" && request.state === "waiting";
  if (!isTheirs && !isCard) return;
  const refusal = { code: isTheirs ? ("dm-refused" as const) : ("card-refused" as const), data: {} };
  await commit(bot, request, {
    event: "request.ended",
    by: null,
    change: (newest) => endOrClose(newest, { cause: "failed", refusal }, bot.clock.now()),
  });
}
