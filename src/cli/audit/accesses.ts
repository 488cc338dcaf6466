/** Every access that the trail tells of, a row each: what an auditor asks of one. */
import { z } from "zod";
import { parseJson } from "../../hub/errors.ts";
import { Approval, type Ending, Request } from "../../request/record.ts";
import type { Use } from "../../request/use.ts";
import type { Store } from "../../store/store.ts";
import { isBeforeAccess } from "../../store/trail.ts";
import { utcTime } from "../print.ts";

/** A request as an entry tells it; each entry tells all of it, so the newest one counts. */
const ToldRequest = Request.pick({
  id: true,
  requester: true,
  role: true,
  reason: true,
  askedAt: true,
  emergency: true,
  grantedAt: true,
  activeAt: true,
  endsAt: true,
  ending: true,
  review: true,
  used: true,
  names: true,
}).extend({
  ticket: z.string().nullable(),
  approvals: z.array(Approval.extend({ byPasskey: z.boolean().optional() })),
});

export type ToldAccess = ReturnType<typeof describeAccess>;

export const NOT_KNOWN = "not known";

/** The beginning of an entry that tells all of its request; these two name it alone. */
const ENTRY_ID = /^\{"event":"(?!attempt\.refused"|token\.shown")[^"]+","id":"([^"]+)"/;

/**
 * Sorted by when the trail first tells of them. Only the newest entry of each is kept, as text: there may be a hundred
 * thousand. Throws StoreAway.
 */
export async function* readAccesses({ trail }: Store): AsyncGenerator<ToldAccess> {
  const newest = new Map<string, string>();
  for await (const stored of trail.read()) {
    const text = isBeforeAccess(stored) ? null : trail.openText(stored);
    const id = text && ENTRY_ID.exec(text)?.[1];
    if (text && id) newest.set(id, isOfDamagedRecord(text) ? joinEntries(newest.get(id), text) : text);
  }
  for (const text of newest.values()) {
    const told = ToldRequest.safeParse(parseJson(text)).data;
    if (told && (told.activeAt !== null || told.ending !== null)) yield describeAccess(told);
  }
}

/** An admin ended access whose record could not be read: this entry tells of the end alone. */
const isOfDamagedRecord = (text: string): boolean => text.includes('"isUnreadable":true');

const joinEntries = (before = "{}", end: string): string =>
  JSON.stringify({ ...JSON.parse(before), ...JSON.parse(end) });

/** Times are ms; the row has what people read. */
function describeAccess(told: z.infer<typeof ToldRequest>) {
  const { ending, review, names, askedAt, endsAt } = told;
  // An older copy of a record does not know whether it was granted since.
  const from = told.activeAt ?? told.grantedAt;
  // Null: it goes on, or nobody saw it go yet.
  const to = ending ? (ending.goneAt ?? ending.deletedAt) : null;
  const end = endsAt ? utcTime(endsAt) : NOT_KNOWN;
  const unproved = ending ? "no" : "";
  const openReview = told.emergency ? "open" : "";
  const named = (who: string) => (names[who] ? `${names[who]} (${who})` : who);
  const row = {
    Name: names[told.requester] ?? "",
    Id: told.requester,
    Role: told.role,
    From: from === null ? NOT_KNOWN : utcTime(from),
    To: to === null ? `goes on until ${end}` : utcTime(to),
    Why: told.reason,
    Ticket: told.ticket ?? "",
    "Approved by": told.approvals
      .map(({ by, rule, byPasskey }) => (by ? named(by) + (byPasskey ? " by passkey" : "") : `rule ${rule}`))
      .join(", "),
    Ended: ending ? describeEnding(ending, named) : "",
    Proved: ending?.proof ? `${utcTime(ending.proof.at)} (${ending.proof.method})` : unproved,
    Used: describeUse(told.used),
    Review: review ? `${named(review.by)}: ${review.words}` : openReview,
    Request: told.id,
  };
  return { askedAt, from, to, row };
}

function describeEnding({ cause, by, words }: Ending, named: (who: string) => string): string {
  if (cause === "restored") return `restored: ${NOT_KNOWN} since when it was gone`;
  return `${cause}${by ? ` by ${named(by)}` : ""}${words ? `: ${words}` : ""}`;
}

function describeUse(use: Use | null): string {
  if (use === null || (!use.isKnown && use.first === null)) return NOT_KNOWN;
  if (use.first === null) return "no";
  return `${use.reads} reads, ${use.changes} changes, ${use.refusals} refused`;
}
