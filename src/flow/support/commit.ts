/** The only way to change a record: one compare-and-swap, and then the jobs that the new state asks for. */
import { mustCover } from "../../domain/delivery.ts";
import { isLasting } from "../../domain/epoch.ts";
import { HOME_SETTLES_MS, isSeenAtHome } from "../../domain/home.ts";
import type { RequestId } from "../../domain/ids.ts";
import { type Due, dueOf, isSameDue, rowOf, type Step, stamped } from "../../domain/lifecycle.ts";
import { outdatedMessages, tokensToTakeOff } from "../../domain/messages.ts";
import type { AccessRequest, Change, Ports } from "../ports.ts";
import { enqueue } from "./enqueue.ts";

export interface CommitOptions {
  /** The step that the caller goes on with: it needs no job. */
  doing?: Step;
  /** A replica of Redis must have it too: what was said to a person survives a failover. */
  replicated?: boolean;
}

/** The record as it stands then. Throws what `change` throws, Refused(unknown-request), StoreDown, StoreUnsure. */
export async function commit(
  ports: Pick<Ports, "requests" | "jobs" | "clock" | "log" | "policy" | "epoch" | "homes">,
  id: RequestId,
  change: Change,
  { doing, replicated = false }: CommitOptions = {},
): Promise<AccessRequest> {
  let queued: Promise<unknown> | undefined;
  const { before, after } = await ports.requests.update(
    id,
    (r) => {
      const next = change(r);
      return next && stamped(r, next, ports.clock.now());
    },
    {
      replicated,
      limits: ports.policy.limits,
      along: (sent) => {
        queued = Promise.all(newJobs(ports, sent.before, sent.after, doing));
      },
    },
  );
  // Nobody waits for the hub to hear of it.
  if (isLasting(before, after)) void ports.epoch.settle();
  if (after.version !== before.version) await Promise.all([queued, keepUp(ports, before, after)]);
  return after;
}

type Following = Pick<Ports, "jobs" | "clock" | "log" | "policy" | "homes">;

/** What the record asks for now and did not ask for before. */
export async function follow(
  ports: Following,
  before: AccessRequest | null,
  after: AccessRequest,
  doing?: Step,
): Promise<void> {
  await Promise.all([...newJobs(ports, before, after, doing), keepUp(ports, before, after)]);
}

/** A job only looks at the record: where that did not change after all, it does nothing. */
function newJobs(
  ports: Pick<Ports, "jobs" | "log">,
  before: AccessRequest | null,
  after: AccessRequest,
  doing?: Step,
): Promise<void>[] {
  // What was under way for an earlier generation does nothing for this one.
  const known = before?.generation === after.generation ? rowOf(before).now(before) : [];
  const now = rowOf(after)
    .now(after)
    .filter((step) => !known.includes(step) && step !== doing);
  return [
    ...now.map((step) => enqueue(ports, after, (jobs) => jobs.add("urgent", step, after.id, after.version))),
    ...(isNewlyOutdated(before, after) ? [messageJob(ports, "syncMessages", after)] : []),
    ...(isNewlyLeft(before, after) ? [messageJob(ports, "takeTokenOff", after)] : []),
    ...(mustCover(after) && !(before && mustCover(before)) ? [messageJob(ports, "coverViews", after)] : []),
  ];
}

/** What is set and drawn by the record as it stands. */
async function keepUp(ports: Following, before: AccessRequest | null, after: AccessRequest): Promise<void> {
  // Nobody waits for other people's homes.
  if (isSeenAtHome(before, after)) void ports.homes.outdated([after.id], HOME_SETTLES_MS);
  await Promise.all(timersFor(ports, before, after));
}

/** What came due before has its job, which set the timer of what comes next (next-timer.ts). */
function timersFor(
  ports: Pick<Ports, "jobs" | "clock" | "log" | "policy">,
  before: AccessRequest | null,
  after: AccessRequest,
): Promise<void>[] {
  const now = ports.clock.now();
  const { policy } = ports;
  const [had, has] = [before ? dueOf(before, policy) : [], dueOf(after, policy)];
  const isAhead = ({ at }: Due) => at > now;
  const overdue = has.filter((due) => !isAhead(due) && !had.some((one) => isSameDue(one, due)));
  const [last = null, next = null] = [had.find(isAhead), has.find(isAhead)];
  const changes = [
    ...overdue.map((due) => [null, due] as const),
    ...(isSameDue(last, next) ? [] : [[last, next] as const]),
  ];
  return changes.map(([from, to]) => enqueue(ports, after, (jobs) => jobs.setTimer(after.id, from, to)));
}

/** To the lane of messages: whatever else the clock brings, an end above all, must not wait for Slack. */
export const messageJob = (
  ports: Pick<Ports, "jobs" | "log">,
  step: "syncMessages" | "takeTokenOff" | "coverViews" | "checkDeparture",
  { id, version }: AccessRequest,
): Promise<void> => enqueue(ports, { id }, (jobs) => jobs.add("messages", step, id, version));

function isNewlyLeft(before: AccessRequest | null, after: AccessRequest): boolean {
  const known = before ? tokensToTakeOff(before) : [];
  return tokensToTakeOff(after).some((one) => !known.includes(one));
}

function isNewlyOutdated(before: AccessRequest | null, after: AccessRequest): boolean {
  const outdated = (r: AccessRequest) =>
    outdatedMessages(r).map(({ key, shows }) => `${key} ${shows} ${r.revision}`);
  const known = new Set(before ? outdated(before) : []);
  return outdated(after).some((one) => !known.has(one));
}
