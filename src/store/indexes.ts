/** The sorted sets that lists and counts read, as they follow from a record. */
import { isOpen, isRefusedAtOnce, mayHoldAccess, type Request } from "../request/record.ts";

/** Undecided requests, by when they close. */
export const WAITING = "waiting";
/** What may have access, by its end. */
export const GRANTED = "granted";
/** Emergencies that nobody reviewed yet. */
export const UNREVIEWED = "unreviewed";
/** All requests for this person, open and closed, by when they were asked; not what was refused at once. */
export const requestsFor = (user: string) => `for:${user}`;
export const openFor = (user: string) => `open:${user}`;
/** All requests that this person made, also for somebody else. */
export const askedBy = (user: string) => `asked-by:${user}`;
export const openAskedBy = (user: string) => `open-asked-by:${user}`;
export const MOST_OF_A_CHAIN = 500;
/** All requests of a chain, by when they were asked. */
export const chainIndex = (first: string) => `chain:${first}`;

/** The index's name and the score in it; null: the request is not in it any more. */
export function indexesFor(request: Request): [name: string, score: number | null][] {
  const { id, state, askedAt, requester, emergency, activeAt, review, follows } = request;
  const whileOpen = isOpen(request) ? askedAt : null;
  return [
    [WAITING, state === "waiting" ? request.lapsesAt : null],
    [GRANTED, mayHoldAccess(request) ? request.endsAt : null],
    [UNREVIEWED, emergency && activeAt !== null && review === null ? askedAt : null],
    [requestsFor(requester), isRefusedAtOnce(request) ? null : askedAt],
    [openFor(requester), whileOpen],
    [askedBy(request.askedBy), askedAt],
    [openAskedBy(request.askedBy), whileOpen],
    [chainIndex(follows ?? id), askedAt],
  ];
}
