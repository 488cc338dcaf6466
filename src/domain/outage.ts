/** When trouble outside becomes news: what may pass in a moment is kept quiet for a while, what is grave is said at once. Pure. */
import { SECOND } from "./duration.ts";
import type { Outage, State } from "./request.ts";

/** A request, or a generation of it that ends. */
interface Troubled {
  state: State;
  outage?: Outage | undefined;
}

const PASSING: readonly Outage["what"][] = ["hub", "slack", "not-the-hub", "stuck"];
/** Who waits for a token is told sooner than those whom an end that is not proved calls to. */
const SETTING_UP_MS = 3 * SECOND;
const ENDING_MS = 20 * SECOND;

const patience = ({ state }: Troubled, what: Outage["what"]): number => {
  if (!PASSING.includes(what)) return 0;
  return state === "ending" ? ENDING_MS : SETTING_UP_MS;
};

/** Quiet only while the first of it is young: `since` is when it first was, whatever it is now. */
export function outageNow(r: Troubled, what: Outage["what"], now: number): Outage {
  const { since } = r.outage ?? { since: now };
  const quiet = toldOutage(r) === undefined && now < since + patience(r, what);
  return { what, since, ...(quiet ? { quiet } : {}) };
}

/** When it is tried once more, and told if that fails; null where there is nothing to keep quiet. */
export function quietUntil(r: Troubled): number | null {
  const { outage } = r;
  const ms = outage?.quiet ? patience(r, outage.what) : 0;
  return outage && ms > 0 ? outage.since + ms : null;
}

/** What people see of it. */
export const toldOutage = (r: Troubled): Outage | undefined =>
  quietUntil(r) === null ? r.outage : undefined;
