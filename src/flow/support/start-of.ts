/** When what is asked for is to begin: by the clock of whoever typed it, where their time does not say its zone. */
import { lineOf, type ParsedCommand } from "../../domain/command.ts";
import type { UserId } from "../../domain/ids.ts";
import type { Moment } from "../../domain/moment.ts";
import { type AskingRefusal, Refused } from "../../domain/refusal.ts";
import { startAt } from "../../domain/start.ts";
import { isZone } from "../../domain/zone.ts";
import { type Ports, SlackBusy } from "../ports.ts";

/** Throws Refused, SlackBusy. */
export async function startOf(
  ports: Pick<Ports, "directory" | "clock" | "log">,
  moment: Moment,
  { command, by }: { command: ParsedCommand; by: UserId },
): Promise<number> {
  try {
    const zone = "at" in moment ? "UTC" : await zoneOf(ports, by);
    return startAt(moment, { now: ports.clock.now(), zone });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new Refused({ ...(error.refusal as AskingRefusal), typed: lineOf(command) });
  }
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
