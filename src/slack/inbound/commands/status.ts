/** One's open requests and live grants, with what can be done to each. */
import { Refused } from "../../../domain/refusal.ts";
import { openRequests } from "../../../flow/status.ts";
import { statusReply } from "../../views/index.ts";
import type { Command } from "./index.ts";

export const statusCommand: Command = {
  asksNothing: true,
  first: () => true,
  async run({ ports }, { user, rest }) {
    if (/^(?:@|<@)/.test(rest))
      throw new Refused({ kind: "status-of-others", line: "status", raw: "status" });
    const requests = await openRequests(ports, user);
    return (ctx) => statusReply(requests, ctx);
  },
};
