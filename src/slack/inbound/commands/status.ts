/** One's open requests and live grants, with what can be done to each. */
import { openRequests } from "../../../flow/status.ts";
import { statusReply } from "../../views/index.ts";
import type { Command } from "./index.ts";

export const statusCommand: Command = {
  first: () => true,
  async run({ ports }, { user }) {
    const requests = await openRequests(ports, user);
    return (ctx) => statusReply(requests, ctx);
  },
};
