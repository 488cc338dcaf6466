/** While Slack asks to wait, whoever pressed waits with it, and is told so once. */
import { MINUTE } from "../../domain/duration.ts";
import { Refused } from "../../domain/refusal.ts";
import { SlackBusy } from "../../flow/ports.ts";
import { busyReply } from "../views/index.ts";
import { answer, type Reach } from "./answer.ts";
import type { HandlerContext } from "./context.ts";

const WITHIN_MS = 10 * MINUTE;

/** Nothing was changed before `work` throws SlackBusy. Throws what it throws, and Refused(look-up-failed) after ten minutes or a stop. */
export async function whileBusy<T>(
  context: HandlerContext,
  reach: Reach,
  work: () => Promise<T>,
): Promise<T> {
  const { clock, stopping } = context.ports;
  const until = clock.now() + WITHIN_MS;
  let told: Promise<void> | undefined;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SlackBusy)) throw error;
      const { retryAfterMs } = error;
      if (clock.now() + retryAfterMs > until) throw new Refused({ kind: "look-up-failed" });
      told ??= answer(context, reach, (ctx) => busyReply(retryAfterMs, ctx));
      await told;
      await clock.sleep(retryAfterMs, stopping).catch(() => {
        throw new Refused({ kind: "look-up-failed" });
      });
    }
  }
}
