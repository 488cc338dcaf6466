/** All that a record's state asks for and that should have been done by now, whatever happened to its jobs; what a lockdown or an operator's word on the hub ends, ends. approved | delivering | active → ending */
import { mustCover } from "../../domain/delivery.ts";
import type { RequestId } from "../../domain/ids.ts";
import { dueOf, isAnyDue, LOST_AFTER_MS, rowOf, type Step } from "../../domain/lifecycle.ts";
import type { Lockdown } from "../../domain/lockdown.ts";
import { endBy } from "../../domain/mass-end.ts";
import { outdatedMessages, tokensToTakeOff } from "../../domain/messages.ts";
import { type End, isGranted } from "../../domain/request.ts";
import { ending } from "../../domain/transitions.ts";
import type { AccessRequest, Ports } from "../ports.ts";
import { commit, messageJob } from "../support/commit.ts";
import { enqueue } from "../support/enqueue.ts";
import { tellUntold } from "./tell-untold.ts";

/** By whose word what stands ends, whatever its record says. */
export interface Words {
  lockdown: Lockdown | null;
  /** What an operator ended on the hub, and what this process ended: whatever kept that from being done, it was said. */
  hubEnds: ReadonlyMap<RequestId, End>;
}

export const isUndone = (ports: Ports, r: AccessRequest, words: Words): boolean =>
  isToEnd(r, words) ||
  isAnyDue(r, ports.policy, ports.clock.now()) ||
  lostSteps(ports, r).length > 0 ||
  r.untold !== undefined ||
  messagesUndone(r).length > 0;

export async function advance(ports: Ports, r: AccessRequest, words: Words): Promise<void> {
  const request = isToEnd(r, words) ? await endByWord(ports, r, words) : r;
  for (const step of undone(ports, request)) await step();
}

/** Also what no record can be read of. */
export const endsByWord = ({ lockdown, hubEnds }: Words, id: RequestId): boolean =>
  lockdown !== null || hubEnds.has(id);

const isToEnd = (r: AccessRequest, words: Words): boolean =>
  isGranted(r) && r.state !== "ending" && endsByWord(words, r.id);

async function endByWord(
  ports: Ports,
  r: AccessRequest,
  { lockdown, hubEnds }: Words,
): Promise<AccessRequest> {
  if (lockdown) return endLocked(ports, r, lockdown);
  const end = hubEnds.get(r.id);
  return end ? commit(ports, r.id, (now) => ending(now, end)) : r;
}

/** What came to stand past the lockdown, from a Redis that did not know of it. */
async function endLocked(ports: Ports, r: AccessRequest, lockdown: Lockdown): Promise<AccessRequest> {
  // Lifted meanwhile: then this may be granted since.
  if ((await ports.lockdown.standing())?.at !== lockdown.at) return r;
  return commit(ports, r.id, (now) => ending(now, endBy(lockdown, ports.clock.now())));
}

function undone(ports: Ports, request: AccessRequest): (() => Promise<void>)[] {
  const now = ports.clock.now();
  const due = [
    // All of them: one that can get nowhere must not keep the others from their time.
    ...dueOf(request, ports.policy).filter(({ at }) => at <= now),
    // The same until the state changes: by the version, each message that is drawn meanwhile would make one more.
    ...lostSteps(ports, request).map((step) => ({ step, at: request.enteredAt })),
  ];
  return [
    ...due.map((one) => () => enqueue(ports, request, (jobs) => jobs.setTimer(request.id, null, one))),
    ...messagesUndone(request).map((step) => () => messageJob(ports, step, request)),
    ...(request.untold === undefined ? [] : [async () => void tellUntold(ports, request)]),
  ];
}

/** With these the state is over: they do what was to be done in it, or it need not be done any more. */
const MOVES_ON: readonly Step[] = ["timeOut", "end", "verify"];

/** What is to be done at once and was not, where nothing that the clock has brought does it. */
function lostSteps({ policy, clock }: Ports, r: AccessRequest): Step[] {
  const now = clock.now();
  const steps = now < r.enteredAt + LOST_AFTER_MS ? [] : rowOf(r).now(r);
  if (steps.length === 0) return [];
  const overdue = rowOf(r)
    .due(r, policy)
    .flatMap(({ at, step }) => (at <= now ? [step] : []));
  if (overdue.some((step) => MOVES_ON.includes(step))) return [];
  return steps.filter((step) => !overdue.includes(step));
}

const messagesUndone = (r: AccessRequest) => [
  ...(outdatedMessages(r).length > 0 ? (["syncMessages"] as const) : []),
  ...(tokensToTakeOff(r).length > 0 ? (["takeTokenOff"] as const) : []),
  ...(mustCover(r) ? (["coverViews"] as const) : []),
];
