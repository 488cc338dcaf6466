/** When it is to begin, as far as it is known soon: the trigger of a form lives 3 s. */
import type { UserId } from "../../../domain/ids.ts";
import type { Moment } from "../../../domain/moment.ts";
import { startAt } from "../../../domain/start.ts";
import type { HandlerContext } from "../context.ts";
import { soon } from "../soon.ts";

/** Opening the form has the rest. */
const LOOK_UP_MS = 1_000;

/** Undefined also where it cannot be asked for. Never rejects. */
export async function startKnown(
  { people, ports }: HandlerContext,
  user: UserId,
  moment: Moment | undefined,
): Promise<number | undefined> {
  if (!moment) return undefined;
  try {
    const profile = "at" in moment ? undefined : await soon(people.person(user, "show"), LOOK_UP_MS);
    return startAt(moment, { now: ports.clock.now(), zone: profile?.timeZone ?? "" });
  } catch {
    return undefined;
  }
}
