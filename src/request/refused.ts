/** The error `Refused`, the one that people read: a code says why their wish cannot be. slack/text has the words of each. */
import { z } from "zod";
import { kept } from "./shapes.ts";

export const REFUSAL_CODES = [
  // typed words
  "unknown-role",
  "bad-time",
  "bad-start",
  "start-too-far",
  "too-short",
  "too-long",
  "total-too-long",
  "reason-missing",
  "reason-pattern",
  "reason-too-long",
  "must-start-now",
  "not-a-person",
  // the person who asks
  "not-a-member",
  "may-not-ask",
  "rule-denies",
  "check-denies",
  "check-failed",
  "no-approver",
  "already-held",
  "already-open",
  "too-many-open",
  "too-many-grants",
  "too-many-asks",
  "no-emergency",
  "not-for-others",
  "emergency-stopped",
  "too-many-emergencies",
  // decisions
  "unknown-request",
  "unreadable-request",
  "already-decided",
  "approved-already",
  "over-by-then",
  "own-request",
  "not-an-approver",
  "not-an-admin",
  "not-yours",
  "not-active",
  "not-a-reviewer",
  "reminded-already",
  "reveals-used-up",
  // passkeys
  "no-passkeys-here",
  "too-few-passkeys",
  "passkey-missing",
  "passkey-refused",
  "passkey-needed",
  "terms-changed",
  "link-over",
  // the state of things
  "locked-down",
  "locked-out",
  "held-back",
  "role-changed",
  "approval-gone",
  "rotated",
  "group-unknown",
  "dm-refused",
  "card-refused",
  "redis-away",
  "hub-away",
  "slack-away",
  "stale-lookup",
] as const;
export const RefusalCode = z.enum(REFUSAL_CODES);
export type RefusalCode = z.infer<typeof RefusalCode>;

/** A refusal as a record keeps it. `data` fills the gaps of the sentence: user ids, role names, milliseconds. */
export const RefusalNote = kept({
  code: RefusalCode,
  data: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type RefusalNote = z.infer<typeof RefusalNote>;

export class Refused extends Error {
  override name = "Refused";
  readonly note: RefusalNote;
  constructor(code: RefusalCode, data: RefusalNote["data"] = {}) {
    super(code);
    this.note = { code, data };
  }
}

/** Returns whether the refusal may pass by itself or by an administrator: a waiting request then goes on waiting. */
export const isPassing = ({ note }: Refused): boolean =>
  note.code === "check-failed" || note.code === "group-unknown";
