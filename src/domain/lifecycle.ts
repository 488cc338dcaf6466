/** The life of a request in one table: what follows from each state is said here, once. Pure. */
import { isRevealed, isStale, revealsOf, SHOWN_FOR_MS, type TokenView } from "./delivery.ts";
import { lookAgainAt } from "./departed.ts";
import { SECOND } from "./duration.ts";
import { asEnding, formerOf, leaving } from "./former.ts";
import { idleDue, openQuestion } from "./idle-due.ts";
import type { DisplayStatus, MessageKey } from "./message-key.ts";
import { fallbackDue, nudgeDue } from "./nudge.ts";
import { operatorOf, whoOf } from "./operator.ts";
import { quietUntil, toldOutage } from "./outage.ts";
import type { PolicyFile } from "./policy-file.ts";
import { ruleLabel } from "./policy-rule.ts";
import type { Refusal } from "./refusal.ts";
import { remindersDue } from "./reminders.ts";
import {
  type AccessRequest,
  type Decision,
  type End,
  enderOf,
  type Former,
  type In,
  type State,
} from "./request.ts";
import { startAhead } from "./window.ts";

/** What a job does: it looks at the record and takes the step that its state asks for, or shrugs. */
export const STEPS = [
  "validate",
  "start",
  "provision",
  "refreshToken",
  "extend",
  "remind",
  "nudge",
  "askFallback",
  "timeOut",
  "end",
  "verify",
  "syncMessages",
  "redraw",
  "takeTokenOff",
  "coverViews",
  "checkDeparture",
  "reportUse",
  "checkIdle",
] as const;
export type Step = (typeof STEPS)[number];

/** What the policy says of when something comes. */
export type Timing = Pick<PolicyFile, "reminders" | "roles">;

export interface Due {
  /** Milliseconds since the epoch. */
  at: number;
  step: Step;
}

/** Who acted, for the trail: a Slack user id, `policy`, `time` for a limit that passed, `bot` for its own steps. */
export interface Actor {
  who: string;
  why: string | null;
  /** What a person typed of it: its end. */
  said?: string;
  /** The user group or user id through which an approver qualified, or the rule of the catalog. */
  qualified: string | null;
}

export const typed = (said: string | null | undefined): Pick<Actor, "said"> => (said ? { said } : {});

interface Row<S extends State> {
  /** Beside each: which file of src/flow/ takes it there, and when. */
  to: readonly State[];
  /** Redis was restored from before, and it stands on the hub: its record follows, to active (repair.ts). */
  adoptable?: true;
  /** What a reader sees; null where others never see it. */
  shows(r: In<S>): DisplayStatus | null;
  /**
   * Which messages its state asks for. Whatever the state, messages.ts adds those that tell whoever asked for somebody
   * else (asker, outcome), of an emergency (review) and of earlier tokens (leak, lost, left), leaves out a card that
   * nobody is asked by and a notice that is not theirs, and says what becomes of what was sent before. The token's own
   * is posted by whoever makes the token, and taken off by take-token-off.ts.
   */
  messages(r: In<S>): MessageKey[];
  /** Done at once: by its job, and where that is lost, by the first sweep 10 s later (advance.ts). */
  now(r: In<S>): readonly Step[];
  /** The next is the request's one timer; what is overdue hides none. */
  due(r: In<S>, timing: Timing): Due[];
  /** Account and binding of its own generation; those before it go, as of an ending one, beside whatever it does. */
  onHub: "none" | "may-stand" | "must-stand" | "must-go";
  /** What whoever comes after is told. */
  late(r: In<S>): Refusal;
  actor(r: In<S>): Actor;
}

/** The success of a token is cached for 10 s by each replica of the server: only after that does a refusal prove anything. */
export const VERIFY_AFTER_MS = 11 * SECOND;
/** By then the replica that holds the probe token has looked, or is dead. */
const VERIFY_WITHOUT_PROBE_AFTER_MS = 13 * SECOND;

/** Time after which a step that is done at once is taken for lost. */
export const LOST_AFTER_MS = 10 * SECOND;

const bot: Actor = { who: "bot", why: null, qualified: null };
const stale = (r: AccessRequest): Refusal => ({ kind: "stale", id: r.id });
const closing = (r: AccessRequest): Due[] => [{ at: r.closesAt, step: "timeOut" }];
const dueAt = (at: number | null, step: Step): Due[] => (at === null ? [] : [{ at, step }]);
const settingUp = (r: In<"approved" | "delivering" | "extending">): DisplayStatus =>
  toldOutage(r) ? "outage" : "setting-up";
/** Trouble that nobody was told of yet: the step is tried once more before. */
const onceMore = (r: AccessRequest, step: Step): Due[] => dueAt(quietUntil(r), step);
/** Somebody may have left: looked at once more before anything ends. */
const lookAgain = (r: AccessRequest): Due[] => dueAt(lookAgainAt(r), "checkDeparture");
const nothing = () => [];
const byDecision = ({
  decision: { by, note, qualified },
}: In<"scheduled" | "approved" | "extending">): Actor => ({
  who: by === "policy" ? by : by.id,
  why: note ?? null,
  ...typed(note),
  qualified,
});
const endedBy = (end: End): string => {
  const by = enderOf(end);
  return by ? whoOf(by) : end.cause === "expired" ? "time" : "bot";
};
const byEnd = ({ end }: In<"ending" | "ended">): Actor => ({
  who: endedBy(end),
  why: [end.cause, end.failure, end.departure?.what, end.reason].filter(Boolean).join(": "),
  ...typed(end.reason),
  qualified: end.qualified ?? null,
});

/**
 * What holds in each state, and so stands in no row:
 * - Done at once, too: syncMessages, takeTokenOff and coverViews, when they become needed (commit.ts). Also queued are
 *   an end, where a restored hub brought back what was deleted (verify.ts), provision, where the hub has less than
 *   the whole of it (repair.ts), and checkDeparture of what is not over, when Slack tells that somebody left, or a look
 *   at its people doubts it (watch-departures.ts).
 * - Whoever drew its messages died at it, or slept over their lease: what was to be drawn then is drawn once more, a
 *   minute after another took over (sync-messages.ts).
 * - Locked down: the store refuses every way to access (WAYS_TO_ACCESS below). What is approved, delivering or active
 *   ends; extending closes with its grant; scheduled stays, and is over when its time is; nobody decides on what is
 *   pending; requested waits where nobody need approve it. Whatever leads to no access goes on.
 * - An operator's word that only the hub knows ends what is approved, delivering or active (advance.ts).
 * - Slack or hub away: the step is tried again until it succeeds, or its time is over. Of approved, delivering,
 *   extending and ending the record says so (`outage`), and its people after some seconds (outage.ts). Who clicks on
 *   what is pending is told, and nothing changes. What is active stays so. No end waits for Slack.
 * - Redis away: no record changes. What is over by then, the hub alone ends (watch-ends.ts, fallback-expiry.ts).
 */
export const LIFECYCLE = {
  requested: {
    to: [
      "pending", // validate: somebody must approve it
      "scheduled", // validate, here and below: by policy, by a rule, or allowed beforehand; it begins later
      "approved", // it begins now; also what is taken in an emergency
      "extending", // it is more time
      // validate: by policy, by the role's own check, at a limit, or where its time is taken by now. extend-grant: as of
      // pending.
      "refused",
      "withdrawn", // withdraw: by its holder, or by who asked for them
      "timedOut", // time-out: it could not be looked at in time
      "active", // adoptable
    ],
    adoptable: true,
    shows: () => null,
    messages: nothing,
    now: () => ["validate"],
    due: closing,
    onHub: "none",
    late: stale,
    actor: (r) => ({ ...bot, who: (r.askedBy ?? r.requester).id }),
  },
  pending: {
    to: [
      "scheduled", // decide, here and below: enough approved it; it begins later
      "approved", // it begins now
      "extending", // it is more time
      "denied", // decide: by one of them
      "withdrawn", // withdraw: by its holder, or by who asked for them
      "timedOut", // time-out: nobody decided in time
      // decide: at a click, today's rules say no, or Redis was restored since. check-departure: its holder left, or too
      // few are left to approve. extend-grant: the grant that it is to add to ends.
      "refused",
      "active", // adoptable
    ],
    adoptable: true,
    shows: () => "pending",
    messages: (r) => [
      "card",
      "waiting",
      ...(r.nudgedAt === undefined ? [] : (["nudge"] as const)),
      ...(r.fallback?.askedAt === undefined ? [] : (["fallback"] as const)),
    ],
    now: nothing,
    due: (r) => [
      ...closing(r),
      ...dueAt(nudgeDue(r), "nudge"),
      ...dueAt(fallbackDue(r), "askFallback"),
      ...lookAgain(r),
    ],
    onHub: "none",
    late: stale,
    actor: () => bot,
  },
  refused: {
    to: [],
    shows: (r) => (r.refusal.kind === "terms-changed" ? "closed" : null),
    messages: () => ["notice"],
    now: nothing,
    due: nothing,
    onHub: "none",
    late: (r) => ({ kind: "late", did: "refused", at: r.at }),
    actor: ({ refusal }) => ({
      who: "policy",
      ...(refusal.kind === "check-denied"
        ? { why: `${refusal.kind}: ${refusal.say}`, ...typed(refusal.say) }
        : { why: refusal.kind }),
      qualified: ruleIn(refusal),
    }),
  },
  withdrawn: {
    to: [],
    shows: () => "withdrawn",
    messages: nothing,
    now: nothing,
    due: nothing,
    onHub: "none",
    late: (r) => ({ kind: "late", did: "withdrawn", by: r.by ?? r.requester, at: r.at }),
    actor: (r) => ({ ...bot, who: (r.by ?? r.requester).id }),
  },
  timedOut: {
    to: [],
    shows: () => "timedOut",
    messages: () => ["notice"],
    now: nothing,
    due: nothing,
    onHub: "none",
    late: (r) => ({ kind: "late", did: "timedOut", at: r.at }),
    actor: () => ({ ...bot, who: "time" }),
  },
  denied: {
    to: [],
    shows: () => "denied",
    messages: () => ["notice"],
    now: nothing,
    due: nothing,
    onHub: "none",
    late: (r) => ({ kind: "late", did: "denied", by: r.by, at: r.at }),
    actor: (r) => ({ who: r.by.id, why: r.why, ...typed(r.why), qualified: r.qualified }),
  },
  // Approved, and it begins later: until then nothing of it stands.
  scheduled: {
    to: [
      "approved", // start: its time has come
      "withdrawn", // withdraw, revoke: by its holder, or by who asked for them
      // revoke: by others. mass-end: of its person or role. end-by-operator, check-departure. start: its time is over.
      "ended",
      "active", // adoptable
    ],
    adoptable: true,
    shows: () => "scheduled",
    messages: () => ["card", "scheduled"],
    now: nothing,
    due: (r) => [{ at: r.startsAt, step: "start" }, ...lookAgain(r)],
    onHub: "none",
    late: (r) => lateApproved(r.decision),
    actor: byDecision,
  },
  approved: {
    to: [
      "delivering", // provision: it stands on the hub, with a token that nobody has seen
      // revoke: by its holder or others. mass-end, end-by-operator, check-departure. end: its time is over. provision:
      // it cannot be made, or is not allowed any more. settle-doubtful: Redis was restored since, and it does not stand.
      "ending",
      "active", // adoptable
    ],
    adoptable: true,
    shows: settingUp,
    messages: () => ["card", "token"],
    now: () => ["provision"],
    due: (r) => [{ at: r.expiresAt, step: "end" }, ...onceMore(r, "provision"), ...lookAgain(r)],
    onHub: "may-stand",
    late: (r) => lateApproved(r.decision),
    actor: (r) =>
      renewedBy(r) ?? (startAhead(r, r.decision.at) === undefined ? byDecision(r) : { ...bot, who: "time" }),
  },
  delivering: {
    to: [
      "active", // provision: its holder sees the token, or what shows it. Also adoptable
      "approved", // renew-token: its holder has seen it already, and says that it leaked
      "ending", // as of approved
    ],
    adoptable: true,
    shows: settingUp,
    messages: () => ["card", "token"],
    now: () => ["provision"],
    due: (r) => [{ at: r.expiresAt, step: "end" }, ...onceMore(r, "provision"), ...lookAgain(r)],
    onHub: "may-stand",
    late: (r) => lateApproved(r.decision),
    actor: () => bot,
  },
  active: {
    to: [
      // revoke: by its holder or others. mass-end, end-by-operator, check-departure, check-idle. end: its time is over.
      // repair: it was altered or lost on the hub; renew-token and reveal-token see that, too. refresh-token: no fresh token can come.
      "ending",
      "approved", // renew-token: its holder wants another token, which is the next generation's
    ],
    shows: () => "active",
    messages: (r) => {
      const asked = openQuestion(r);
      return [
        "card",
        "token",
        ...r.reminded.slice(-1).map((lead) => `reminder:${lead}` as const),
        ...(asked ? ([`idle:${asked.at}`] as const) : []),
      ];
    },
    now: (r) => (r.refresh ? ["refreshToken"] : []),
    due: (r, { reminders, roles }) => [
      { at: r.expiresAt, step: "end" },
      ...remindersDue(r, reminders).map((at) => ({ at, step: "remind" as const })),
      ...dueAt(idleDue(r, roles), "checkIdle"),
      ...lookAgain(r),
    ],
    onHub: "must-stand",
    late: (r) => lateApproved(r.decision),
    actor: (r) => (isRevealed(r) ? { ...bot, why: AT_A_CLICK } : bot),
  },
  ending: {
    to: [
      // verify: it is proved, of each earlier generation too. Usually 11 s after the deletion, by a probe token in the
      // memory of whoever deleted it (probe.ts); else by absence, which proves nothing where a token was accepted since;
      // at last by the token's own end and 75 s. abandon: an operator settles it, a minute after it began or later.
      "ended",
    ],
    shows: (r) => {
      if (toldOutage(r)) return "unproven";
      return r.end.cause === "failed" || r.end.cause === "revoked" ? r.end.cause : "removing";
    },
    messages: (r) => {
      const { cause } = r.end;
      const outage = toldOutage(r);
      return [
        "card",
        ...(isToldAtOnce(cause) ? (["notice"] as const) : []),
        ...(outage && (cause !== "failed" || r.grant) ? (["unproven"] as const) : []),
        // Where a token may be out it comes with its proof, or with the trouble: its first words alone mention somebody.
        ...(outage || (cause === "failed" && !r.grant) ? (["alert"] as const) : []),
      ];
    },
    now: () => ["end"],
    due: (r) => {
      if (r.deletedAt === undefined) return onceMore(r, "end");
      const again = onceMore(r, "verify");
      return again.length > 0 ? again : [{ at: r.deletedAt + VERIFY_WITHOUT_PROBE_AFTER_MS, step: "verify" }];
    },
    onHub: "must-go",
    late: (r) => ({ kind: "late", did: "ended", by: r.end.by, at: r.end.at }),
    actor: byEnd,
  },
  ended: {
    to: [],
    shows: (r) => (r.end.cause === "failed" ? "failed" : "ended"),
    messages: (r) => [
      "notice",
      ...(r.end.cause === "failed" ? (["alert"] as const) : []),
      ...(isUseTold(r) ? (["use"] as const) : []),
    ],
    now: nothing,
    due: (r) => dueAt(r.useDueAt ?? null, "reportUse"),
    onHub: "must-go",
    late: (r) => ({ kind: "late", did: "ended", by: r.end.by, at: r.verification.at }),
    actor: byProof,
  },
  extending: {
    to: [
      "extended", // extend-grant, refresh-token, renew-token: its grant lasts longer, and so does the token
      "refused", // extend-grant: it is not allowed any more, Redis was restored since, or its grant ends
    ],
    shows: settingUp,
    messages: (r) => ["card", ...(toldOutage(r) ? (["waiting"] as const) : [])],
    now: () => ["extend"],
    // What it is to add to may be over by then.
    due: (r) => [{ at: r.extends.until, step: "extend" }, ...onceMore(r, "extend")],
    onHub: "none",
    late: (r) => lateApproved(r.decision),
    actor: byDecision,
  },
  extended: {
    to: [],
    shows: () => "extended",
    messages: () => ["card"],
    now: nothing,
    due: nothing,
    onHub: "none",
    late: (r) => lateApproved(r.decision),
    actor: (r) => ({ ...bot, why: `more time for ${r.extends.id}` }),
  },
} satisfies { [S in State]: Row<S> };

/** Its holder hears of any other end when that is proved. */
export const isToldAtOnce = (cause: End["cause"]): cause is "failed" | "revoked" | "released" =>
  cause === "failed" || cause === "revoked" || cause === "released";

/** Whoever approved it, or is to review it, reads there what it was used for. */
const isUseTold = ({ use, messages: { card, review } }: In<"ended">): boolean =>
  use !== undefined && Boolean(card?.ts || review?.ts);

/** What the trail keeps where nothing was delivered: a token is shown at a click. */
export const AT_A_CLICK = "reveal";

const ruleIn = (refusal: Refusal): string | null =>
  "rule" in refusal && refusal.rule !== undefined ? ruleLabel(refusal.rule) : null;

function byProof(r: In<"ended">): Actor {
  const { method, operator, reason } = r.verification;
  if (method === "unstarted") return byEnd(r);
  if (operator === undefined) return { ...bot, why: r.end.cause };
  return { who: operatorOf(operator), why: reason ?? null, ...typed(reason), qualified: null };
}

/** Its holder, where a new token takes the place of another. */
function renewedBy(r: In<"approved">): Actor | null {
  const last = formerOf(r).at(-1);
  return last ? { ...bot, who: r.requester.id, why: saidOf(last) } : null;
}

/** What the trail keeps of why a token gave way. */
export const saidOf = ({ why, generation }: Former): string =>
  why === "leaked" ? `the token of generation ${generation} leaked` : "a new token";

const lateApproved = ({ by, at }: Decision): Refusal => ({
  kind: "late",
  did: "approved",
  at,
  ...(by === "policy" ? {} : { by }),
});

/** The record's own row; TypeScript cannot pair a state with its entry. */
export const rowOf = (r: AccessRequest) => LIFECYCLE[r.state] as unknown as Row<State>;

export const displayStatus = (r: AccessRequest): DisplayStatus | null => rowOf(r).shows(r);
export const lateFor = (r: AccessRequest): Refusal => rowOf(r).late(r);

export const isAdoptable = (r: AccessRequest): boolean => rowOf(r).adoptable === true;

/** Nothing leads out of it; it stops reserving the role for its requester. */
export const isFinal = ({ state }: Pick<AccessRequest, "state">): boolean => LIFECYCLE[state].to.length === 0;

/** Not one that only another version of the bot knows. */
export const isState = (name: string): name is State => Object.hasOwn(LIFECYCLE, name);

/** It has not begun: whoever asked for it may take it back. */
export const isWithdrawable = (r: AccessRequest): boolean => rowOf(r).to.includes("withdrawn");

/** All that the clock brings, in the order in which it comes. */
export const dueOf = (r: AccessRequest, timing: Timing): Due[] => allDue(r, timing).sort(inOrder);

export const isAnyDue = (r: AccessRequest, timing: Timing, now: number): boolean =>
  allDue(r, timing).some(({ at }) => at <= now);

const allDue = (r: AccessRequest, timing: Timing): Due[] => [
  ...rowOf(r).due(r, timing),
  ...leaving(r).map(leavingDue),
  ...revealsOf(r).views.map((view) => coverDue(r, view)),
  ...dueAt(r.redraw?.at ?? null, "redraw"),
];

const inOrder = (a: Due, b: Due): number => a.at - b.at || (a.step < b.step ? -1 : 1);

/** An earlier generation goes as one that ends, whatever becomes of the grant. */
const leavingDue = ({ at, deletedAt }: Former): Due =>
  deletedAt === undefined
    ? { at: at + LOST_AFTER_MS, step: "end" }
    : { at: deletedAt + VERIFY_WITHOUT_PROBE_AFTER_MS, step: "verify" };

/** What must go before its time is done at once. */
const coverDue = (r: AccessRequest, view: TokenView): Due => ({
  at: isStale(r, view) ? r.enteredAt + LOST_AFTER_MS : view.at + SHOWN_FOR_MS,
  step: "coverViews",
});

/** The earliest due step. */
export const timerOf = (r: AccessRequest, timing: Timing): Due | null => dueOf(r, timing)[0] ?? null;

/** What comes next after another that came. */
export const timerAfter = (r: AccessRequest, timing: Timing, came: Due): Due | null =>
  dueOf(r, timing).find((due) => inOrder(came, due) < 0 && !isSameDue(came, due)) ?? null;

export const isSameDue = (a: Due | null, b: Due | null): boolean => a?.at === b?.at && a?.step === b?.step;

/** What people agreed on: a button drawn for other terms is stale. */
const TERMS = ["role", "duration", "reason", "approvers"] as const;
/** What messages show of a record besides its state; of its outage, what people are told. */
const VISIBLE = [
  ...TERMS,
  "requester",
  "askedBy",
  "closesAt",
  "count",
  "approvals",
  "fallback",
  "lessened",
  "emergency",
  "expiresAt",
  "extensions",
  "outage",
  "former",
] as const;

/** A change as it is stored: numbered, and along the table. Throws on a way that the table does not have. */
export function stamped(before: AccessRequest, after: AccessRequest, now: number): AccessRequest {
  const moved = before.state !== after.state;
  if (moved && !rowOf(before).to.includes(after.state))
    throw new Error(`No way leads from ${before.state} to ${after.state}.`);
  return {
    ...after,
    terms: before.terms + (differ(before, after, TERMS) ? 1 : 0),
    revision: before.revision + (differ(seen(before), seen(after), VISIBLE) ? 1 : 0),
    enteredAt: moved ? now : before.enteredAt,
  };
}

/** Each is a way to access: a lockdown refuses it. What takes access away, or only tells of it, is never among them. */
const WAYS_TO_ACCESS: readonly ((before: AccessRequest, after: AccessRequest) => boolean)[] = [
  // Approved, anew too; also what begins later, when it is decided and when it begins.
  (before, after) =>
    (after.state === "approved" || after.state === "scheduled") && before.state !== after.state,
  (before, after) => after.state === "extending" && before.state !== "extending",
  // One approval of several.
  (before, after) => after.state === "pending" && differ(before, after, ["approvals"]),
  // Made on the hub: its holder has a token, or may ask to see one.
  (before, after) => after.state === "delivering" && before.state !== "delivering",
  // A token is about to be shown.
  (before, after) => isTokenSent(after) && !isTokenSent(before),
  (before, after) => revealsOf(after).count > revealsOf(before).count,
  // More time.
  (before, after) => before.state === "active" && "expiresAt" in after && after.expiresAt > before.expiresAt,
];

const isTokenSent = ({ messages: { token } }: AccessRequest): boolean => token?.token === "sending";

/** What no record may do while a lockdown stands: the store refuses it in the same call that would land it. */
export const leadsToAccess = (before: AccessRequest, after: AccessRequest): boolean =>
  WAYS_TO_ACCESS.some((isWay) => isWay(before, after));

const seen = (r: AccessRequest) => ({
  ...r,
  outage: toldOutage(r),
  former: formerOf(r).flatMap((one) => toldOutage(asEnding(one)) ?? []),
});

const differ = (a: object, b: object, fields: readonly string[]): boolean =>
  fields.some((field) => JSON.stringify(a[field as never]) !== JSON.stringify(b[field as never]));
