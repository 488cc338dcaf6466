/** What a month's access comes to, out of the trail: told its lines in their order. Pure. */
import { BY_BREAK_GLASS } from "./break-glass.ts";
import { type Contradiction, contradictionIn } from "./contradiction.ts";
import { MINUTE } from "./duration.ts";
import type { RequestId, UserId } from "./ids.ts";
import { isFinal, isState } from "./lifecycle.ts";
import { isApproval, isRenewal, isUnproved } from "./request.ts";
import { TrailStep } from "./step.ts";
import { endingOf } from "./story.ts";
import type { SeenUse } from "./use.ts";

/** One token's end. */
interface Ending {
  /** When it began: nothing is granted from then on. */
  ended: { at: number } | null;
  /** When it was proved, and how. */
  confirmed: { at: number; method: string } | null;
  /** What the trail says against it, before or after that. */
  contradicted: Contradiction[];
}

/** One request, as far as the trail told of it. Times are milliseconds since the epoch. */
export interface Access extends Ending {
  id: RequestId;
  requester: UserId;
  role: string;
  reason: string;
  /** Null: before the trail begins. */
  askedAt: number | null;
  /** How it came out so far. */
  state: string;
  stateAt: number;
  /** Who approved it: people, or `policy`. */
  approvedBy: string[];
  /** Who approved the more time that it got. */
  moreBy: string[];
  isEmergency: boolean;
  reviewedBy: string[];
  /** From when on its token may have been read, as far as the trail goes back; null where there was none. */
  begun: number | null;
  /** When it was to end. */
  expiresAt: number | null;
  ended: { at: number; cause: string; by: string } | null;
  /** Its tokens that gave way to others. */
  former: (Ending & { generation: number })[];
  denied: { by: string; why: string } | null;
  /** What it was used for, in numbers alone; null where that was not told. */
  use: SeenUse | null;
}

/** What it is about, and when it is made. */
export interface ReportRange {
  from: number;
  to: number;
  now: number;
}

export interface AccessReport extends ReportRange {
  /** Asked for within it. */
  asked: Access[];
  /** Held within it, for however short a part. */
  held: Access[];
  /** Over before it, with an end that is contradicted within it. */
  contradicted: Access[];
  lockdowns: { at: number; what: string; by: string; why: string }[];
  /** Who went on with a Redis that was behind the hub. */
  restores: { at: number; by: string }[];
  policies: { at: number; took: string }[];
  /** What people tried and may not. `id`: of the request or allowance, `of`: whose access; as far as it was about one. */
  attempts: { at: number; by: string; what: string; of: string; why: string; id: string }[];
}

/** An end is proved 11 to 13 s after the binding went; what took longer than this was not proved at once. */
export const CONFIRMED_WITHIN_MS = MINUTE;

/** Contradicted, or not proved within a minute of its beginning, or by nothing but the token's own time or an operator's word, or not yet. */
export const isConfirmedLate = ({ ended, confirmed, contradicted }: Ending): boolean =>
  ended !== null &&
  (contradicted.length > 0 ||
    confirmed === null ||
    isUnproved(confirmed.method) ||
    confirmed.at - ended.at > CONFIRMED_WITHIN_MS);

/** By what happened then. */
export const isContradictedIn = ({ contradicted }: Ending, { from, to }: ReportRange): boolean =>
  contradicted.some(({ at }) => at >= from && at < to);

const ENDED_WITHIN_MS = MINUTE;

/** Its time was over a minute or more before its end began, or is, and it still stands. */
export const isEndedLate = ({ ended, expiresAt }: Access, { now }: Pick<ReportRange, "now">): boolean =>
  expiresAt !== null && (ended?.at ?? now) - expiresAt > ENDED_WITHIN_MS;

/** All to whom its holder owes it. */
export const approversOf = ({ approvedBy, moreBy }: Access): string[] => [
  ...new Set([...approvedBy, ...moreBy]),
];

/** When it ended, or is to; what stands past its time, now. */
export const heldUntil = ({ ended, expiresAt }: Access, { now }: Pick<ReportRange, "now">): number | null =>
  ended?.at ?? (expiresAt === null ? null : Math.max(expiresAt, now));

/** How much of it lies within, ms; what goes on is counted to the end of `to`. */
export function heldFor(one: Access, range: ReportRange): number {
  const { from, to } = range;
  if (one.begun === null) return 0;
  return Math.max(0, Math.min(heldUntil(one, range) ?? to, to) - Math.max(one.begun, from));
}

export interface ReportBuilder {
  /** An entry or a seal, in the order of the trail. */
  line(trail: object): void;
  report(): AccessReport;
}

export function buildReport(range: ReportRange): ReportBuilder {
  const { from, to } = range;
  const all = new Map<RequestId, Access>();
  const [lockdowns, policies]: [AccessReport["lockdowns"], AccessReport["policies"]] = [[], []];
  const [restores, attempts]: [AccessReport["restores"], AccessReport["attempts"]] = [[], []];
  const isWithin = (at: number) => at >= from && at < to;
  const isContradicted = (one: Access) => [one, ...one.former].some((end) => isContradictedIn(end, range));
  const askedLater = new Set<RequestId>();
  let begins: number | null = null;
  return {
    line(trail) {
      if ("at" in trail && typeof trail.at === "number") begins ??= trail.at;
      const step = TrailStep.safeParse(trail).data;
      if (step) {
        if (step.from === null && step.at >= to && !all.has(step.id)) askedLater.add(step.id);
        if (askedLater.has(step.id)) return;
        // Remarked on after its end: of what was over before, it is no part either.
        if (step.from === step.to && !isHeldIn(step.from) && !all.has(step.id)) return;
        const access = withContradiction(after(all.get(step.id) ?? first(step, begins), step), step);
        all.set(step.id, access);
        // Its grant lasts longer by them.
        const grant =
          step.extends && step.from !== step.to && step.to === "extended" ? all.get(step.extends) : undefined;
        if (grant) all.set(grant.id, { ...grant, moreBy: [...grant.moreBy, ...access.approvedBy] });
        // Over before: no part of it. What ended is kept: that may be contradicted within it.
        const isBefore = isOver(access) && (access.confirmed?.at ?? access.stateAt) < from;
        if (isBefore && access.ended === null) all.delete(step.id);
      } else if ("at" in trail && typeof trail.at === "number" && isWithin(trail.at)) {
        const { at, ...fields } = trail as Record<string, unknown> & { at: number };
        const { lockdown, restore, attempt, took } = fields;
        const text = (field: string) => String(fields[field] ?? "");
        const said = { at, by: text("who"), why: text("why") };
        if (lockdown !== undefined) lockdowns.push({ what: String(lockdown), ...said });
        if (restore !== undefined) restores.push({ at, by: said.by });
        if (attempt !== undefined)
          attempts.push({ what: String(attempt), of: text("requester"), id: text("id"), ...said });
        if (typeof took === "string") policies.push({ at, took });
      }
    },
    report: () => ({
      ...{ ...range, lockdowns, restores, policies, attempts },
      asked: [...all.values()].filter(({ askedAt }) => askedAt !== null && isWithin(askedAt)),
      held: [...all.values()].filter((one) => heldFor(one, range) > 0),
      contradicted: [...all.values()].filter((one) => heldFor(one, range) === 0 && isContradicted(one)),
    }),
  };
}

/** Its holder may read the token before the bot knows that they can. */
const isHeldIn = (state: string | null): boolean => state === "delivering" || state === "active";

const isOver = ({ state }: Access): boolean => isState(state) && isFinal({ state });

/** `begins`: the trail, which may know nothing of what came before this step. */
const first = ({ id, requester, role, reason, at, from }: TrailStep, begins: number | null): Access => ({
  ...{ id, requester, role, reason, askedAt: from === null ? at : null, state: "requested", stateAt: at },
  ...{ approvedBy: [], moreBy: [], isEmergency: false, reviewedBy: [] },
  ...{ begun: isHeldIn(from) ? begins : null, expiresAt: null },
  ...{ ended: null, confirmed: null, contradicted: [], former: [], denied: null, use: null },
});

function after(before: Access, step: TrailStep): Access {
  const { from, to, at, who, why, role, expiresAt, qualified, verification } = step;
  const moved = from !== to;
  const isReview = !moved && why?.startsWith("reviewed: ");
  const approvers = step.approvals.length > 0 ? step.approvals.map((one) => one.who) : [who];
  return {
    ...before,
    ...{ role, state: to, stateAt: moved ? at : before.stateAt, expiresAt: expiresAt ?? before.expiresAt },
    ...(isReview ? { reviewedBy: [...before.reviewedBy, who] } : {}),
    ...(isApproval(step)
      ? { approvedBy: approvers, isEmergency: qualified?.startsWith(BY_BREAK_GLASS) ?? false }
      : {}),
    ...(moved && isHeldIn(to) ? { begun: before.begun ?? at } : {}),
    ...(moved && to === "ending" ? { ended: { at, cause: endingOf(step).cause, by: who } } : {}),
    ...(moved && to === "ended" && verification
      ? { confirmed: { at: verification.at, method: verification.method } }
      : {}),
    former: formerAfter(before, step),
    ...(step.use ? { use: { ...step.use, changes: [] } } : {}),
    ...(moved && to === "denied" ? { denied: { by: who, why: why ?? "" } } : {}),
  };
}

function formerAfter({ former }: Access, step: TrailStep): Access["former"] {
  const { at, generation, verification } = step;
  if (isRenewal(step))
    return [...former, { generation: generation - 1, ended: { at }, confirmed: null, contradicted: [] }];
  if (!verification) return former;
  const { at: provedAt, method } = verification;
  return former.map((one) =>
    one.generation === generation ? { ...one, confirmed: one.confirmed ?? { at: provedAt, method } } : one,
  );
}

/** The end of its own token, or of one that gave way. */
function withContradiction(access: Access, step: TrailStep): Access {
  const found = contradictionIn(step);
  if (!found) return access;
  const told = <E extends Ending>(end: E): E => ({ ...end, contradicted: [...end.contradicted, found] });
  const isIt = ({ generation }: { generation: number }): boolean => generation === found.generation;
  return access.former.some(isIt)
    ? { ...access, former: access.former.map((one) => (isIt(one) ? told(one) : one)) }
    : told(access);
}
