/** A submission that cannot be taken now: nothing changed, and its form stays open with what was typed, to be sent again. */
import type { Refusal } from "../../../domain/refusal.ts";
import type { HandlerContext } from "../context.ts";
import { refusalOf } from "../reply.ts";
import { soon } from "../soon.ts";
import type { SubmissionAck } from "./submit.ts";

/** A minute later it may be taken. */
const PASSING: readonly Refusal["kind"][] = [
  "look-up-failed",
  "store-down",
  "rules-differ",
  "not-locked-down",
];

interface Submitted<T> {
  work: Promise<T>;
  ack: SubmissionAck;
  /** What is said at an input of the form that stays. */
  errors(refusal: Refusal): Record<string, string>;
}

/** What came of it, once the form is closed; undefined where it stays. */
export async function takeOrKeep<T>(
  { log, ackWithin }: HandlerContext,
  { work, ack, errors }: Submitted<T>,
): Promise<{ done: T } | { error: unknown } | undefined> {
  const outcome = work.then(
    (done) => ({ done }),
    (error: unknown) => ({ error }),
  );
  const early = await soon(outcome, ackWithin);
  const refusal = early && "error" in early ? refusalOf(early.error) : null;
  if (early && "error" in early && refusal && PASSING.includes(refusal.kind)) {
    log.warn({ err: early.error }, "a form is not taken now; what was typed stays in it");
    await ack({ response_action: "errors", errors: errors(refusal) });
    return undefined;
  }
  await ack();
  return early ?? outcome;
}
