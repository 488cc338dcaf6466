/** When trouble outside becomes news: what may pass in a moment is kept quiet for a while, what is grave is said at once. Pure. */
import { SECOND } from "./duration.ts";
import type { AccessRequest, Outage } from "./request.ts";

const PASSING: readonly Outage["what"][] = ["hub", "slack", "not-the-hub", "stuck"];
/** Who waits for a token is told sooner than those whom an end that is not proved calls to. */
const SETTING_UP_MS = 3 * SECOND;
const ENDING_MS = 20 * SECOND;

const patience = ({ state }: AccessRequest, what: Outage["what"]): number => {
  if (!PASSING.includes(what)) return 0;
  return state === "ending" ? ENDING_MS : SETTING_UP_MS;
};

const outageOf = (r: AccessRequest): Outage | undefined => ("outage" in r ? r.outage : undefined);

/** Quiet only while the first of it is young: `since` is when it first was, whatever it is now. */
export function outageNow(r: AccessRequest, what: Outage["what"], now: number): Outage {
  const { since } = outageOf(r) ?? { since: now };
  const quiet = toldOutage(r) === undefined && now < since + patience(r, what);
  return { what, since, ...(quiet ? { quiet } : {}) };
}

/** When it is tried once more, and told if that fails; null where there is nothing to keep quiet. */
export function quietUntil(r: AccessRequest): number | null {
  const outage = outageOf(r);
  const ms = outage?.quiet ? patience(r, outage.what) : 0;
  return outage && ms > 0 ? outage.since + ms : null;
}

/** What people see of it. */
export const toldOutage = (r: AccessRequest): Outage | undefined =>
  quietUntil(r) === null ? outageOf(r) : undefined;
