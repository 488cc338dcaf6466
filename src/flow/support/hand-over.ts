/** A step of Slack's whose time has come was the request's one timer: what comes after it, the end above all, must not wait for Slack. */
import { type Step, timerOf } from "../../domain/lifecycle.ts";
import type { AccessRequest, Ports } from "../ports.ts";
import { enqueue } from "./enqueue.ts";

/** To the lane of messages. `rest`: the request without what this step is for. */
export async function handOver(
  ports: Pick<Ports, "jobs" | "log" | "policy">,
  step: Step,
  { id, version }: AccessRequest,
  rest: AccessRequest,
): Promise<void> {
  const next = timerOf(rest, ports.policy.reminders);
  await enqueue(ports, { id }, (jobs) => jobs.setTimer(id, null, next));
  await enqueue(ports, { id }, (jobs) => jobs.add("messages", step, id, version));
}
