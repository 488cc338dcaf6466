/** A reminder before the end; a new one takes the buttons off the one before. */
import type { RequestId } from "../domain/ids.ts";
import { reminderDue } from "../domain/schedule.ts";
import { reminded } from "../domain/transitions.ts";
import type { Later, Ports } from "./ports.ts";
import { syncMessages } from "./sync-messages.ts";

export async function remindHolder(ports: Ports, id: RequestId): Promise<Later> {
  const request = await ports.requests.get(id);
  if (request?.state !== "active") return;
  const lead = reminderDue(request, ports.policy.reminders, ports.clock.now());
  if (lead !== null) await ports.requests.update(id, (r) => reminded(r, lead));
  return syncMessages(ports, id);
}
