/** One's open requests and live grants, with what can be done to each. */
import { Refused } from "../../../domain/refusal.ts";
import { statusPage } from "../pages/status.ts";
import { leadingMention, typed } from "../typed.ts";
import type { Command } from "./index.ts";

export const statusCommand: Command = {
  asksNothing: true,
  first: () => true,
  async run(context, { user, rest }) {
    const raw = leadingMention(rest) ? `active ${rest.slice(0, rest.indexOf(">") + 1)}` : "status";
    if (/^(?:@|<@)/.test(rest)) throw new Refused({ kind: "status-of-others", line: typed(raw), raw });
    return statusPage(context, user, { list: "status", from: 0 });
  },
};
