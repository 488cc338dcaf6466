/** `ROLE [DURATION] [REASON…]`: stored first, vetted then, and promised only after that. */
import { storeRequest, vettedAnswer } from "../asked.ts";
import { requesterOf } from "../context.ts";
import { typed } from "../typed.ts";
import type { Command } from "./index.ts";

export const askCommand: Command = {
  first: () => true,
  async run(context, { user, name, rest, triggerId, channel, at }) {
    const requester = requesterOf(context, user, name);
    const request = await storeRequest(context, { requester, text: typed(rest), triggerId, typedAt: at });
    return { after: (always) => vettedAnswer(context, request, { channel, always }) };
  },
};
