/** A reminder before the end; a new one takes the buttons off the one before. */
import type { RequestId } from "../domain/ids.ts";
import { reminderDue, remindersDue } from "../domain/reminders.ts";
import { reminded } from "../domain/transitions.ts";
import type { AccessRequest, Later, Ports } from "./ports.ts";
import { commit } from "./support/commit.ts";

export async function remindHolder(ports: Ports, id: RequestId): Promise<Later> {
  const request = await ports.requests.get(id);
  if (request?.state !== "active") return undefined;
  const { reminders } = ports.policy;
  const now = ports.clock.now();
  const lead = reminderDue(request, reminders, now);
  if (lead !== null) {
    // More time that came meanwhile has reminders of its own.
    const isDue = (r: AccessRequest) => r.state === "active" && reminderDue(r, reminders, now) === lead;
    await commit(ports, id, (r) => (isDue(r) ? reminded(r, lead) : null));
    return undefined;
  }
  // Too early, overtaken, or configured no more.
  const next = remindersDue(request, reminders).find((at) => at > now);
  return next === undefined ? undefined : { again: next };
}
