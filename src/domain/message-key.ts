/** The kinds of message a record can have, and what each can show. Pure. */

/** The state as a reader sees it. */
export type DisplayStatus =
  | "pending"
  | "withdrawn"
  | "timedOut"
  | "closed"
  | "denied"
  | "scheduled"
  | "setting-up"
  | "outage"
  | "active"
  | "removing"
  | "revoked"
  | "unproven"
  | "failed"
  | "ended"
  | "extended";

/** It is of no more use: it is deleted, and its key leaves the record. */
type Gone = "gone";

export interface Shown {
  /** In the approvals channel. */
  card: Exclude<DisplayStatus, "setting-up" | "removing">;
  /** In its place, of what was taken in an emergency. */
  review: Exclude<
    Shown["card"],
    "pending" | "withdrawn" | "timedOut" | "closed" | "denied" | "scheduled" | "extended"
  >;
  /** In the requester's DM, as all below where nothing else is said. */
  waiting: DisplayStatus | "not-delivered" | "nudged" | Gone;
  /** Approved, and it begins later. */
  scheduled: "open" | "withdrawn" | Gone;
  /** `reveal`: it bears none, and each click on it shows one. */
  token: "setting-up" | "outage" | "shown" | "hidden" | "reveal" | Gone;
  /** Where the token's message stood while something did not answer: the token came in a new one, which rings. */
  delay: Gone;
  notice: "refused" | "closed" | "denied" | "timedOut" | "failed" | "revoked" | "released" | "ended" | "used";
  unproven: "open" | Gone;
  /** In the approvals channel, below the card where there is one. */
  alert: "unproven" | "proven" | "failed";
  /** A token that leaked, as the next. */
  leak: "open" | "unproven" | "proven";
  /** Any other that gave way, where its end is not confirmed in time. */
  lost: "unproven" | "proven";
  /** A token that Slack refuses to take away. */
  left: "open";
  reminder: "open" | Gone;
  /** Whether they still need what nobody uses; `release`: else it ends. */
  idle: "open" | "release" | "kept" | "used" | Gone;
  /** In the approvals channel, below the card, as the next. */
  nudge: "open";
  /** Who is asked too, when nobody decided. */
  fallback: "open";
  /** What it was used for. */
  use: "open";
  /** In the DM of whoever asked for somebody else, as the next: while it waits. */
  asker: DisplayStatus | "not-delivered" | "nudged" | Gone;
  /** What became of it. */
  outcome: Exclude<DisplayStatus, "pending" | "setting-up" | "removing" | "extended"> | "refused";
}

export type MessageKind = keyof Shown;
/** What there is to read on it. */
export type Readable<K extends MessageKind> = Exclude<Shown[K], Gone>;
export type Shows = Shown[MessageKind];
type Numbered = "delay" | "reminder" | "idle" | "leak" | "lost" | "left";
/** One message a kind, save reminders, one a lead time (ms), questions, one a time (ms), leaks and the lost, one a generation, tokens left, one a message, and delays, one a `ts`. */
export type MessageKey = Exclude<MessageKind, Numbered> | `${Numbered}:${number}`;

export const kindOf = (key: MessageKey): MessageKind => key.split(":")[0] as MessageKind;
/** The lead time, when it was asked, the generation, the number of a token left, or the `ts`. */
export const numberOf = (key: MessageKey): number => Number(key.split(":")[1] ?? 0);

/** The approvals channel, the requester's DM, or the DM of whoever asked for them. */
export type Reader = "channel" | "requester" | "asker";
const READERS: Record<MessageKind, Reader> = {
  card: "channel",
  review: "channel",
  waiting: "requester",
  scheduled: "requester",
  token: "requester",
  delay: "requester",
  notice: "requester",
  unproven: "requester",
  alert: "channel",
  leak: "channel",
  lost: "channel",
  left: "channel",
  reminder: "requester",
  idle: "requester",
  nudge: "channel",
  fallback: "channel",
  use: "channel",
  asker: "asker",
  outcome: "asker",
};
/** Where a kind stands that only another version knows, ours cannot tell. */
export const readerOf = (key: MessageKey): Reader | undefined => READERS[kindOf(key)];
/** In the approvals channel. */
export const isShared = (key: MessageKey): boolean => readerOf(key) === "channel";
