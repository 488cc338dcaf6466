/** Names the sorted sets of request ids that lists and counts read, and says in which of them a record belongs. */
import { isOpen, isRefusedAtOnce, mayHoldAccess, type Request } from "../request/record.ts";

/** Undecided requests, by when they close. */
export const WAITING = "waiting";
/** Requests that may have access on the hub, by when it ends. */
export const GRANTED = "granted";
/** Emergencies that nobody reviewed yet, by when they were asked. */
export const UNREVIEWED = "unreviewed";
/** All requests for this person's access, open and closed, by when they were asked; without those refused at once. */
export const requestsFor = (user: string) => `for:${user}`;
export const openFor = (user: string) => `open:${user}`;
/** All requests that this person made, for themselves and for others. */
export const askedBy = (user: string) => `asked-by:${user}`;
export const openAskedBy = (user: string) => `open-asked-by:${user}`;
/** Requests of one chain that are read at most. */
export const MOST_OF_A_CHAIN = 500;
/** A request and all that extend it, by when they were asked; `first` is the id of the first. */
export const chainIndex = (first: string) => `chain:${first}`;

/**
 * Returns each index that a request can be in, with its score there (ms since the epoch), or null where it must not be
 * in it. Each commit writes them all.
 */
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
