/** Whose timers have come and wait for their turn. */
import type { Queue } from "bullmq";
import { RequestId } from "../domain/ids.ts";
import type { Step } from "../domain/lifecycle.ts";

/** Of those that nobody has moved to the waiting yet: the first ones. */
const DUE_AT_MOST = 500;

/** The first that came first; two commands, however many there are. Throws while Redis does not answer. */
export async function waitingFor(queue: Queue, step: Step, now: number): Promise<RequestId[]> {
  const [waiting, due] = await Promise.all([
    queue.getRanges(["wait"], 0, -1, true),
    queue.getRanges(["delayed"], 0, DUE_AT_MOST, true),
  ]);
  return [...waiting, ...due].flatMap((jobId) => ownerOf(jobId, step, now));
}

/** As jobs.ts names a timer. */
function ownerOf(jobId: string, step: Step, now: number): RequestId[] {
  const [, name, id, at] = /^(\w+)-(.+)-(\d+)$/.exec(jobId) ?? [];
  const known = name === step && Number(at) <= now ? RequestId.safeParse(id).data : undefined;
  return known ? [known] : [];
}
