/** AccessRequest: one record a request, a union by state. Both the Redis schema and the type. Pure. */
import { z } from "zod";
import { Background } from "./background.ts";
import { Emergency } from "./break-glass.ts";
import { Delivery, Reveals } from "./delivery.ts";
import { Departure } from "./departed.ts";
import { Extends, Extension } from "./extension.ts";
import { Idle } from "./idle.ts";
import { AllowanceId, Principal, RequestId } from "./ids.ts";
import type { By } from "./operator.ts";
import { Person } from "./person.ts";
import { Refusal } from "./refusal.ts";
import { SeenUse } from "./use.ts";

const Ms = z.number().int();

/**
 * The stored form. A version reads its neighbour's, and keeps what it does not know (store/record.ts). So a new field
 * is optional, a new word stands where the version before reads `other` for it, and whatever else is new (a state)
 * keeps its records from that version until it is gone.
 */
export const SCHEMA_VERSION = 1;

/** `deadSince`: it is tried no more, for its token has been good for nothing since then. */
const Stuck = z.object({ code: z.string(), since: Ms, tries: Ms, triedAt: Ms, deadSince: Ms.optional() });
export type Stuck = z.infer<typeof Stuck>;

/** A message of the record: where it stands (`ts` is empty while Slack has not said so), and what it showed last. */
export const Sent = z.object({
  channel: z.string(),
  ts: z.string(),
  shows: z.string(),
  revision: Ms,
  /** Posts whose answer is not known, and when the last of them was begun. */
  unanswered: z.object({ posts: Ms, at: Ms }).optional(),
  /** Slack refuses to deliver it. */
  refused: z.object({ code: z.string(), since: Ms, triedAt: Ms }).optional(),
  /** It may bear a token: one is being put on it, or was. */
  token: z.enum(["sending", "shown"]).optional(),
  /** Slack refuses for good to take the token off. */
  stuck: Stuck.optional(),
});
export type Sent = z.infer<typeof Sent>;

/** One person's yes, and how they qualified. */
export const Approval = z.object({
  by: Person,
  /** The user group or user id of the rule. */
  qualified: z.string(),
  at: Ms,
  /** For which terms of the request. */
  terms: Ms,
  note: z.string().optional(),
});
export type Approval = z.infer<typeof Approval>;

const Common = z.object({
  id: RequestId,
  /** Raised by the store at each change: the compare of compare-and-swap. */
  version: Ms,
  /** Whose access it is. */
  requester: Person,
  /** Who typed it for the requester, and only hears what becomes of it. */
  askedBy: Person.optional(),
  role: z.string(),
  clusterRole: z.string(),
  reason: z.string(),
  /** Milliseconds asked for; counts from the approval, or from when it is to begin. */
  duration: Ms,
  /** `dm` where it is left out. */
  delivery: Delivery.optional(),
  /** When it is to begin; left out: with its approval. */
  startsAt: Ms.optional(),
  requestedAt: Ms,
  /** When an undecided request lapses. */
  closesAt: Ms,
  /** When those asked are to be reminded, where the role says it. */
  nudgeAt: Ms.optional(),
  /** When they were. */
  nudgedAt: Ms.optional(),
  /** Who might ask for its role, as the catalog said then; empty: anybody. */
  isFor: z.array(Principal).optional(),
  /** Who may approve, as the catalog said when it was asked; empty: by policy. */
  approvers: z.array(Principal),
  /** How many of them must; one where it is left out. */
  count: z.number().int().min(1).optional(),
  /** Who did so far, and under which terms: those of others count no more. */
  approvals: z.array(Approval).optional(),
  /** Who is asked too, from when on if nobody decided by then, and when they were. */
  fallback: z.object({ by: z.array(Principal), at: Ms, askedAt: Ms.optional() }).optional(),
  /** It asks for more time of a grant that stands, and gives nothing else. */
  extends: Extends.optional(),
  /** It is asked for before anybody approved it. */
  emergency: Emergency.optional(),
  /** SHA-256 of the catalog that was in force. */
  policy: z.string(),
  /** Raised when role, duration, reason or approvers change: what a button was drawn for. */
  terms: Ms,
  /** Raised when anything else that a message shows changes: what a message was drawn from. */
  revision: Ms,
  /** When the present state was reached. */
  enteredAt: Ms,
  /** Raised for each new account on the hub. */
  generation: Ms,
  /** Somebody approved less than was asked for at first. */
  lessened: z.object({ by: Person, at: Ms, asked: z.object({ role: z.string(), duration: Ms }) }).optional(),
  background: Background.optional(),
  /** When somebody it rests on was first not seen where they must be (departure.ts): looked at again before anything ends. */
  doubtedAt: Ms.optional(),
  /** What the administrators are still to be told of it (alarm.ts), and since when; `generation`: which returned. */
  untold: z
    .object({
      what: z.enum(["adopted", "altered", "returned"]),
      at: Ms,
      generation: Ms.optional(),
    })
    .optional()
    .catch(undefined),
  /** Redis lost it, and it was made of what the hub knows: of those who approved it the last, and not what made it longer. */
  adopted: z.literal(true).optional(),
  /** Of whoever drew its messages and did not come to the end of it an edit of these may be under way: when they are drawn once more. */
  redraw: z.object({ at: Ms, keys: z.array(z.string()) }).optional(),
  /** See messages.ts. */
  messages: z.record(z.string(), Sent),
});

/** Who decided, and how they qualified: the user group or user id, `policy`, `rule: ` and the name of the catalog's rule, or what allowed it beforehand. */
export const Decision = z.object({
  by: z.union([Person, z.literal("policy")]),
  qualified: z.string(),
  at: Ms,
  /** The approver's own words. */
  note: z.string().optional(),
  /** By what it was allowed beforehand. */
  allowance: AllowanceId.optional(),
});
export type Decision = z.infer<typeof Decision>;

/** What stands on the hub for this request. */
export const Grant = z.object({
  accountUid: z.string(),
  bindingUid: z.string(),
  /** `status.expirationTimestamp`, on our clock; of several tokens the latest, of none when it was made. */
  tokenExpiresAt: Ms,
  /** The server gave less time than was asked. */
  shortened: z.boolean(),
  /** The hub's key that signed the latest token: with another, the hub takes none of before. */
  signedBy: z.string().optional(),
});
export type Grant = z.infer<typeof Grant>;

/**
 * Why it is not done yet. hub, slack: it does not answer · not-the-hub: something else answers in its place ·
 * held-back: new grants wait (see hold.ts) · rules-differ: not every replica's file allows it · open-hub: the hub lets anybody in · accepted: it still takes a token
 * of the removed account · stuck: something holds what was deleted · made-again: something else stands there now ·
 * other: what only another version has a word for
 */
export const Outage = z.object({
  what: z
    .enum([
      "hub",
      "slack",
      "not-the-hub",
      "held-back",
      "rules-differ",
      "open-hub",
      "accepted",
      "stuck",
      "made-again",
      "other",
    ])
    .catch("other"),
  since: Ms,
  /** It may pass before anybody need know (see outage.ts). */
  quiet: z.literal(true).optional(),
});
export type Outage = z.infer<typeof Outage>;

export const Failure = z.enum([
  "name-taken",
  "hub-refuses",
  "no-cluster-role",
  "recipient-gone",
  "dm-closed",
  "message-lost",
  "terms-changed",
  "allowance-gone",
  "restored",
  "check-denied",
  "check-silent",
]);
export type Failure = z.infer<typeof Failure>;

/** Why access ends. `lost`: somebody removed it on the hub · `altered`: somebody changed it there · `departed`: its holder left · `idle`: no use of it was reported, and nobody kept it · `other`: only another version has a word for it. */
export const End = z.object({
  cause: z
    .enum(["expired", "released", "revoked", "failed", "altered", "lost", "departed", "idle", "other"])
    .catch("other"),
  by: Person.optional(),
  /** Who ended it from outside Slack, by name. */
  operator: z.string().optional(),
  qualified: z.string().optional(),
  reason: z.string().optional(),
  failure: Failure.optional().catch(undefined),
  departure: Departure.optional().catch(undefined),
  at: Ms,
});
export type End = z.infer<typeof End>;

export const enderOf = ({ by, operator }: Pick<End, "by" | "operator">): By | undefined =>
  by ?? (operator === undefined ? undefined : { operator });

/**
 * How the end was proved, at least 11 s after the deletion: the unused probe token got 401, or the account was
 * absent. `expiry`: neither could be shown, and the token's own time has run out. `unstarted`: it never began, and
 * nothing of it ever stood. `abandoned`: nothing was proved, and an operator settled it.
 */
export const Verification = z.object({
  method: z.enum(["probe", "absence", "expiry", "unstarted", "abandoned"]),
  deletedAt: Ms,
  at: Ms,
  /** Who settled it, by name, and why. */
  operator: z.string().optional(),
  reason: z.string().optional(),
});
export type Verification = z.infer<typeof Verification>;

/** That its token is refused was never shown: its own time ran out, or an operator settled it. Also of what the trail says. */
export const isUnproved = (method: string): boolean => UNPROVED.includes(method);
const UNPROVED: readonly string[] = ["expiry", "abandoned"] satisfies Verification["method"][];

/**
 * A fresh token of the same account is to come. `extended`: the old one ends before the access does · `upgraded`: its
 * key is gone · `other`: only another version has a word for it
 */
export const Refresh = z.object({
  why: z.enum(["extended", "upgraded", "other"]).catch("other"),
  /** When it was asked for last: no token of before does. */
  at: Ms,
  /** The request for more time that waits for it. */
  for: RequestId.optional(),
});
export type Refresh = z.infer<typeof Refresh>;

/** A generation whose token gave way to a new one: it goes from the hub, and what became of it stays. */
export const Former = z.object({
  generation: Ms,
  grant: Grant,
  /** What its holder said of the token · `other`: only another version has a word for it. */
  why: z.enum(["lost", "leaked", "other"]).catch("other"),
  at: Ms,
  /** Redis may have been an older copy: nobody saw then that it stands. */
  unseen: z.literal(true).optional(),
  deletedAt: Ms.optional(),
  contradictedAt: Ms.optional(),
  outage: Outage.optional(),
  /** That it is gone. */
  verification: Verification.optional(),
});
export type Former = z.infer<typeof Former>;

/** The message of a token that gave way to another, which may bear it still: Slack refuses for good to take it away, or was not asked yet. */
export const Replaced = z.object({
  channel: z.string(),
  ts: z.string(),
  generation: Ms,
  /** From then on its token is good for nothing, whatever becomes of its account. */
  tokenExpiresAt: Ms,
  stuck: Stuck.optional(),
});
export type Replaced = z.infer<typeof Replaced>;

const Approved = Common.extend({
  decision: Decision,
  /** Fixed at approval; a shortened token makes it earlier, and more time later. */
  expiresAt: Ms,
  /** What made it later. */
  extensions: z.array(Extension).optional(),
  outage: Outage.optional(),
  /** Of a token that is shown at a click; left out where nobody knows how often one was. */
  reveals: Reveals.optional(),
  /** The generations before this one, oldest first. */
  former: z.array(Former).optional(),
  replaced: z.array(Replaced).optional(),
  /** Lead times (ms) of the reminders sent so far. */
  reminded: z.array(Ms).optional(),
  /** The last generation whose binding allowed a request after it was deleted, and when the hub received that. */
  lateUse: z.object({ generation: Ms, at: Ms }).optional(),
});
/** The version before knows no such state, and would give at once what is to begin later. */
const Scheduled = Common.extend({ decision: Decision, expiresAt: Ms, startsAt: Ms });
const Delivered = Approved.extend({
  grant: Grant,
  /** The holder took the token off the message. */
  hidden: z.boolean(),
});
const Ending = Approved.extend({
  grant: Grant.optional(),
  end: End,
  /** When account and binding were seen gone. */
  deletedAt: Ms.optional(),
  /** When a token was accepted all the same: absence proves nothing any more. */
  contradictedAt: Ms.optional(),
});

export const AccessRequest = z.discriminatedUnion("state", [
  Common.extend({ state: z.literal("requested") }),
  Common.extend({ state: z.literal("pending") }),
  Common.extend({ state: z.literal("refused"), refusal: Refusal.catch({ kind: "other" }), at: Ms }),
  Common.extend({ state: z.literal("withdrawn"), by: Person.optional(), at: Ms }),
  Common.extend({ state: z.literal("timedOut"), at: Ms }),
  Common.extend({ state: z.literal("denied"), by: Person, qualified: z.string(), why: z.string(), at: Ms }),
  Scheduled.extend({ state: z.literal("scheduled") }),
  Approved.extend({ state: z.literal("approved") }),
  Delivered.extend({ state: z.literal("delivering") }),
  Delivered.extend({
    state: z.literal("active"),
    reminded: z.array(Ms),
    refresh: Refresh.optional(),
    /** Whether anybody uses it, where its role asks about that. */
    idle: Idle.optional(),
  }),
  Ending.extend({ state: z.literal("ending") }),
  Ending.extend({
    state: z.literal("ended"),
    verification: Verification,
    /** When it is to be looked what it was used for; not left out: that was not done yet. */
    useDueAt: Ms.optional(),
    /** What it was used for, as far as the hub told then. */
    use: SeenUse.optional().catch(undefined),
    /** A smaller role that would have allowed all of it. */
    enough: z.string().optional(),
  }),
  /** More time was approved, and its grant does not have all of it yet; then it does. `expiresAt`: its end by then. */
  Approved.extend({ state: z.literal("extending"), extends: Extends }),
  Approved.extend({ state: z.literal("extended"), extends: Extends, at: Ms }),
]);
export type AccessRequest = z.infer<typeof AccessRequest>;
/** What is on record: null where nothing is. */
export type Recorded = AccessRequest | "unreadable" | null;
export type State = AccessRequest["state"];
export type In<S extends State> = Extract<AccessRequest, { state: S }>;

/** The grant goes on with a new token, as its next generation: nobody approved it anew. */
export const isRenewal = ({ from, to }: { from: string | null; to: string }): boolean =>
  (from === "active" || from === "delivering") && to === "approved";

/** By people or by policy, of a record or on the trail; what begins when its time comes, or goes on with a new token, was approved before. */
export const isApproval = ({ from, to }: { from: string | null; to: string }): boolean =>
  APPROVED.includes(to) && from !== to && from !== "scheduled" && !isRenewal({ from, to });
const APPROVED: readonly string[] = ["approved", "scheduled", "extending"] satisfies State[];

/** Those that count: for the terms as they are now. */
export const approvalsOf = ({ approvals = [], terms }: AccessRequest): readonly Approval[] =>
  approvals.filter((one) => one.terms === terms);

/**
 * Whose approvals let it pass; nobody's where policy did, or it was allowed beforehand. A version that knows of one
 * approval alone keeps it as the decision.
 */
export function approvedBy(r: AccessRequest): readonly Pick<Approval, "by" | "qualified">[] {
  if (!("decision" in r)) return [];
  const { by, qualified, allowance } = r.decision;
  if (by === "policy" || allowance) return [];
  const approvals = approvalsOf(r);
  return approvals.length > 0 ? approvals : [{ by, qualified }];
}

/** Approved and begun, and not ended yet: the hub may hold something of it. */
export type Granted = In<"approved" | "delivering" | "active" | "ending">;
export const isGranted = (r: AccessRequest): r is Granted => GRANTED.includes(r.state);
/** Of the trail, too. */
export const GRANTED: readonly string[] = [
  "approved",
  "delivering",
  "active",
  "ending",
] satisfies Granted["state"][];

/** Approved, and nobody has ended it yet. */
export type Revocable = Exclude<Granted, In<"ending">> | In<"scheduled">;
export const isRevocable = (r: AccessRequest): r is Revocable =>
  r.state === "scheduled" || (isGranted(r) && r.state !== "ending");

/** A token was made, and may have been seen. */
export const isGiven = (r: AccessRequest): boolean =>
  r.generation > 1 || ("grant" in r && r.grant !== undefined);
