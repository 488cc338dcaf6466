/** When it is to begin, as far as it is known soon: the trigger of a form lives 3 s. */
import type { UserId } from "../../../domain/ids.ts";
import type { Moment } from "../../../domain/moment.ts";
import { startAt } from "../../../domain/start.ts";
import { type HandlerContext, profileOfAsker } from "../context.ts";
import { soon } from "../soon.ts";

/** Opening the form has the rest. */
const LOOK_UP_MS = 1_000;

/** Undefined also where it cannot be asked for. Never rejects. */
export async function startKnown(
  context: HandlerContext,
  user: UserId,
  moment: Moment | undefined,
): Promise<number | undefined> {
  if (!moment) return undefined;
  try {
    const profile = "at" in moment ? undefined : await soon(profileOfAsker(context, user), LOOK_UP_MS);
    return startAt(moment, { now: context.ports.clock.now(), zone: profile?.timeZone ?? "" });
  } catch {
    return undefined;
  }
}
