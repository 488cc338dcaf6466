/**
 * The record of a request, stored in Redis and changed only by life/commit.ts. Times and durations are milliseconds.
 */
import { z } from "zod";
import { MINUTE } from "./durations.ts";
import { Actor, RequestId, UserId } from "./ids.ts";
import { RefusalNote } from "./refused.ts";
import { kept } from "./shapes.ts";
import { Moment, Use } from "./use.ts";

const Span = z.int().positive();

export const STATES = ["asked", "waiting", "scheduled", "granting", "active", "ending", "closed"] as const;
export const State = z.enum(STATES);
export type State = z.infer<typeof State>;

export const EndCause = z.enum([
  "time",
  "holder", // also when they withdrew it while it was being set up
  "revoked", // by an approver or an admin
  "lockdown",
  "leaked", // the holder said that the token leaked
  "left", // Slack, or the group that may ask
  "unused", // nobody said that it is still needed
  "altered", // account or binding were changed by hand
  "rotated", // setup --rotate
  "restored", // the record is older than what the hub knows
  "failed", // not set up, or the token not delivered
]);
export type EndCause = z.infer<typeof EndCause>;

/** `ended`: it had access, which is proved gone. */
export const OutcomeKind = z.enum([
  "refused",
  "denied",
  "withdrawn",
  "unanswered",
  "failed",
  "restored",
  "ended",
]);
export type OutcomeKind = z.infer<typeof OutcomeKind>;

export const Assertion = kept({
  id: z.string(),
  clientDataJSON: z.string(),
  authenticatorData: z.string(),
  signature: z.string(),
});
export type Assertion = z.infer<typeof Assertion>;

/** By a person or by a rule; `approval: none` is the rule "none". */
export const Approval = kept({
  by: UserId.nullable(),
  rule: z.string().nullable(),
  /** The rule's conditions at that time; the file may have changed. */
  why: z.string().optional(),
  at: Moment,
  /** The shortest of all approvals counts. */
  time: Span,
  signed: kept({ statement: z.string(), assertion: Assertion }).optional(),
});
export type Approval = z.infer<typeof Approval>;

/** `probe`: the hub refused an unused token of the account. `absence`: it no longer lists the account. */
export const Proof = kept({ method: z.enum(["probe", "absence"]), at: Moment });
export type Proof = z.infer<typeof Proof>;

export const Ending = kept({
  cause: EndCause,
  by: Actor.nullable(),
  words: z.string(),
  /** Why the bot itself ended it. */
  refusal: RefusalNote.nullable(),
  at: Moment,
  /** When an operator removed the access without the bot. */
  goneAt: Moment.nullable(),
  deletedAt: Moment.nullable(),
  /** What kept the bot from deleting the access for 10 s. */
  trouble: z.enum(["hub-away", "hub-refuses"]).nullable(),
  proof: Proof.nullable(),
  unconfirmedAt: Moment.nullable(),
});
export type Ending = z.infer<typeof Ending>;

export const Outcome = kept({
  kind: OutcomeKind,
  by: Actor.nullable(),
  words: z.string(),
  refusal: RefusalNote.nullable(),
  at: Moment,
});
export type Outcome = z.infer<typeof Outcome>;

export const History = kept({
  title: z.string(),
  grantsIn30Days: z.int().nonnegative(),
  lastGrant: kept({ role: z.string(), at: Moment, by: UserId.nullable() }).nullable(),
  deniedToday: kept({ by: UserId, words: z.string(), at: Moment }).nullable(),
});
export type History = z.infer<typeof History>;

/** The token itself is never stored. */
export const Token = kept({
  number: z.int().min(1),
  hidden: z.boolean(),
  why: z.enum(["first", "asked", "new-key"]),
  /** The `kid` of the hub's signing key when the newest token was requested. */
  signingKey: z.string().nullable(),
});

/** A failing check of the hub: access waits until it passes. */
export const HoldReason = kept({
  code: z.enum(["not-looked", "rbac-off", "clocks-apart", "no-cluster-role"]),
  name: z.string().nullable(),
});
export type HoldReason = z.infer<typeof HoldReason>;

/** People are notified after 20 s. */
export const Trouble = z.enum(["hub-away", "held-back"]);

export const Request = kept({
  id: RequestId,
  /** Random, since a counter would repeat its values after a restore. */
  version: z.string(),
  state: State,
  requester: UserId,
  askedBy: UserId,
  role: z.string(),
  clusterRole: z.string(),
  duration: Span,
  reason: z.string(),
  emergency: z.boolean(),
  /** Null: as soon as it is approved. */
  startsAt: Moment.nullable(),
  /** For more time: the first request of its chain. */
  follows: RequestId.nullable(),
  prolongsFrom: Moment.nullable(),
  /** For more time: what its chain was granted until then, since Redis may lose those records. */
  usedBefore: z.int().nonnegative(),
  replaces: kept({ id: RequestId, at: Moment }).nullable(),
  /** The request for more time that continues this one, which ends without a message. */
  prolongedBy: RequestId.nullable(),
  askedAt: Moment,
  /** When it closes unanswered. */
  lapsesAt: Moment,
  /** Uid of its ServiceAccount: proof that the request is genuine. */
  account: z.string().min(1),
  history: History.nullable(),
  approvals: z.array(Approval),
  /** The shortest time of all approvals and of the company's check; null: `duration`. */
  granted: Span.nullable(),
  heldBack: z.array(HoldReason),
  nudges: z.int().nonnegative(),
  fallback: z.boolean(),
  /** Both are set by the commit into `granting` and never change. */
  grantedAt: Moment.nullable(),
  endsAt: Moment.nullable(),
  activeAt: Moment.nullable(),
  token: Token,
  /** The last reminder: how long before the end. */
  reminded: Span.nullable(),
  /** Since when no use is known (null: since it began), and since when its holder is asked whether it is still needed. */
  idle: kept({ since: Moment.nullable(), askedAt: Moment.nullable() }),
  trouble: Trouble.nullable(),
  ending: Ending.nullable(),
  outcome: Outcome.nullable(),
  review: kept({ by: UserId, words: z.string(), at: Moment }).nullable(),
  /** On the first of a chain, when a person ended all of it. */
  chainEnd: kept({ cause: EndCause, by: Actor.nullable(), words: z.string(), at: Moment }).nullable(),
  /** How it was used, as far as the hub told until 2 min after the end; null: not yet, or the hub is not asked. */
  used: Use.nullable().default(null),
  /** For people to read, never to decide. */
  names: z.record(z.string(), z.string()),
});
export type Request = z.infer<typeof Request>;

export type ActiveRequest = Request & { state: "active"; endsAt: number };

export const isActive = (request: Request): request is ActiveRequest =>
  request.state === "active" && request.endsAt !== null;

export const untouched = () =>
  ({
    state: "asked",
    history: null,
    approvals: [],
    granted: null,
    heldBack: [],
    nudges: 0,
    fallback: false,
    grantedAt: null,
    endsAt: null,
    activeAt: null,
    token: { number: 1, hidden: false, why: "first", signingKey: null },
    reminded: null,
    idle: { since: null, askedAt: null },
    prolongedBy: null,
    trouble: null,
    ending: null,
    outcome: null,
    review: null,
    chainEnd: null,
    used: null,
    names: {},
  }) satisfies Partial<Request>;

/** Null: nothing to do. Throws Refused when the record doesn't allow it. */
export type Change = (request: Request) => Request | null;

export const mayHoldAccess = ({ state }: Request): boolean =>
  state === "granting" || state === "active" || state === "ending";

export const isOpen = ({ state }: Pick<Request, "state">): boolean => state !== "closed";

export const REMIND_EVERY = 10 * MINUTE;

export const isRemindable = ({ state, askedAt }: Request, now: number): boolean =>
  state === "waiting" && now - askedAt >= REMIND_EVERY;

export const openData = (request: Request, now: number): RefusalNote["data"] => ({
  id: request.id,
  role: request.role,
  ...(isRemindable(request, now) ? { remindable: 1 } : {}),
});

/** The answer takes a second, unless Slack is down. */
export const ANSWERED_WITHIN = MINUTE;

/** Refused before approvers were asked: only the asker has seen it. */
export const isRefusedAtOnce = ({ history, outcome, askedAt, replaces }: Request): boolean =>
  outcome?.kind === "refused" &&
  history === null &&
  replaces === null &&
  outcome.at - askedAt < ANSWERED_WITHIN;

export const isUndecided = ({ state }: Request): boolean => state === "asked" || state === "waiting";
