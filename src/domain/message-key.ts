/** The kinds of message a record can have, and what each can show. Pure. */

/** The state as a reader sees it. */
export type DisplayStatus =
  | "pending"
  | "withdrawn"
  | "timedOut"
  | "closed"
  | "denied"
  | "setting-up"
  | "outage"
  | "active"
  | "removing"
  | "unproven"
  | "failed"
  | "ended";

export interface Shown {
  /** In the approvals channel. */
  card: DisplayStatus;
  /** In the requester's DM, as all below but the alert. */
  waiting: DisplayStatus | "not-delivered" | "nudged";
  token: "setting-up" | "outage" | "shown" | "hidden" | "ending" | "ended";
  notice: "refused" | "closed" | "denied" | "timedOut" | "failed" | "ended";
  unproven: "open" | "proven";
  /** In the approvals channel, below the card where there is one. */
  alert: "unproven" | "proven" | "failed" | "token-left";
  reminder: "open" | "closed";
  /** In the approvals channel, below the card. */
  nudge: "open";
}

export type MessageKind = keyof Shown;
export type Shows = Shown[MessageKind];
/** One message a kind, save reminders: one a lead time (ms). */
export type MessageKey = Exclude<MessageKind, "reminder"> | `reminder:${number}`;

export const kindOf = (key: MessageKey): MessageKind => key.split(":")[0] as MessageKind;

const SHARED: Record<MessageKind, boolean> = {
  card: true,
  waiting: false,
  token: false,
  notice: false,
  unproven: false,
  alert: true,
  reminder: false,
  nudge: true,
};
/** In the approvals channel. */
export const isShared = (key: MessageKey): boolean => SHARED[kindOf(key)] === true;
/** In the requester's DM. Where a kind stands that only another version knows, ours cannot tell. */
export const isDirect = (key: MessageKey): boolean => SHARED[kindOf(key)] === false;
