/** All that a record's state asks for and that should have been done by now, whatever happened to its jobs. */
import { mustCover } from "../domain/delivery.ts";
import { type Due, dueOf, LOST_AFTER_MS, rowOf } from "../domain/lifecycle.ts";
import type { Lockdown } from "../domain/lockdown.ts";
import { endBy } from "../domain/mass-end.ts";
import { outdatedMessages, tokensToTakeOff } from "../domain/messages.ts";
import { isGranted } from "../domain/request.ts";
import { ending } from "../domain/transitions.ts";
import type { AccessRequest, Ports } from "./ports.ts";
import { commit, messageJob } from "./support/commit.ts";
import { enqueue } from "./support/enqueue.ts";

export const isUndone = (ports: Ports, r: AccessRequest, lockdown: Lockdown | null): boolean =>
  (lockdown !== null && isToEnd(r)) || undone(ports, r).length > 0;

export async function advance(ports: Ports, r: AccessRequest, lockdown: Lockdown | null): Promise<void> {
  const request = lockdown ? await endLocked(ports, r, lockdown) : r;
  for (const step of undone(ports, request)) await step();
}

const isToEnd = (r: AccessRequest): boolean => isGranted(r) && r.state !== "ending";

/** What came to stand past the lockdown, from a Redis that did not know of it. */
async function endLocked(ports: Ports, r: AccessRequest, lockdown: Lockdown): Promise<AccessRequest> {
  if (!isToEnd(r)) return r;
  // Lifted meanwhile: then this may be granted since.
  if ((await ports.lockdown.standing())?.at !== lockdown.at) return r;
  return commit(ports, r.id, (now) => ending(now, endBy(lockdown, ports.clock.now())));
}

function undone(ports: Ports, request: AccessRequest): (() => Promise<void>)[] {
  const now = ports.clock.now();
  const { policy } = ports;
  const isDue = ({ at }: Due) => at <= now;
  const atOnce = rowOf(request).now(request);
  const isLost =
    atOnce.length > 0 &&
    request.enteredAt + LOST_AFTER_MS <= now &&
    !rowOf(request).due(request, policy).some(isDue);
  const due = [
    // All of them: one that can get nowhere must not keep the others from their time.
    ...dueOf(request, policy).filter(isDue),
    // The same until the state changes: by the version, each message that is drawn meanwhile would make one more.
    ...(isLost ? atOnce : []).map((step) => ({ step, at: request.enteredAt })),
  ];
  const messages = [
    ...(outdatedMessages(request).length > 0 ? (["syncMessages"] as const) : []),
    ...(tokensToTakeOff(request).length > 0 ? (["takeTokenOff"] as const) : []),
    ...(mustCover(request) ? (["coverViews"] as const) : []),
  ];
  return [
    ...due.map((one) => () => enqueue(ports, request, (jobs) => jobs.setTimer(request.id, null, one))),
    ...messages.map((step) => () => messageJob(ports, step, request)),
  ];
}
