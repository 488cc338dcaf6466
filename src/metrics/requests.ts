/** What becomes of requests, and how long it takes, seen where every change of a record passes. */
import { SECOND } from "../domain/duration.ts";
import type { AccessRequest, In } from "../domain/request.ts";
import type { Requests } from "../flow/ports.ts";
import type { Instruments, Outcome } from "./instruments.ts";

/** The same requests; each change that this replica lands is counted. */
export function meteredRequests(requests: Requests, to: Instruments): Requests {
  return {
    ...requests,
    async make(request, ...rest) {
      const made = await requests.make(request, ...rest);
      if ("made" in made && made.made) {
        to.know(request.role);
        to.asked.inc({ role: request.role });
      }
      return made;
    },
    async update(id, ...rest) {
      const { before, after } = await requests.update(id, ...rest);
      if (before.version !== after.version) count(to, before, after);
      return { before, after };
    },
  };
}

function count(to: Instruments, before: AccessRequest, after: AccessRequest): void {
  const { role } = after;
  to.know(role);
  if (after.state === "ending" || after.state === "ended") countEnd(to, before, after);
  if (before.state === after.state) return;
  const outcome = outcomeOf(before, after);
  if (outcome) to.outcomes.inc({ role, outcome });
  if (before.state === "pending" && outcome && BY_PEOPLE.has(outcome))
    to.decision.observe({ role }, (after.enteredAt - before.requestedAt) / SECOND);
  if (before.state === "delivering" && after.state === "active" && after.generation === 1)
    to.token.observe({ role }, (after.enteredAt - Math.max(after.decision.at, after.startsAt ?? 0)) / SECOND);
}

const BY_PEOPLE = new Set<Outcome>(["approved", "denied"]);

/** By its state, where nobody let it pass. */
const UNDECIDED: { [S in AccessRequest["state"]]?: Outcome } = {
  denied: "denied",
  refused: "refused",
  withdrawn: "withdrawn",
  timedOut: "timed_out",
};

/** Of an approval: by whom. Null where it was decided before, or is not yet. */
function outcomeOf(before: AccessRequest, after: AccessRequest): Outcome | null {
  if ("decision" in before) return null;
  if (!("decision" in after)) return UNDECIDED[after.state] ?? null;
  if (after.emergency) return "emergency";
  return after.decision.by === "policy" || after.decision.allowance ? "by_policy" : "approved";
}

function countEnd(to: Instruments, before: AccessRequest, after: In<"ending" | "ended">): void {
  const { role, end } = after;
  if (!("end" in before)) to.ends.inc({ role, cause: end.cause });
  const gone = after.deletedAt !== undefined && !("deletedAt" in before && before.deletedAt !== undefined);
  if (gone && end.cause === "expired")
    to.lateness.observe({ role }, ((after.deletedAt ?? 0) - after.expiresAt) / SECOND);
  if (after.state !== "ended" || before.state === "ended") return;
  const { method, at } = after.verification;
  if (method !== "unstarted") to.confirmed.observe({ method }, (at - end.at) / SECOND);
}
