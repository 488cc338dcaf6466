/** The ids by which Slack tells our buttons and views apart, and what a button carries. */
import { z } from "zod";
import { RequestId } from "../domain/ids.ts";

export const ACTIONS = {
  approve: "approve",
  approveNote: "approveNote",
  deny: "deny",
  withdraw: "withdraw",
  nudge: "nudge",
  release: "release",
  revoke: "revoke",
  review: "review",
  hide: "hide",
  again: "again",
  edit: "edit",
  change: "change",
  send: "send",
  run: "run",
  open: "open",
  goOn: "goOn",
  allowToo: "allowToo",
  disallow: "disallow",
} as const;
export type ActionId = keyof typeof ACTIONS;

export const DECISION_VIEWS = {
  approve: "approve-view",
  deny: "deny-view",
  revoke: "revoke-view",
  review: "review-view",
} as const;
export type DecisionKind = keyof typeof DECISION_VIEWS;
export const REQUEST_VIEW = "request-view";
/** The global shortcut of the app's manifest. */
export const REQUEST_SHORTCUT = "request_access";

/** The inputs of the form that asks for access. */
export const FORM = {
  role: "form-role",
  time: "form-time",
  other: "form-other",
  reason: "form-reason",
  emergency: "form-emergency",
} as const;

/** The request and the revision of its terms for which a button was drawn: `R-7K2Q9FXT:1`. */
export const ButtonValue = z
  .string()
  .regex(/^[^:]+:\d+$/)
  .transform((text) => {
    const [id, terms] = text.split(":");
    return { id, terms: Number(terms) };
  })
  .pipe(z.object({ id: RequestId, terms: z.number().int() }));

export const buttonValue = (r: { id: string; terms: number }): string => `${r.id}:${r.terms}`;
