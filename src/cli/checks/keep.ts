/** The checks of the start, again and again while the bot runs: what fails holds back new grants until it is mended, or ends the bot. */
import { SECOND } from "../../domain/duration.ts";
import type { Clock, Log } from "../../flow/ports.ts";
import type { Holds } from "../../flow/support/holds.ts";
import { type Repeating, repeat } from "../../flow/support/repeat.ts";
import { type Finding, holdOf } from "./finding.ts";
import type { BotIdentity } from "./slack.ts";
import type { StartFindings } from "./start.ts";

const WELL_MS = 60 * SECOND;
const FAILING_MS = 10 * SECOND;

export interface KeepChecking {
  look(): Promise<StartFindings>;
  holds: Pick<Holds, "report">;
  /** Told of all that fails where it includes what refuses every start. */
  onRefused(failed: readonly Finding[]): void;
  /** Told at each look at which the records are known to be this bot's. */
  onOurs(): Promise<void>;
  /** Told at each look at which Slack says who the bot is. */
  onIdentity(identity: BotIdentity): Promise<void>;
  clock: Clock;
  log: Log;
}

export interface Checking extends Repeating {
  /** Looks now, not when it is due. */
  now(): void;
}

/** Resolves when what was `found` first is seen to. */
export async function keepChecking(
  found: StartFindings,
  { look, holds, onRefused, onOurs, onIdentity, clock, log }: KeepChecking,
): Promise<Checking> {
  const see = async ({ findings, identity, isOurs }: StartFindings) => {
    const failed = findings.filter(({ level }) => level === "fail");
    holds.report("checks", failed.map(holdOf));
    if (failed.some(({ refuses }) => refuses)) {
      onRefused(failed);
      return FAILING_MS;
    }
    if (isOurs) await onOurs();
    if (identity) await onIdentity(identity);
    return failed.length > 0 ? FAILING_MS : WELL_MS;
  };
  const after = await see(found);
  let waking = new AbortController();
  const sleep = (ms: number, signal: AbortSignal) =>
    clock.sleep(ms, AbortSignal.any([signal, waking.signal]));
  const work = async () => {
    // Who asks for a look while one is under way may know what that one has passed already.
    waking = new AbortController();
    return see(await look());
  };
  const checking = repeat(work, { what: "the checks", sleep, log, after });
  return { ...checking, now: () => waking.abort() };
}
