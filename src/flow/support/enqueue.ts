/** Adds a job that may be lost: the state is stored already, and the sweep looks at it within a minute. */
import type { AccessRequest, JobName, Ports } from "../ports.ts";

export async function enqueue(
  { jobs, log }: Pick<Ports, "jobs" | "log">,
  name: JobName,
  request: AccessRequest,
  due: number,
  key: string | number = request.version,
): Promise<void> {
  try {
    await jobs.add(name, request.id, due, key);
  } catch (error) {
    log.warn({ id: request.id, job: name, err: error }, "job not queued; the sweep will see to it");
  }
}
