/** Whose request it is: the requester, who alone gets the access, and whoever asked for them. Pure. */
import type { UserId } from "./ids.ts";
import type { Person } from "./person.ts";
import type { AccessRequest } from "./request.ts";

/** They may take it back and remind of it, and neither decides it. */
export const parties = ({ requester, askedBy }: Pick<AccessRequest, "requester" | "askedBy">): Person[] =>
  askedBy ? [requester, askedBy] : [requester];

export const partyIds = (r: Pick<AccessRequest, "requester" | "askedBy">): UserId[] =>
  parties(r).map(({ id }) => id);

export const isParty = (r: Pick<AccessRequest, "requester" | "askedBy">, who: UserId): boolean =>
  partyIds(r).includes(who);
