/** A request has one timer. The one that fires sets the next, whatever becomes of its own step: what hangs hides nothing. */
import type { RequestId } from "../../domain/ids.ts";
import { type Due, timerAfter } from "../../domain/lifecycle.ts";
import type { Ports } from "../ports.ts";
import { enqueue } from "./enqueue.ts";

/** Throws StoreDown. */
export async function setNextTimer(
  ports: Pick<Ports, "requests" | "jobs" | "log" | "policy">,
  id: RequestId,
  fired: Due,
): Promise<void> {
  const request = await ports.requests.get(id);
  const next = request && timerAfter(request, ports.policy, fired);
  if (next) await enqueue(ports, request, (jobs) => jobs.setTimer(id, null, next));
}
