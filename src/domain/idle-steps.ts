/** What becomes of access that nobody uses: its holder is asked, keeps it or uses it, or it ends. Pure. */
import { type Catalog, roleNamed } from "./catalog.ts";
import { type IdleTerms, type Question, RELEASED_AFTER_MS } from "./idle.ts";
import { idleDue, idleSince, openQuestion, releasedAt } from "./idle-due.ts";
import { lateFor } from "./lifecycle.ts";
import { Refused } from "./refusal.ts";
import type { AccessRequest, In } from "./request.ts";
import { ending } from "./transitions.ts";
import { type Coverage, isHeard, isSilent } from "./use.ts";

/** As the hub tells it. */
export interface SeenIdle {
  /** Its last use. */
  last: number | null;
  coverage: Coverage;
}

/** active → active or ending. `seen`: null where the hub does not tell. What it does not tell for a while may be use. */
export function idled(
  r: AccessRequest,
  roles: Catalog,
  seen: SeenIdle | null,
  now: number,
): In<"active" | "ending"> | null {
  if (r.state !== "active") return null;
  const terms = roleNamed(roles, r.role)?.idle;
  const asked = openQuestion(r);
  if (!terms || !seen || isSilent(seen.coverage, now))
    return asked ? answered(r, idleSince(r), "over") : null;
  const from = knownSince(r, seen);
  const isUsed = seen.last !== null && seen.last > idleSince(r);
  if (from > idleSince(r)) return answered(r, from, isUsed ? "used" : "over");
  // The policy gives more time by now.
  if (asked && now < from + terms.after) return answered(r, from, "over");
  return asked ? onQuestion(r, asked, { terms, seen, now }) : question(r, roles, { terms, seen, now });
}

interface Looked {
  terms: IdleTerms;
  seen: SeenIdle;
  now: number;
}

/** Since its last use, and since the hub told all of it. */
const knownSince = (r: In<"active">, { last, coverage }: SeenIdle): number =>
  Math.max(idleSince(r), last ?? 0, ...coverage.gaps.map(({ to }) => to));

function question(r: In<"active">, roles: Catalog, { terms, seen, now }: Looked): In<"active"> | null {
  const due = idleDue(r, roles);
  if (due === null || now < due || !isHeard(seen.coverage, due)) return null;
  // Heard late, where a heartbeat was: it ends anyway.
  if (now >= r.expiresAt - RELEASED_AFTER_MS) return null;
  return { ...r, idle: { from: idleSince(r), asked: { ...terms, at: now, was: "open" } } };
}

function onQuestion(
  r: In<"active">,
  asked: Question,
  { terms, seen, now }: Looked,
): In<"active" | "ending"> | null {
  const { toldAt, ...others } = asked;
  const noted = (next: Question) => ({ ...r, idle: { from: idleSince(r), asked: next } });
  if (asked.release !== terms.release) return noted({ ...others, release: terms.release });
  if (asked.release && toldAt === undefined)
    return isTold(r, asked) ? noted({ ...others, toldAt: now }) : null;
  const at = releasedAt(asked);
  return at !== null && now >= at && isHeard(seen.coverage, at)
    ? ending(r, { cause: "idle", at: now })
    : null;
}

/** Its message says that it ends. */
function isTold({ messages }: AccessRequest, { at }: Question): boolean {
  const sent = messages[`idle:${at}`];
  return sent !== undefined && sent.ts !== "" && sent.shows === "release";
}

/** The time starts anew. Whoever asked last is told why, where that was not answered yet. */
function answered(r: In<"active">, from: number, was: Question["was"]): In<"active"> {
  const asked = openQuestion(r);
  return { ...r, idle: { ...r.idle, from, ...(asked && { asked: { ...asked, was } }) } };
}

/** By what its holder did they said that they need it; null where nobody asks. */
export const needed = (r: AccessRequest, now: number): In<"active"> | null =>
  r.state === "active" && openQuestion(r) ? answered(r, now, "kept") : null;

/** Its holder needs it; null where they said so already. Throws Refused where nobody asks any more. */
export function kept(r: AccessRequest, now: number): In<"active"> | null {
  if (r.state !== "active") throw new Refused(lateFor(r));
  const next = needed(r, now);
  if (next) return next;
  if (r.idle?.asked?.was === "kept") return null;
  throw new Refused({ kind: "stale", id: r.id });
}
