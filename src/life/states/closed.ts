/**
 * closed: the request has an outcome and, where there was access, the proof of its end. The commit that closed it
 * deleted its account on the hub; if that failed, the next sweep does.
 */

import { isRefusedAtOnce } from "../../request/record.ts";
import { endMessages } from "../messages/wanted.ts";
import type { LifeState } from "../state.ts";

export const closed: LifeState = {
  dueAt: () => null,
  step: async () => null,
  messages: (bot, request) => {
    if (isRefusedAtOnce(request)) return [];
    const wanted = endMessages(bot, request);
    // What was refused before anybody was asked never had a card.
    return request.history === null ? wanted.filter(({ key }) => key !== "card") : wanted;
  },
};
