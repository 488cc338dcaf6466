/** What a crash, a lost job or a lost record left half done is finished: state and hub are compared, and made to agree. */

import { isReviewOpen } from "../domain/break-glass.ts";
import { mustCover } from "../domain/delivery.ts";
import { SECOND } from "../domain/duration.ts";
import { type Due, dueOf, isFinal, LOST_AFTER_MS, rowOf } from "../domain/lifecycle.ts";
import type { Lockdown } from "../domain/lockdown.ts";
import { endBy } from "../domain/mass-end.ts";
import { outdatedMessages, tokensToTakeOff } from "../domain/messages.ts";
import { isGranted } from "../domain/request.ts";
import { emptyTally, tally } from "../domain/tally.ts";
import { ending } from "../domain/transitions.ts";
import type { AccessRequest, GrantKey, GrantObjects, HubSurvey, Ports, Swept } from "./ports.ts";
import { latestGenerations, repairFor, repairGrant } from "./repair.ts";
import { type LiveToken, liveToken, replaceDeadTokens } from "./replace-dead-tokens.ts";
import { reportForeign } from "./report-foreign.ts";
import { commit, messageJob } from "./support/commit.ts";
import { enqueue } from "./support/enqueue.ts";
import { syncAllowances } from "./sync-allowance.ts";

const LISTING_WITHIN_MS = 45 * SECOND;
const BATCH = 500;

/** One replica at a time; another's sweep does as well. */
export async function sweep(ports: Ports): Promise<void> {
  await ports.lease.hold("sweep", async () => {
    const began = ports.clock.now();
    const found = await sweepAll(ports);
    const at = ports.clock.now();
    await ports.sweeps.completed({ ...found, at, tookMs: at - began });
  });
}

/** Lists the hub first, then reads the records: what is younger than the list is never taken for lost. */
async function sweepAll(ports: Ports): Promise<Pick<Swept, "cardsRefused" | "tally">> {
  await ports.lockdown.settle();
  const lockdown = await ports.lockdown.standing();
  const survey = await surveyHub(ports);
  const standing = survey?.standing;
  const seen = new Set(standing?.map((on) => nameOf(on.key)));
  const latest = latestGenerations(standing ?? []);
  // Where a later one stands, it is compared first: it may be the grant's.
  const isMissing = (r: AccessRequest) =>
    rowOf(r).onHub === "must-stand" && !seen.has(nameOf(r)) && (latest.get(r.id) ?? 0) < r.generation;
  const cardsRefused = new Set<string>();
  const live: LiveToken[] = [];
  const counts = emptyTally();
  for await (const batch of ports.requests.unsettled()) {
    for (const request of batch)
      await advance(ports, lockdown ? await endLocked(ports, request, lockdown) : request);
    live.push(...batch.flatMap(liveToken));
    for (const request of batch) tally(counts, request);
    for (const code of batch.flatMap(cardRefusal)) cardsRefused.add(code);
    const missing = standing ? batch.filter(isMissing) : [];
    for (const { id, role, generation } of missing) await tryRepair(ports, { id, role, generation });
  }
  for (let at = 0; at < (standing?.length ?? 0); at += BATCH)
    await compare(ports, standing?.slice(at, at + BATCH) ?? []);
  if (survey && !lockdown) await replaceDeadTokens(ports, live);
  await reportForeign(ports, survey?.foreign ?? []);
  await syncAllowances(ports);
  await followTrail(ports);
  return { cardsRefused: [...cardsRefused], tally: counts };
}

const nameOf = ({ id, generation }: GrantKey): string => `${id}-${generation}`;

const cardRefusal = (r: AccessRequest): string[] => {
  const { card, review } = r.messages;
  if (isReviewOpen(r)) return review?.refused ? [review.refused.code] : [];
  return isFinal(r) || !card?.refused ? [] : [card.refused.code];
};

/** So that whoever reads a list waits for a minute's worth at most. */
const followTrail = ({ lists, log }: Ports): Promise<void> =>
  lists.follow().catch((error: unknown) => log.warn({ err: error }, "the lists are behind the trail"));

async function surveyHub({ grants, log }: Ports): Promise<HubSurvey | null> {
  try {
    const survey = await grants.survey(AbortSignal.timeout(LISTING_WITHIN_MS));
    if (!survey.foreign) log.warn({}, "the hub holds what cannot be read: who else has access is not known");
    return survey;
  } catch (error) {
    log.warn({ err: error }, "the hub does not answer; this sweep sees to records only");
    return null;
  }
}

/** What came to stand past the lockdown, from a Redis that did not know of it. */
async function endLocked(ports: Ports, r: AccessRequest, lockdown: Lockdown): Promise<AccessRequest> {
  if (!isGranted(r) || r.state === "ending") return r;
  // Lifted meanwhile: then this may be granted since.
  if ((await ports.lockdown.standing())?.at !== lockdown.at) return r;
  return commit(ports, r.id, (now) => ending(now, endBy(lockdown, ports.clock.now())));
}

/** All that the record's state asks for and that should have been done by now, whatever happened to its jobs. */
async function advance(ports: Ports, request: AccessRequest): Promise<void> {
  const now = ports.clock.now();
  const { id } = request;
  const { reminders } = ports.policy;
  const isDue = ({ at }: Due) => at <= now;
  // All of them: one that can get nowhere must not keep the others from their time.
  for (const one of dueOf(request, reminders).filter(isDue))
    await enqueue(ports, request, (jobs) => jobs.setTimer(id, null, one));
  if (!rowOf(request).due(request, reminders).some(isDue) && request.enteredAt + LOST_AFTER_MS <= now)
    // The same until the state changes: by the version, each message that is drawn meanwhile would make one more.
    for (const step of rowOf(request).now(request))
      await enqueue(ports, request, (jobs) => jobs.setTimer(id, null, { step, at: request.enteredAt }));
  if (outdatedMessages(request).length > 0) await messageJob(ports, "syncMessages", request);
  if (tokensToTakeOff(request).length > 0) await messageJob(ports, "takeTokenOff", request);
  if (mustCover(request)) await messageJob(ports, "coverViews", request);
}

async function compare(ports: Ports, standing: GrantObjects[]): Promise<void> {
  const records = await ports.requests.getMany(standing.map((on) => on.key.id));
  for (const [i, on] of standing.entries())
    if (repairFor(ports, records[i] ?? null, on) !== "nothing") await tryRepair(ports, on.key);
}

async function tryRepair(ports: Ports, key: GrantKey): Promise<void> {
  try {
    await ports.lease.hold(key.id, (signal) => repairGrant(ports, key, signal));
  } catch (error) {
    ports.log.error({ id: key.id, err: error }, "not repaired yet; the next sweep tries again");
  }
}
