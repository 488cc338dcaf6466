/** When what is asked for is to begin: by the clock of whoever typed it, where their time does not say its zone. */
import { correctLine, lineOf, type ParsedCommand, timeAfterReason } from "../../domain/command.ts";
import { endingStart, tellsOfPast } from "../../domain/ending-start.ts";
import type { UserId } from "../../domain/ids.ts";
import type { Moment } from "../../domain/moment.ts";
import { type AskingRefusal, Refused } from "../../domain/refusal.ts";
import { startAt } from "../../domain/start.ts";
import { isZone } from "../../domain/zone.ts";
import { type Ports, SlackBusy } from "../ports.ts";

interface Typed {
  command: ParsedCommand;
  by: UserId;
  /** Left out: now. */
  typedAt?: number | undefined;
}

/** Throws Refused, SlackBusy. */
export async function startOf(
  ports: Pick<Ports, "directory" | "clock" | "log">,
  moment: Moment,
  { command, by, typedAt = ports.clock.now() }: Typed,
): Promise<number> {
  try {
    const zone = "at" in moment ? "UTC" : await zoneOf(ports, by);
    return startAt(moment, { now: typedAt, zone });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new Refused({ ...(error.refusal as AskingRefusal), typed: lineOf(command) });
  }
}

/** When it is to begin stands before the reason: what is still ahead is not left at its end unheeded. Throws Refused(start-last), SlackBusy. */
export async function assertStartFirst(
  ports: Pick<Ports, "directory" | "clock" | "log" | "policy">,
  { command, by, typedAt = ports.clock.now() }: Typed,
): Promise<void> {
  if (command.start || command.emergency) return;
  const time = timeAfterReason(command);
  const last = endingStart(time?.rest ?? command.reason);
  if (!last) return;
  const { start, said: text, rest: reason } = last;
  const line = correctLine(
    { ...command, ...(time && { time: { ms: time.ms } }), start, reason },
    ports.policy.roles,
  );
  // Something else is wrong with it first.
  if (line === undefined) return;
  const at = await startOf(ports, start, { command, by, typedAt }).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error;
  });
  if (at === undefined || tellsOfPast(start, { at, now: typedAt })) return;
  throw new Refused({ kind: "start-last", text, line, typed: lineOf(command) });
}

/** Throws Refused(zone-unknown), SlackBusy. */
async function zoneOf({ directory, log }: Pick<Ports, "directory" | "log">, who: UserId): Promise<string> {
  const profile = await directory.person(who, "show").catch((error: unknown) => {
    if (error instanceof SlackBusy) throw error;
    log.warn({ who, err: error }, "could not look up a time zone");
    return null;
  });
  const zone = profile?.timeZone ?? "";
  if (!isZone(zone)) throw new Refused({ kind: "zone-unknown" });
  return zone;
}
