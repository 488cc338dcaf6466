/** A step of Slack's whose time has come: whatever else the clock brings, an end above all, must not wait for Slack. */
import type { Step } from "../../domain/lifecycle.ts";
import type { AccessRequest, Ports } from "../ports.ts";
import { enqueue } from "./enqueue.ts";

/** To the lane of messages. */
export const handOver = (
  ports: Pick<Ports, "jobs" | "log">,
  step: Step,
  { id, version }: AccessRequest,
): Promise<void> => enqueue(ports, { id }, (jobs) => jobs.add("messages", step, id, version));
