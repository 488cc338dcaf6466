/** While Slack asks to wait, whoever pressed waits with it, and is told so once. */
import { MINUTE } from "../../domain/duration.ts";
import { Refused } from "../../domain/refusal.ts";
import { SlackBusy } from "../../flow/ports.ts";
import { busyReply } from "../views/index.ts";
import { answer, type Reach } from "./answer.ts";
import type { HandlerContext } from "./context.ts";

const WITHIN_MS = 10 * MINUTE;

/** Nothing was changed before `work` throws SlackBusy. Throws what it throws, and Refused(look-up-failed) after ten minutes or a stop. */
export function whileBusy<T>(context: HandlerContext, reach: Reach, work: () => Promise<T>): Promise<T> {
  let told: Promise<void> | undefined;
  return waitOut(context, work, (ms) => {
    told ??= answer(context, reach, (ctx) => busyReply(ms, ctx));
    return told;
  });
}

/** The same without a word, but for `onWait`. */
export async function waitOut<T>(
  { ports: { clock }, leaving }: HandlerContext,
  work: () => Promise<T>,
  onWait: (ms: number) => Promise<void> = async () => {},
): Promise<T> {
  const until = clock.now() + WITHIN_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SlackBusy)) throw error;
      const { retryAfterMs } = error;
      if (clock.now() + retryAfterMs > until) throw new Refused({ kind: "look-up-failed" });
      await onWait(retryAfterMs);
      await clock.sleep(retryAfterMs, leaving).catch(() => {
        throw new Refused({ kind: "look-up-failed" });
      });
    }
  }
}
