/** AccessRequest: one record a request, a union by state. Both the Redis schema and the type. Pure. */
import { z } from "zod";
import { Principal, RequestId } from "./ids.ts";
import { Person } from "./person.ts";
import { Refusal } from "./refusal.ts";

const Ms = z.number().int();

/** A message the bot sent: where it is, and which face of the record it showed last. */
export const Sent = z.object({ channel: z.string(), ts: z.string(), face: z.string() });
export type Sent = z.infer<typeof Sent>;

const Common = z.object({
  id: RequestId,
  /** Raised by the store at each change: the compare of compare-and-swap. */
  version: Ms,
  requester: Person,
  role: z.string(),
  clusterRole: z.string(),
  reason: z.string(),
  /** Milliseconds asked for; counts from the approval. */
  duration: Ms,
  requestedAt: Ms,
  /** When an undecided request lapses. */
  closesAt: Ms,
  /** Who may approve, as the catalog said when it was asked; empty: by policy. */
  approvers: z.array(Principal),
  /** SHA-256 of the catalog that was in force. */
  policy: z.string(),
  /** Raised when role, duration or reason change: what a button was drawn for. */
  terms: Ms,
  /** Raised for each new account on the hub. */
  generation: Ms,
  /** Sent messages by slot, see faces.ts. */
  messages: z.record(z.string(), Sent),
});

/** Who decided, and how they qualified: the user group or user id of the rule, or `policy`. */
export const Decision = z.object({
  by: z.union([Person, z.literal("policy")]),
  qualified: z.string(),
  at: Ms,
});
export type Decision = z.infer<typeof Decision>;

/** What stands on the hub for this request. */
export const Grant = z.object({
  accountUid: z.string(),
  bindingUid: z.string(),
  /** `status.expirationTimestamp`, on our clock. */
  tokenExpiresAt: Ms,
  /** The server gave less time than was asked. */
  shortened: z.boolean(),
});
export type Grant = z.infer<typeof Grant>;

/** Why it is not done yet; set while something outside does not answer. */
export const Trouble = z.object({ what: z.enum(["hub", "slack"]), since: Ms });
export type Trouble = z.infer<typeof Trouble>;

export const Failure = z.enum([
  "name-taken",
  "hub-refuses",
  "no-cluster-role",
  "recipient-gone",
  "dm-closed",
]);
export type Failure = z.infer<typeof Failure>;

/** Why access ends. `lost`: the hub no longer had it whole. */
export const End = z.object({
  cause: z.enum(["expired", "released", "revoked", "failed", "lost"]),
  by: Person.optional(),
  qualified: z.string().optional(),
  reason: z.string().optional(),
  failure: Failure.optional(),
  at: Ms,
});
export type End = z.infer<typeof End>;

/** How the end was proved: the unused witness token got 401, or the account was absent; at least 11 s after. */
export const Verification = z.object({ method: z.enum(["probe", "absence"]), deletedAt: Ms, at: Ms });
export type Verification = z.infer<typeof Verification>;

const Approved = Common.extend({
  decision: Decision,
  /** Fixed at approval; only a shortened token makes it earlier. */
  expiresAt: Ms,
  trouble: Trouble.optional(),
});
const Granted = Approved.extend({
  grant: Grant,
  /** The holder took the token off the message. */
  hidden: z.boolean(),
});
const Ending = Approved.extend({
  grant: Grant.optional(),
  end: End,
  /** When account and binding were seen gone. */
  deletedAt: Ms.optional(),
});

export const AccessRequest = z.discriminatedUnion("state", [
  Common.extend({ state: z.literal("requested") }),
  Common.extend({ state: z.literal("pending") }),
  Common.extend({ state: z.literal("refused"), refusal: Refusal, at: Ms }),
  Common.extend({ state: z.literal("withdrawn"), at: Ms }),
  Common.extend({ state: z.literal("timedOut"), at: Ms }),
  Common.extend({ state: z.literal("denied"), by: Person, qualified: z.string(), why: z.string(), at: Ms }),
  Approved.extend({ state: z.literal("approved") }),
  Granted.extend({ state: z.literal("delivering") }),
  Granted.extend({
    state: z.literal("active"),
    /** Lead times (ms) of the reminders sent so far. */
    reminded: z.array(Ms),
  }),
  Ending.extend({ state: z.literal("ending") }),
  Ending.extend({ state: z.literal("ended"), verification: Verification }),
]);
export type AccessRequest = z.infer<typeof AccessRequest>;
export type State = AccessRequest["state"];
export type In<S extends State> = Extract<AccessRequest, { state: S }>;

/** What nothing changes any more; it stops reserving the role for its requester. */
export const FINAL = ["refused", "withdrawn", "timedOut", "denied", "ended"] as const;
export const isFinal = (r: AccessRequest): r is In<(typeof FINAL)[number]> =>
  (FINAL as readonly State[]).includes(r.state);

/** States in which the hub may hold something of ours. */
export const isOnHub = (r: AccessRequest): r is In<"approved" | "delivering" | "active" | "ending"> =>
  r.state === "approved" || r.state === "delivering" || r.state === "active" || r.state === "ending";
