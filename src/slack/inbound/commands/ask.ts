/** `ROLE [DURATION] [REASON…]`: stored first, then promised. */
import { makeRequest } from "../../../flow/request.ts";
import { askedReply } from "../../views/index.ts";
import { requesterOf } from "../context.ts";
import { typed } from "../typed.ts";
import type { Command } from "./index.ts";

export const askCommand: Command = {
  first: () => true,
  async run(context, { user, name, rest, triggerId }) {
    const requester = requesterOf(context, user, name);
    const request = await makeRequest(context.ports, { requester, text: typed(rest), triggerId });
    return (ctx) => askedReply(request, ctx);
  },
};
