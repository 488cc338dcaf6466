/** What is read when somebody scrapes: a handful of commands to Redis, however many grants there are. */
import { SECOND } from "../domain/duration.ts";
import type { CanaryStanding } from "../flow/canary.ts";
import type { Clock, LastSweep } from "../flow/ports.ts";
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
  /** Of the hub's clock, ms. */
  clockOffset(): number;
  build: { version: string; node: string; bot: string };
}

/** Of what does not answer nothing is said, save that it does not. Never rejects. */
export async function readSources(sources: Sources, to: Instruments): Promise<void> {
  const { clock } = sources;
  for (const role of sources.roles()) to.know(role);
  const [swept, depths] = await Promise.allSettled([sources.lastSweep(), sources.depths()]);
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
  ])
    one.remove();
  if (swept.status === "fulfilled") showSweep(swept.value, clock.now(), to);
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
  showCanary(sources.canary(), clock.now(), to);
  to.skew.set(sources.clockOffset() / SECOND);
  to.build.set(sources.build, 1);
}

function showSweep({ at, tookMs, tally }: LastSweep, now: number, to: Instruments): void {
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

const secondsSince = (at: number | null, now: number): number =>
  at === null ? 0 : Math.max(0, now - at) / SECOND;
