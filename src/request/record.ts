/**
 * The shape of a request's record: all that was decided about it. It is kept in Redis and changed only by life/commit.ts.
 * All times are milliseconds since the epoch, all durations milliseconds.
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

/** Why a request ends, once access may be on the hub. */
export const EndCause = z.enum([
  "time", // its time was up
  "holder", // the holder pressed End now, or withdrew it while it was being set up
  "revoked", // an approver or an admin
  "lockdown",
  "leaked", // the holder said that the token leaked
  "left", // the holder left Slack, or the group that may ask
  "unused", // nobody said that it is still needed
  "altered", // account or binding were changed on the hub by hand
  "rotated", // an operator ended everything by setup --rotate
  "restored", // the record is older than what the hub knows
  "failed", // it could not be set up, or the token could not be delivered
]);
export type EndCause = z.infer<typeof EndCause>;

/** How a closed request came out; `ended`: it had access, which is proved gone. */
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

/** The answer of a passkey, base64url; `id` is the credential's. */
export const Assertion = kept({
  id: z.string(),
  clientDataJSON: z.string(),
  authenticatorData: z.string(),
  signature: z.string(),
});
export type Assertion = z.infer<typeof Assertion>;

/** One approval: by a person, or by a rule of the configuration (`approval: none` is the rule "none"). */
export const Approval = kept({
  by: UserId.nullable(),
  rule: z.string().nullable(),
  /** The rule's demand at that time: the file may say otherwise by now. */
  why: z.string().optional(),
  at: Moment,
  /** How long this approval allows, ms: the shortest of all counts. */
  time: Span,
  /** With passkeys: the text that was signed (policy/statement.ts), and the signature. */
  signed: kept({ statement: z.string(), assertion: Assertion }).optional(),
});
export type Approval = z.infer<typeof Approval>;

/** How the end was proved: the hub refused the unused probe token, or lists the account no more. */
export const Proof = kept({ method: z.enum(["probe", "absence"]), at: Moment });
export type Proof = z.infer<typeof Proof>;

/** The end of access, from its cause to its proof. */
export const Ending = kept({
  cause: EndCause,
  /** The person who ended it; null for time, rules and the hub. */
  by: Actor.nullable(),
  /** Their words. */
  words: z.string(),
  /** Why the bot itself ended it, as people read it; null: it did not. */
  refusal: RefusalNote.nullable(),
  /** When it was due, or asked for. */
  at: Moment,
  /** When an operator had taken the access away, past the bot; null: the bot did, at `deletedAt`. */
  goneAt: Moment.nullable(),
  /** When the account was deleted, by the hub's time: the proof is due 11 s later. */
  deletedAt: Moment.nullable(),
  /** The step noted after 10 s what kept it from deleting the access; null: nothing, or nobody knows. */
  trouble: z.enum(["hub-away", "hub-refuses"]).nullable(),
  proof: Proof.nullable(),
  /** Since when the admins know that the end is not confirmed. */
  unconfirmedAt: Moment.nullable(),
});
export type Ending = z.infer<typeof Ending>;

/** How a request closed. */
export const Outcome = kept({
  kind: OutcomeKind,
  by: Actor.nullable(),
  words: z.string(),
  /** Why the bot itself refused or failed, as people read it; null: it did not. */
  refusal: RefusalNote.nullable(),
  at: Moment,
});
export type Outcome = z.infer<typeof Outcome>;

/** The requester's past that the card shows, as it was when they asked. */
export const History = kept({
  title: z.string(),
  grantsIn30Days: z.int().nonnegative(),
  lastGrant: kept({ role: z.string(), at: Moment, by: UserId.nullable() }).nullable(),
  deniedToday: kept({ by: UserId, words: z.string(), at: Moment }).nullable(),
});
export type History = z.infer<typeof History>;

/** The token's state; the token itself is never stored. */
export const Token = kept({
  /** How many were asked for: each has a message of its own. */
  number: z.int().min(1),
  hidden: z.boolean(),
  /** Why there is another one: the holder asked, or Karpor has a new signing key. */
  why: z.enum(["first", "asked", "new-key"]),
  /** The key that the hub signs with (`kid` of the bot's own token) when the newest was asked for. */
  signingKey: z.string().nullable(),
});

/** A check of the hub that fails: access that it concerns is not set up until it passes. */
export const HoldReason = kept({
  code: z.enum(["not-looked", "rbac-off", "clocks-apart", "no-cluster-role"]),
  /** The missing ClusterRole. */
  name: z.string().nullable(),
});
export type HoldReason = z.infer<typeof HoldReason>;

/** Why a request does not go on: people are told after 20 s. */
export const Trouble = z.enum(["hub-away", "held-back"]);

/** The record itself. */
export const Request = kept({
  id: RequestId,
  /** A random word, new with each change: numbers would come again after a restore. */
  version: z.string(),
  state: State,
  /** The person who gets the access. */
  requester: UserId,
  /** The person who asked: the requester, or somebody for them. */
  askedBy: UserId,
  role: z.string(),
  clusterRole: z.string(),
  /** As asked for. */
  duration: Span,
  reason: z.string(),
  emergency: z.boolean(),
  /** For later; null: as soon as it is approved. */
  startsAt: Moment.nullable(),
  /** For more time: the first request of its chain; null: it is itself the first. */
  follows: RequestId.nullable(),
  /** For more time: when the access that it prolongs ends. */
  prolongsFrom: Moment.nullable(),
  /** For more time: how long the others of its chain had been granted when it was asked for; Redis may lose those. */
  usedBefore: z.int().nonnegative(),
  /** After a leak: the request whose token leaked, and when that was reported. */
  replaces: kept({ id: RequestId, at: Moment }).nullable(),
  /** The request for more time that follows on this one: this one ends without a message. */
  prolongedBy: RequestId.nullable(),
  askedAt: Moment,
  /** When it closes unanswered. */
  lapsesAt: Moment,
  /** The uid of the account that was made for it: the request's birth certificate. */
  account: z.string().min(1),
  history: History.nullable(),
  approvals: z.array(Approval),
  /** The time that may be granted: the shortest of all approvals and of the company's check; null: as asked for. */
  granted: Span.nullable(),
  /** The failing checks of the hub that keep an approved request from being set up. */
  heldBack: z.array(HoldReason),
  /** How often those asked were reminded. */
  nudges: z.int().nonnegative(),
  /** The role's fallback approvers are asked too. */
  fallback: z.boolean(),
  /** Set by the commit into `granting`, and never changed: then, and when the access ends. */
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
  /** For an emergency: the review afterwards. */
  review: kept({ by: UserId, words: z.string(), at: Moment }).nullable(),
  /** On the first of a chain: a person ended the whole of it. */
  chainEnd: kept({ cause: EndCause, by: Actor.nullable(), words: z.string(), at: Moment }).nullable(),
  /** How it was used, as far as the hub told until 2 min after the end; null: not yet, or the hub is not asked. */
  used: Use.nullable().default(null),
  /** Names of the people in it by Slack id, as Slack said them last: for people to read, never to decide. */
  names: z.record(z.string(), z.string()),
});
export type Request = z.infer<typeof Request>;

/** A request whose access is active: the commit into `granting` fixed its end. */
export type ActiveRequest = Request & { state: "active"; endsAt: number };

export const isActive = (request: Request): request is ActiveRequest =>
  request.state === "active" && request.endsAt !== null;

/** Returns the fields of a new request, to which nothing has happened yet. */
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

/** A pure function from a record to the next one; null: nothing to do. It throws Refused when the record does not allow it. */
export type Change = (request: Request) => Request | null;

/** Returns whether the request has a binding on the hub, or may have one. */
export const mayHoldAccess = ({ state }: Request): boolean =>
  state === "granting" || state === "active" || state === "ending";

export const isOpen = ({ state }: Pick<Request, "state">): boolean => state !== "closed";

/** A requester may remind the approvers this long after asking, and again after as long. */
export const REMIND_EVERY = 10 * MINUTE;

export const isRemindable = ({ state, askedAt }: Request, now: number): boolean =>
  state === "waiting" && now - askedAt >= REMIND_EVERY;

/** Returns the data of the refusal `already-open`, which has buttons for this request. */
export const openData = (request: Request, now: number): RefusalNote["data"] => ({
  id: request.id,
  role: request.role,
  ...(isRemindable(request, now) ? { remindable: 1 } : {}),
});

/** How long the asker waits for the answer at most: it comes within a second, unless Slack is away. */
export const ANSWERED_WITHIN = MINUTE;

/** Returns whether it was refused before anybody was asked: the asker read so at once, and nobody else is told. */
export const isRefusedAtOnce = ({ history, outcome, askedAt, replaces }: Request): boolean =>
  outcome?.kind === "refused" &&
  history === null &&
  replaces === null &&
  outcome.at - askedAt < ANSWERED_WITHIN;

export const isUndecided = ({ state }: Request): boolean => state === "asked" || state === "waiting";
