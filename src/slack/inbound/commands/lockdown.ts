/** `lockdown [reason]`: a modal asks before all access ends. `lockdown --drill` says what that would do. */
import { drillLockdown } from "../../../flow/drill.ts";
import { drillReply } from "../../views/index.ts";
import { openMassEnd } from "../forms/open-mass-end.ts";
import { reasonTyped, typed } from "../typed.ts";
import type { Command } from "./index.ts";

/** Slack and phones make one dash of two. Whoever writes the word alone does not mean to lock anything. */
const DRILL = /^[-–—]*\s*(?:drill|演练)$/i;

export const lockdownCommand: Command = {
  first: () => false,
  async run(context, { user, rest, triggerId, channel, responseUrl }) {
    if (DRILL.test(typed(rest).trim())) {
      const found = await drillLockdown(context.ports, user);
      return (ctx) => drillReply(found, ctx);
    }
    const target = { scope: { what: "everything" as const }, channel, responseUrl };
    await openMassEnd(context, { user, triggerId, target, reason: reasonTyped(rest) });
    return undefined;
  },
};
