/** When it is to begin, as far as it is known without asking Slack: a form opens at once. */
import type { UserId } from "../../../domain/ids.ts";
import type { Moment } from "../../../domain/moment.ts";
import { startAt } from "../../../domain/start.ts";
import type { HandlerContext } from "../context.ts";

/** Undefined also where it cannot be asked for. Never rejects. */
export async function startKnown(
  { people, ports }: HandlerContext,
  user: UserId,
  moment: Moment | undefined,
): Promise<number | undefined> {
  if (!moment) return undefined;
  const profile = await people.recallPerson(user);
  try {
    return startAt(moment, { now: ports.clock.now(), zone: profile?.timeZone ?? "" });
  } catch {
    return undefined;
  }
}
