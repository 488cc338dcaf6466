/** What one waits for and holds, and how much waits for oneself. */

import type { UserId } from "../../../domain/ids.ts";
import { usesOf } from "../../../flow/evidence/uses.ts";
import { ListsBehind } from "../../../flow/ports.ts";
import { openRequests } from "../../../flow/seen/status.ts";
import { countWaiting, waitingFor } from "../../../flow/seen/waiting-for.ts";
import { recaller } from "../../../flow/support/qualifier.ts";
import { statusReply, withLockdown } from "../../views/index.ts";
import type { HandlerContext } from "../context.ts";
import type { ShowPage } from "./index.ts";
import { restOf } from "./rest.ts";

export const statusPage: ShowPage = async (context, user, at) => {
  const [all, waiting, lockdown] = await Promise.all([
    openRequests(context.ports, user),
    recalledCount(context, user),
    context.ports.lockdown.standing(),
  ]);
  const page = restOf(all, at, ({ id }) => id);
  const uses = await usesOf(context.ports, page.items);
  return (ctx) => withLockdown(lockdown, statusReply(page, waiting, { ...ctx, uses }), ctx);
};

/** As far as is remembered: for one's own status, Slack is not asked. */
async function recalledCount({ ports }: HandlerContext, user: UserId): Promise<number> {
  try {
    return countWaiting(await waitingFor(ports, user, recaller(ports, user)));
  } catch (error) {
    if (error instanceof ListsBehind) return 0;
    throw error;
  }
}
