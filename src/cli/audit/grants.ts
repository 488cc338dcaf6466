/** Every access that the trail tells of, a row each: what an auditor asks of one. */
import { z } from "zod";
import { parseJson } from "../../hub/errors.ts";
import { Approval, Ending, Request } from "../../request/record.ts";
import type { Use } from "../../request/use.ts";
import type { Store } from "../../store/store.ts";
import { isBeforeAccess } from "../../store/trail.ts";
import { utcTime } from "./time.ts";

/** What an entry says of a request; each says all of it, so the newest one counts. */
const Told = z.object({
  ...Request.pick({ id: true, requester: true, role: true, reason: true, askedAt: true }).shape,
  ...Request.pick({
    emergency: true,
    grantedAt: true,
    activeAt: true,
    endsAt: true,
    review: true,
    used: true,
    names: true,
  }).shape,
  ticket: z.string().nullable(),
  approvals: z.array(Approval.extend({ byPasskey: z.boolean().optional() })),
  ending: Ending.nullable(),
});
type Told = z.infer<typeof Told>;

/** Texts, but the times, ms. */
export interface Grant {
  id: string;
  person: string;
  name: string;
  role: string;
  reason: string;
  ticket: string;
  approvedBy: string;
  endedBy: string;
  proved: string;
  used: string;
  review: string;
  askedAt: number;
  /** Null: not known, since Redis was restored from an older copy. */
  from: number | null;
  /** When the access was gone; null: it goes on, or nobody saw it go yet. */
  to: number | null;
  endsAt: number | null;
}

export const NOT_KNOWN = "not known";

/** As each entry begins. */
const ABOUT = /^\{"event":"[^"]+","id":"([^"]+)"/;

/**
 * By when they were first told of. Of each only the newest entry is kept, as text: there may be a hundred thousand.
 * Throws StoreAway.
 */
export async function* readGrants({ trail }: Store): AsyncGenerator<Grant> {
  const newest = new Map<string, string>();
  for await (const stored of trail.read()) {
    const text = isBeforeAccess(stored) ? null : trail.openText(stored);
    const id = text && ABOUT.exec(text)?.[1];
    if (text && id) newest.set(id, text);
  }
  for (const text of newest.values()) {
    const told = Told.safeParse(parseJson(text)).data;
    if (told && (told.activeAt !== null || told.ending !== null)) yield grantIn(told);
  }
}

function grantIn(told: Told): Grant {
  const { id, requester, role, reason, ticket, approvals, ending, emergency, review, names } = told;
  const named = (who: string) => (names[who] ? `${names[who]} (${who})` : who);
  return {
    id,
    person: requester,
    name: names[requester] ?? "",
    role,
    reason,
    ticket: ticket ?? "",
    approvedBy: approvals
      .map(({ by, rule, byPasskey }) => (by ? named(by) + (byPasskey ? " by passkey" : "") : `rule ${rule}`))
      .join(", "),
    endedBy: ending ? endText(ending, named) : "",
    proved: ending?.proof ? `${utcTime(ending.proof.at)} (${ending.proof.method})` : "",
    used: textForUse(told.used),
    review: review ? `${named(review.by)}: ${review.words}` : emergency ? "open" : "",
    askedAt: told.askedAt,
    // An older copy of a record does not know whether it was granted since.
    from: told.activeAt ?? told.grantedAt,
    to: ending ? (ending.goneAt ?? ending.deletedAt) : null,
    endsAt: told.endsAt,
  };
}

function endText({ cause, by, words }: Ending, named: (who: string) => string): string {
  const who = by ? ` by ${named(by)}` : "";
  if (cause === "restored") return `restored: ${NOT_KNOWN} since when it was gone`;
  return `${cause}${who}${words ? `: ${words}` : ""}`;
}

function textForUse(use: Use | null): string {
  if (use === null || (!use.isKnown && use.first === null)) return NOT_KNOWN;
  if (use.first === null) return "no";
  return `${use.reads} reads, ${use.changes} changes, ${use.refusals} refused`;
}
