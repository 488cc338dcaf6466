/** The ids by which Slack tells our buttons and views apart, and what a button carries. */
import { z } from "zod";
import { RequestId, UserId } from "../domain/ids.ts";
import { json } from "./json.ts";

export const ACTIONS = {
  approve: "approve",
  approveNote: "approveNote",
  less: "less",
  lessen: "lessen",
  deny: "deny",
  withdraw: "withdraw",
  nudge: "nudge",
  release: "release",
  keep: "keep",
  revoke: "revoke",
  review: "review",
  more: "more",
  hide: "hide",
  reveal: "reveal",
  newToken: "newToken",
  leaked: "leaked",
  again: "again",
  edit: "edit",
  change: "change",
  send: "send",
  run: "run",
  open: "open",
  goOn: "goOn",
  allowToo: "allowToo",
  disallow: "disallow",
  end: "end",
  story: "story",
  nextPage: "nextPage",
  previousPage: "previousPage",
  firstPage: "firstPage",
  ask: "ask",
} as const;
export type ActionId = keyof typeof ACTIONS;

/** No role is named so. */
export const ANY_ROLE = "*";

/** What is chosen in a menu names its action first, and then what a button would carry. */
export const MENU = "menu";
export const menuValue = (action: ActionId, value: string): string => `${action} ${value}`;
export function readMenuValue(text: string): { action: string; value: string } | null {
  const [, action, value] = /^(\w+) (\S+)$/.exec(text) ?? [];
  return action && value ? { action, value } : null;
}

export const DECISION_VIEWS = {
  approve: "approve-view",
  deny: "deny-view",
  revoke: "revoke-view",
  review: "review-view",
} as const;
export type DecisionKind = keyof typeof DECISION_VIEWS;
/** A lockdown, or all of a person or role revoked. */
export const MASS_END_VIEW = "mass-end-view";
/** Approve for less. */
export const LESS_VIEW = "less-view";
/** Ask for more time. */
export const MORE_VIEW = "more-view";
export const REQUEST_VIEW = "request-view";
/** The global shortcut of the app's manifest. */
export const REQUEST_SHORTCUT = "request_access";

/** The inputs of the form that asks for access. */
export const FORM = {
  role: "form-role",
  time: "form-time",
  other: "form-other",
  start: "form-start",
  reason: "form-reason",
  emergency: "form-emergency",
} as const;

const PagePlace = z.object({ from: z.number().int().min(0), after: z.string().max(40).optional() });
/** So many fit a button's value; whoever is further on goes back to the first from there. */
export const PAGES_BACK = 20;

const Page = z.object({
  ...PagePlace.shape,
  /** Where the pages before it begin. */
  back: z.array(PagePlace).max(PAGES_BACK).optional(),
});

/** With what its list goes on when something in it is done: the page, and the reason that was typed for all of it. */
export const InList = z.object({ page: Page.optional(), why: z.string().optional() });
export type InList = z.infer<typeof InList>;

/** The request and the revision of its terms for which a button was drawn: `R-7K2Q9FXT:1`; the time that it says; and its list: `R-7K2Q9FXT:1 {"why":"leaked"}`. */
export const ButtonValue = z
  .string()
  .regex(/^[^:\s]+:\d+(:\d+)?( \{.*\})?$/s)
  .transform((text): { id: string; terms: number; duration?: number; list?: string | undefined } => {
    const [request = "", list] = text.split(/ (.*)/s);
    const [id = "", ...numbers] = request.split(":");
    const [terms = 0, duration] = numbers.map(Number);
    return { id, terms, ...(duration === undefined ? {} : { duration }), list };
  })
  .pipe(
    z.object({
      id: RequestId,
      terms: z.number().int(),
      duration: z.number().int().exactOptional(),
      /** Another version's is left out. */
      list: json.pipe(InList).optional().catch(undefined),
    }),
  );

export const buttonValue = (r: { id: string; terms: number }, duration?: number, list?: InList): string =>
  [
    [r.id, r.terms, ...(duration === undefined ? [] : [duration])].join(":"),
    ...(list ? [JSON.stringify(list)] : []),
  ].join(" ");

/** A page of a list, as its button carries it: of whom and of what, where it begins, and after what. */
export const PageValue = z.object({
  list: z.enum(["status", "pending", "active", "history", "story"]),
  ...Page.shape,
  role: z.string().max(30).optional(),
  person: UserId.optional(),
  since: z.number().int().optional(),
  id: RequestId.optional(),
});
export type PageValue = z.infer<typeof PageValue>;
export type PagedList = PageValue["list"];
