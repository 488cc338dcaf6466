/** One line of history for each change of state and each remark, derived from the record before and after. Pure. */
import type { Review } from "./break-glass.ts";
import { ACCEPTED_AFTER_END, returnedAfterEnd, usedAfterEnd } from "./contradiction.ts";
import { revealsOf } from "./delivery.ts";
import { formatDuration } from "./duration.ts";
import type { Extension } from "./extension.ts";
import { formerOf, leaksOf, leaving } from "./former.ts";
import { goingFrom, goingOf } from "./generations.ts";
import { leftTokens } from "./left-tokens.ts";
import { type Actor, rowOf, saidOf, typed } from "./lifecycle.ts";
import { operatorOf } from "./operator.ts";
import type { PolicyChange } from "./policy-diff.ts";
import {
  type AccessRequest,
  type Approval,
  approvalsOf,
  type Former,
  isApproval,
  type State,
} from "./request.ts";
import { type SeenUse, usesIn } from "./use.ts";

/** What the trail (a Redis stream) and the log keep of a transition. Times are milliseconds since the epoch. */
export interface Transition {
  id: string;
  at: number;
  from: State | null;
  to: State;
  /** Slack user id, `operator` and a name, `policy` for the catalog, `time` for a limit that passed, `bot` for its own steps. */
  who: string;
  why: string | null;
  /** What a person typed of it: its end. */
  said?: string;
  /** The user group or user id through which an approver qualified, or the rule of the catalog. */
  qualified: string | null;
  /** Of a decision by people: all who approved. */
  approvals?: { who: string; qualified: string; at: number; note?: string | undefined }[];
  /** Of a decision for less: what was asked for at first. */
  asked?: { role: string; duration: number };
  /** The grant that it adds time to. */
  extends?: string;
  requester: string;
  /** Who asked for them, where that is somebody else. */
  askedBy: string | null;
  role: string;
  clusterRole: string;
  reason: string;
  duration: number;
  /** When it is to begin, where that is later than its approval may be. */
  startsAt: number | null;
  policy: string;
  generation: number;
  expiresAt: number | null;
  accountUid: string | null;
  bindingUid: string | null;
  tokenExpiresAt: number | null;
  verification: { method: string; deletedAt: number; at: number } | null;
  /** What it was used for, where that was told. */
  use?: SeenUse;
}

/** What the trail keeps when another policy is gone by. Policies are named by their digests. */
export interface PolicyTaken {
  took: string;
  was: string;
  at: number;
  /** Null where another version wrote the one before, and this one cannot read it. */
  changes: PolicyChange[] | null;
}

/** Null when nothing happened that an auditor looks for. */
export function transition(
  before: AccessRequest | null,
  after: AccessRequest,
  now: number,
): Transition | null {
  const moved = before?.state !== after.state;
  const actor = moved ? rowOf(after).actor(after) : before && remarkOn(before, after);
  if (!actor) return null;
  const gone = before && newlyGone(before, after);
  const former =
    gone ??
    (before && (newlyReturned(before, after) ?? formerNamed(after, newlyContradicted(before, after))));
  const grant = former ? former.grant : "grant" in after ? after.grant : undefined;
  return {
    id: after.id,
    at: now,
    from: before?.state ?? null,
    to: after.state,
    ...actor,
    ...(isApproval({ from: before?.state ?? null, to: after.state }) ? approvalOf(after) : {}),
    ...(after.extends ? { extends: after.extends.id } : {}),
    ...usageTold(before, after),
    requester: after.requester.id,
    askedBy: after.askedBy?.id ?? null,
    role: after.role,
    clusterRole: after.clusterRole,
    reason: after.reason,
    duration: after.duration,
    startsAt: after.startsAt ?? null,
    policy: after.policy,
    generation: (former ?? after).generation,
    expiresAt: "expiresAt" in after ? after.expiresAt : null,
    accountUid: grant?.accountUid ?? null,
    bindingUid: grant?.bindingUid ?? null,
    tokenExpiresAt: grant?.tokenExpiresAt ?? null,
    verification: gone?.verification ?? (after.state === "ended" ? after.verification : null),
  };
}

function approvalOf(r: AccessRequest): Pick<Transition, "approvals" | "asked"> {
  const approvals = approvalsOf(r).map(({ by, terms: _, ...how }) => ({ who: by.id, ...how }));
  return {
    ...(approvals.length > 0 ? { approvals } : {}),
    ...(r.lessened ? { asked: r.lessened.asked } : {}),
  };
}

const usageTold = (before: AccessRequest | null, after: AccessRequest): Pick<Transition, "use"> =>
  after.state === "ended" && after.use && before?.state === "ended" && !before.use ? { use: after.use } : {};

const inWords = (use: SeenUse): string =>
  [
    use.last === null
      ? "no use reported"
      : `used: ${usesIn(use)} requests, ${use.reads} reads, ${use.changed} changes, ${use.refused} refused`,
    ...(use.gaps.length > 0 ? ["not complete"] : []),
  ].join("; ");

/** What stands on the trail although the state stays. */
function remarkOn(before: AccessRequest, after: AccessRequest): Actor | null {
  const { use } = usageTold(before, after);
  if (use) return byBot(inWords(use));
  const review = newReview(before, after);
  if (review) {
    const { by, comment, qualified } = review;
    return { who: by.id, why: `reviewed: ${comment}`, ...typed(comment), qualified };
  }
  const more = newExtension(before, after);
  if (more) {
    const who = more.by === "policy" ? more.by : more.by.id;
    return { who, why: `${formatDuration(more.ms)} more, by ${more.id}`, qualified: more.qualified };
  }
  const gone = newlyGone(before, after);
  if (gone) return byProof(gone);
  const leak = leaksOf(after).at(-1);
  if (leak && leaksOf(before).length < leaksOf(after).length)
    return { who: after.requester.id, why: saidOf(leak), qualified: null };
  const late = newLateUse(before, after);
  if (late) return byBot(usedAfterEnd(late));
  if (newlyContradicted(before, after) !== undefined) return byBot(ACCEPTED_AFTER_END);
  const returned = returnedNow(before, after);
  if (returned !== undefined) return byBot(returnedAfterEnd(returned));
  if (before.state === "active" && before.refresh && after.state === "active" && isShownAnew(before, after))
    return byBot(`a fresh token: ${before.refresh.why}`);
  const left = leftTokens(after).find(
    ({ number }) => !leftTokens(before).some((one) => one.number === number),
  );
  if (left) return byBot(`a token is left in Slack, dead since ${new Date(left.deadSince).toISOString()}`);
  const { count } = revealsOf(after);
  if (count > revealsOf(before).count)
    return { who: after.requester.id, why: `a token is shown, number ${count}`, qualified: null };
  const { fallback } = after;
  if (fallback?.askedAt !== undefined && before.fallback?.askedAt === undefined)
    return {
      who: "time",
      why: `nobody decided, so these were asked too: ${fallback.by.join(", ")}`,
      qualified: null,
    };
  return approvalOn(before, after);
}

/** What became of the terms, where somebody approved for less. */
const lessOn = (before: AccessRequest, after: AccessRequest): string | null =>
  before.terms === after.terms || !after.lessened ? null : `for less: ${termsIn(before)} → ${termsIn(after)}`;

const termsIn = ({ role, duration }: AccessRequest): string => `${role} ${formatDuration(duration)}`;

const isShownAnew = (before: AccessRequest, after: AccessRequest): boolean =>
  before.messages.token?.token === "sending" && after.messages.token?.token === "shown";

function newLateUse(before: AccessRequest, after: AccessRequest) {
  const late = "lateUse" in after ? after.lateUse : undefined;
  return late && !("lateUse" in before && before.lateUse?.generation === late.generation) ? late : undefined;
}

/** Which generation's token was accepted after its end: each is told of. */
const newlyContradicted = (before: AccessRequest, after: AccessRequest): number | undefined =>
  goingFrom(after).find(
    ({ generation, contradictedAt }) =>
      contradictedAt !== undefined && goingOf(before, generation)?.contradictedAt === undefined,
  )?.generation;

const formerNamed = (r: AccessRequest, generation: number | undefined): Former | undefined =>
  formerOf(r).find((one) => one.generation === generation);

function byProof({ generation, verification }: Former): Actor {
  const { operator, reason } = verification ?? {};
  if (operator === undefined) return byBot(`generation ${generation} is gone`);
  const why = [`the end of generation ${generation} is settled without proof`, reason].filter(Boolean);
  return { who: operatorOf(operator), why: why.join(": "), ...typed(reason), qualified: null };
}

/** An earlier generation whose end is proved now, or settled. */
const newlyGone = (before: AccessRequest, after: AccessRequest): Former | undefined =>
  formerOf(after).find(
    ({ generation, verification }) =>
      verification && leaving(before).some((one) => one.generation === generation),
  );

/** Which generation was found on the hub once more. */
const returnedNow = (before: AccessRequest, { untold }: AccessRequest): number | undefined =>
  untold?.what === "returned" && before.untold?.at !== untold.at ? untold.generation : undefined;

const newlyReturned = (before: AccessRequest, after: AccessRequest): Former | undefined =>
  formerNamed(after, returnedNow(before, after));

/** One approval of several: whose, and whose counts no more. */
function approvalOn(before: AccessRequest, after: AccessRequest): Actor | null {
  const [had, has] = [approvalsOf(before), approvalsOf(after)];
  const isSame = (a: Approval, b: Approval) => a.by.id === b.by.id && a.terms === b.terms && a.at === b.at;
  const given = has.find((one) => !had.some((other) => isSame(one, other)));
  if (!given) return null;
  const gone = had.filter((one) => !has.some(({ by }) => by.id === one.by.id)).map(({ by }) => by.id);
  const why = [
    lessOn(before, after),
    `approved, ${has.length} of ${after.count ?? 1}`,
    ...(gone.length > 0 ? [`counts no more: ${gone.join(", ")}`] : []),
    given.note,
  ];
  const { by, note, qualified } = given;
  return { who: by.id, why: why.filter(Boolean).join("; "), ...typed(note), qualified };
}

const byBot = (why: string): Actor => ({ who: "bot", why, qualified: null });

const extensionsOf = (r: AccessRequest): readonly Extension[] => ("extensions" in r && r.extensions) || [];

const newExtension = (before: AccessRequest, after: AccessRequest): Extension | undefined =>
  extensionsOf(after)[extensionsOf(before).length];

const newReview = (before: AccessRequest, after: AccessRequest): Review | undefined =>
  after.emergency?.reviews[before.emergency?.reviews.length ?? 0];
