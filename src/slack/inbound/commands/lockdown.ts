/** `lockdown [reason]`: a modal asks before all access ends. `lockdown --drill` says what that would do. */
import { plainWord } from "../../../domain/amount.ts";
import { drillLockdown } from "../../../flow/together/drill.ts";
import { drillReply } from "../../views/index.ts";
import { openMassEnd } from "../forms/open-mass-end.ts";
import { reasonTyped, typed } from "../typed.ts";
import type { Command } from "./index.ts";

/** With dashes, of which Slack and phones make one, and without: whoever writes the word does not mean to lock anything. */
const DRILL: ReadonlySet<string> = new Set(["drill", "演练"]);

export const lockdownCommand: Command = {
  first: () => false,
  async run(context, { user, rest, triggerId, channel, responseUrl }) {
    if (DRILL.has(plainWord(typed(rest)))) {
      const found = await drillLockdown(context.ports, user);
      return (ctx) => drillReply(found, ctx);
    }
    const target = { scope: { what: "everything" as const }, channel, responseUrl };
    await openMassEnd(context, { user, triggerId, target, reason: reasonTyped(rest) });
    return undefined;
  },
};
