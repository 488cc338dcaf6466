/**
 * closed: over, with an outcome and, where there was access, the proof of its end. Nothing of it is on the
 * hub.
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
