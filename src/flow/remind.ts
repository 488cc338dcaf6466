/** A reminder before the end; a new one takes the buttons off the one before. */
import type { RequestId } from "../domain/ids.ts";
import { type Due, timerOf } from "../domain/lifecycle.ts";
import { reminderDue } from "../domain/reminders.ts";
import { reminded } from "../domain/transitions.ts";
import type { Later, Ports } from "./ports.ts";
import { commit } from "./support/commit.ts";
import { enqueue } from "./support/enqueue.ts";

export async function remindHolder(ports: Ports, id: RequestId): Promise<Later> {
  const request = await ports.requests.get(id);
  if (request?.state !== "active") return undefined;
  const { reminders } = ports.policy;
  const now = ports.clock.now();
  const lead = reminderDue(request, reminders, now);
  if (lead !== null) {
    await commit(ports, id, (r) => reminded(r, lead));
    return undefined;
  }
  // This was the request's one timer, and what it was for is early, overtaken, or configured no more.
  const end: Due = { at: request.expiresAt, step: "end" };
  const next = now >= request.expiresAt ? end : timerOf(request, reminders);
  if (next?.step === "remind") return { again: next.at };
  await enqueue(ports, request, (jobs) => jobs.setTimer(id, null, next));
  return undefined;
}
