/**
 * closed: the request has an outcome and, where there was access, the proof of its end. If its account is still
 * on the hub, the next sweep deletes it.
 */
import { endMessages } from "./ending.ts";
import type { LifeState } from "./state.ts";

export const closed: LifeState = {
  dueAt: () => null,
  step: async () => null,
  messages: (bot, request) => {
    const wanted = endMessages(bot, request);
    // What was refused before anybody was asked never had a card.
    return request.history === null ? wanted.filter(({ key }) => key !== "card") : wanted;
  },
};
