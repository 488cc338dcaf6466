/** What is read when somebody scrapes: a handful of commands to Redis, however many grants there are. */
import { SECOND } from "../domain/duration.ts";
import { type Coverage, isSilent } from "../domain/use.ts";
import type { Clock, Evidence, LastSweep } from "../flow/ports.ts";
import type { CanaryStanding } from "../flow/watch/canary.ts";
import type { LaneDepth } from "../queue/depth.ts";
import type { Instruments } from "./instruments.ts";

export interface Sources {
  clock: Clock;
  /** Throws while Redis does not answer. */
  lastSweep(): Promise<LastSweep>;
  /** Likewise. */
  depths(): Promise<LaneDepth[]>;
  isReady(): boolean;
  holdingBack(): number;
  /** Of the catalog. */
  roles(): string[];
  /** From when to when the bot's own credential is good, ms since the epoch; null: for ever, or it is not known. */
  credential(): { from: number; to: number } | null;
  /** Null where none is to run. */
  canary(): CanaryStanding | null;
  /** Whether whoever shows no token read nothing at the last look; null where nobody looks, or none was yet. */
  closed(): boolean | null;
  /** How far the hub's word on the use of tokens reaches; null where it does not tell. Throws as lastSweep. */
  coverage: Evidence["coverage"] | null;
  /** Of the hub's clock, ms. */
  clockOffset(): number;
  build: { version: string; node: string; bot: string };
}

/** Of what does not answer nothing is said, save that it does not. Never rejects. */
export async function readSources(sources: Sources, to: Instruments): Promise<void> {
  const { clock } = sources;
  for (const role of sources.roles()) to.know(role);
  const [swept, depths, coverage] = await Promise.allSettled([
    sources.lastSweep(),
    sources.depths(),
    sources.coverage?.() ?? null,
  ]);
  for (const one of [to.live, to.waiting, to.unconfirmed, to.unconfirmedAge, to.jobs, to.oldestJob])
    one.reset();
  for (const one of [
    to.sweepAge,
    to.sweepLength,
    to.credential,
    to.lifetime,
    to.canaryOk,
    to.canaryAge,
    to.canaryInterval,
    to.readsOpen,
    to.evidenceComplete,
    to.evidenceAge,
  ])
    one.remove();
  if (swept.status === "fulfilled") showSweep(swept.value, { roles: sources.roles(), now: clock.now() }, to);
  else for (const one of [to.unconfirmed, to.unconfirmedAge]) one.remove();
  for (const { lane, waiting, oldestSince } of depths.status === "fulfilled" ? depths.value : []) {
    to.jobs.set({ lane }, waiting);
    to.oldestJob.set({ lane }, secondsSince(oldestSince, clock.now()));
  }
  const isUp = swept.status === "fulfilled" && depths.status === "fulfilled";
  to.records.set(isUp ? 1 : 0);
  to.ready.set(sources.isReady() ? 1 : 0);
  to.holds.set(sources.holdingBack());
  const life = sources.credential();
  if (life) to.credential.set((life.to - clock.now()) / SECOND);
  if (life) to.lifetime.set((life.to - life.from) / SECOND);
  const closed = sources.closed();
  if (closed !== null) to.readsOpen.set(closed ? 0 : 1);
  showCanary(sources.canary(), clock.now(), to);
  if (coverage.status === "fulfilled") showEvidence(coverage.value, clock.now(), to);
  to.skew.set(sources.clockOffset() / SECOND);
  to.build.set(sources.build, 1);
}

function showSweep(
  { at, tookMs, tally }: LastSweep,
  { roles, now }: { roles: readonly string[]; now: number },
  to: Instruments,
): void {
  // None is a number: what is not there is no data.
  for (const one of [to.live, to.waiting]) for (const role of roles) one.set({ role }, 0);
  if (at !== null) to.sweepAge.set(secondsSince(at, now));
  if (tookMs !== null) to.sweepLength.set(tookMs / SECOND);
  for (const [role, count] of Object.entries(tally.live)) to.live.set({ role }, count);
  for (const [role, count] of Object.entries(tally.waiting)) to.waiting.set({ role }, count);
  to.unconfirmed.set(tally.unconfirmed);
  to.unconfirmedAge.set(secondsSince(tally.unconfirmedSince, now));
}

function showCanary(canary: CanaryStanding | null, now: number, to: Instruments): void {
  if (!canary) return;
  const { intervalMs, since, last } = canary;
  to.canaryInterval.set(intervalMs / SECOND);
  to.canaryAge.set(secondsSince(last?.at ?? since, now));
  to.canaryStep.reset();
  if (last) to.canaryOk.set(last.failed === undefined ? 1 : 0);
  for (const [step, ms] of Object.entries(last?.steps ?? {})) to.canaryStep.set({ step }, ms / SECOND);
}

function showEvidence(coverage: Pick<Coverage, "heard"> | null, now: number, to: Instruments): void {
  if (!coverage) return;
  to.evidenceComplete.set(isSilent(coverage, now) ? 0 : 1);
  if (coverage.heard !== null) to.evidenceAge.set(secondsSince(coverage.heard, now));
}

const secondsSince = (at: number | null, now: number): number =>
  at === null ? 0 : Math.max(0, now - at) / SECOND;
