/** Every reason to refuse somebody, and the error `Refused` that carries one. slack/text has a sentence for each code. */
import { z } from "zod";
import { kept } from "./shapes.ts";

export interface Refusal {
  /** The input that shows the error, in a form that has it. */
  field: "role" | "time" | "start" | "reason" | "who" | null;
  /** The line of the configuration that decided, as `policy check` and `policy explain` name it; null: the code names it. */
  line: string | null;
  /**
   * What sending the same request again does. yes: it may work. edit: a typed line is offered for editing.
   * wait: the refusal may pass without a change, so a waiting request stays open. no: it is refused again.
   */
  again: "yes" | "edit" | "wait" | "no";
  /** Somebody tried what they may not do: the trail counts it. */
  attempt: boolean;
}

export const REFUSALS = {
  // typed words
  "unknown-role": { field: "role", line: "role", again: "edit", attempt: false },
  "bad-time": { field: "time", line: null, again: "edit", attempt: false },
  "bad-start": { field: "start", line: null, again: "edit", attempt: false },
  "start-too-far": { field: "start", line: null, again: "yes", attempt: false },
  "too-short": { field: "time", line: "duration", again: "yes", attempt: false },
  "too-long": { field: "time", line: "duration", again: "edit", attempt: false },
  "total-too-long": { field: "time", line: "duration", again: "yes", attempt: false },
  "reason-missing": { field: "reason", line: "reason", again: "yes", attempt: false },
  "reason-pattern": { field: "reason", line: "reason", again: "edit", attempt: false },
  "reason-too-long": { field: "reason", line: "reason", again: "yes", attempt: false },
  "must-start-now": { field: "start", line: null, again: "yes", attempt: false },
  "not-a-person": { field: "who", line: null, again: "yes", attempt: false },
  // the person who asks
  "not-a-member": { field: "who", line: "Slack", again: "no", attempt: false },
  "may-not-ask": { field: "role", line: "requester", again: "no", attempt: false },
  "rule-denies": { field: null, line: null, again: "no", attempt: false },
  "check-denies": { field: null, line: null, again: "yes", attempt: false },
  "check-failed": { field: null, line: null, again: "wait", attempt: false },
  "no-approver": { field: null, line: null, again: "yes", attempt: false },
  "already-held": { field: null, line: null, again: "no", attempt: false },
  "already-open": { field: null, line: null, again: "no", attempt: false },
  "too-many-open": { field: null, line: "limits", again: "yes", attempt: false },
  "too-many-grants": { field: null, line: "limits", again: "yes", attempt: false },
  "too-many-asks": { field: null, line: "limits", again: "yes", attempt: false },
  "no-emergency": { field: "role", line: "breakGlass", again: "no", attempt: false },
  "not-for-others": { field: "who", line: null, again: "no", attempt: false },
  "emergency-stopped": { field: null, line: null, again: "no", attempt: false },
  "too-many-emergencies": { field: null, line: null, again: "no", attempt: false },
  // decisions
  "unknown-request": { field: null, line: null, again: "yes", attempt: false },
  "unreadable-request": { field: null, line: null, again: "yes", attempt: false },
  "already-decided": { field: null, line: null, again: "yes", attempt: false },
  "approved-already": { field: null, line: null, again: "yes", attempt: false },
  "over-by-then": { field: null, line: null, again: "yes", attempt: false },
  "own-request": { field: null, line: null, again: "yes", attempt: true },
  "not-an-approver": { field: null, line: null, again: "yes", attempt: true },
  "not-an-admin": { field: null, line: null, again: "yes", attempt: true },
  "not-yours": { field: null, line: null, again: "yes", attempt: false },
  "not-active": { field: null, line: null, again: "yes", attempt: false },
  "not-a-reviewer": { field: null, line: null, again: "yes", attempt: true },
  "reminded-already": { field: null, line: null, again: "yes", attempt: false },
  "reveals-used-up": { field: null, line: null, again: "yes", attempt: false },
  // passkeys
  "no-passkeys-here": { field: null, line: null, again: "yes", attempt: false },
  "too-few-passkeys": { field: null, line: null, again: "yes", attempt: false },
  "passkey-missing": { field: null, line: null, again: "yes", attempt: false },
  "passkey-refused": { field: null, line: null, again: "yes", attempt: false },
  "passkey-needed": { field: null, line: null, again: "yes", attempt: false },
  "terms-changed": { field: null, line: null, again: "yes", attempt: false },
  "link-over": { field: null, line: null, again: "yes", attempt: false },
  // the state of things
  "locked-down": { field: null, line: null, again: "no", attempt: true },
  "locked-out": { field: null, line: null, again: "yes", attempt: false },
  "held-back": { field: null, line: null, again: "yes", attempt: false },
  "role-changed": { field: null, line: null, again: "yes", attempt: false },
  "approval-gone": { field: null, line: null, again: "yes", attempt: false },
  rotated: { field: null, line: null, again: "yes", attempt: false },
  "group-unknown": { field: null, line: null, again: "wait", attempt: false },
  "dm-refused": { field: null, line: null, again: "yes", attempt: false },
  "card-refused": { field: null, line: null, again: "yes", attempt: false },
  "redis-away": { field: null, line: null, again: "yes", attempt: false },
  "hub-away": { field: null, line: null, again: "edit", attempt: false },
  "slack-away": { field: null, line: null, again: "yes", attempt: false },
  "stale-lookup": { field: null, line: null, again: "yes", attempt: false },
} satisfies Record<string, Refusal>;

export type RefusalCode = keyof typeof REFUSALS;
export const REFUSAL_CODES = Object.keys(REFUSALS) as RefusalCode[];
export const RefusalCode = z.enum(REFUSAL_CODES);

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

export const isPassing = ({ note }: Refused): boolean => REFUSALS[note.code].again === "wait";
