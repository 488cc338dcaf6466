/** Adds a job that may be lost: the state is stored already, and the sweep looks at it within a minute. */
import type { AccessRequest, Ports } from "../ports.ts";

export async function enqueue(
  { jobs, log }: Pick<Ports, "jobs" | "log">,
  { id }: Pick<AccessRequest, "id">,
  add: (to: Ports["jobs"]) => Promise<void>,
): Promise<void> {
  try {
    await add(jobs);
  } catch (error) {
    log.warn({ id, err: error }, "a job was not queued; the sweep will see to it");
  }
}
