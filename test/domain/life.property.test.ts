/** Whatever happens in whatever order: no way leads out of a final state, to access without a decision, or past an end. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { allowedBy } from "../../src/domain/allowance.ts";
import { transition } from "../../src/domain/audit.ts";
import { Emergency, holdsGlass, isReviewOpen, REVIEWS_NEEDED, Review } from "../../src/domain/break-glass.ts";
import { isRevealed, revealsOf, SHOWS_AN_HOUR, viewsToCover } from "../../src/domain/delivery.ts";
import { judged, renamed } from "../../src/domain/departure.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { formerOf, leaksOf, leaving } from "../../src/domain/former.ts";
import {
  generationContradicted,
  generationDeleted,
  generationGone,
  generationStands,
  generationTroubled,
  goingFrom,
  renewed,
} from "../../src/domain/generations.ts";
import { openQuestion, releasedAt } from "../../src/domain/idle-due.ts";
import { idled, kept, type SeenIdle } from "../../src/domain/idle-steps.ts";
import { GroupId, RequestId } from "../../src/domain/ids.ts";
import {
  dueOf,
  isFinal,
  LIFECYCLE,
  leadsToAccess,
  rowOf,
  type Step,
  stamped,
  timerOf,
} from "../../src/domain/lifecycle.ts";
import { type MessageKey, readerOf } from "../../src/domain/message-key.ts";
import {
  isSettled,
  isTokenMessageOutdated,
  mustTakeTokenOff,
  outdatedMessages,
  redrawLater,
  tokenGoing,
  tokenShows,
  toRedraw,
  wantedMessages,
} from "../../src/domain/messages.ts";
import { quietUntil } from "../../src/domain/outage.ts";
import { Person } from "../../src/domain/person.ts";
import { Refused } from "../../src/domain/refusal.ts";
import { reminderDue } from "../../src/domain/reminders.ts";
import { AccessRequest, approvalsOf, type In, Outage, type Sent } from "../../src/domain/request.ts";
import { covered, revealing } from "../../src/domain/reveal.ts";
import * as to from "../../src/domain/transitions.ts";
import { NO_USE, RESENT_WITHIN_MS } from "../../src/domain/use.ts";
import { beginsAt } from "../../src/domain/window.ts";
import { allower, anna, one } from "./allowances.ts";
import { approver, asker, each, forMore, requestedRecord, sent, T0 } from "./records.ts";

const req = {
  ...{ name: "Req", locale: "en" as const, background: { holds: [], grants: 0 } },
  glass: GroupId.parse("S0ONCALL"),
};
const uids = { accountUid: "a", bindingUid: "b" };

const reviewBy = (id: string, at: number) =>
  Review.parse({ by: { ...approver, id }, qualified: "S0LEADS", comment: "seen", at });
const other = Person.parse({ id: "U0CAROL", name: "Carol", locale: "en" });
/** A role that gives less, and asks for more people. */
const lower = { role: "guest", clusterRole: "karpor-guest", approvers: ["S0SRE"] as never, count: 2 };

const proof = (now: number) => ({ method: "probe", deletedAt: now, at: now }) as const;
const byOperator = { operator: "dana", reason: "a <night>" };
const given = (now: number) => ({ ...proof(now), method: "abandoned", ...byOperator }) as const;

/** So many as it needs allowed it beforehand. */
const enough = ({ count = 1 }: AccessRequest) => [anna, approver].slice(0, count).map(allower);

/** What is approved in time: the same minute's again adds nothing. */
function moreOf(r: AccessRequest, now: number): In<"extending"> {
  const until = "expiresAt" in r ? r.expiresAt : now;
  const id = RequestId.parse(`R-${String(now % 100_000_000).padStart(8, "0")}`);
  return {
    ...each.extending,
    id,
    extends: { ...each.extending.extends, until },
    expiresAt: until + 60 * MINUTE,
  };
}

/** Whether anybody uses it is asked after 20 min, and it ends where nobody answers. */
const rolesOf = (release: boolean) =>
  Object.fromEntries(
    ["admin", "guest"].map((name) => [name, { idle: { after: 20 * MINUTE, release } }]),
  ) as never;
const IDLE = { reminders: [], roles: rolesOf(true) };
const unused = (heard: number): SeenIdle => ({ last: null, coverage: { heard, sent: heard, gaps: [] } });

type Move = (r: AccessRequest, now: number) => AccessRequest | null;
const MOVES: Record<string, Move> = {
  validate: (r, now) => (r.state === "requested" ? to.validated(r, req, null, now) : null),
  "pass by what was allowed": (r, now) =>
    r.state === "requested" ? to.validated(r, req, null, now, allowedBy(one, enough(r), r, now)) : null,
  refuse: (r, now) => (r.state === "requested" ? to.validated(r, req, { kind: "store-down" }, now) : null),
  approve: (r, now) => to.decided(r, { approve: true }, approver, "S0SRE", now),
  lessen: (r, now) =>
    to.decided(r, { approve: true, less: { duration: Math.ceil(r.duration / 2) } }, other, "S0SRE", now),
  lower: (r, now) =>
    to.decided(r, { approve: true, less: { ...lower, duration: r.duration } }, approver, "S0SRE", now),
  deny: (r, now) => to.decided(r, { approve: false, why: "no" }, approver, "S0SRE", now),
  close: (r, now) => to.closed(r, { kind: "terms-changed", role: "admin", what: "role-gone" }, now),
  withdraw: to.withdrawn,
  start: to.started,
  "ask what it was used for": to.usageAwaited,
  "tell what it was used for": (r) => to.usageReported(r, NO_USE),
  nudge: to.nudged,
  askFallback: to.fallbackAsked,
  approveToo: (r, now) => to.decided(r, { approve: true }, other, "S0SRE", now),
  forget: (r, now) =>
    to.decided(r, { approve: true }, other, "S0SRE", now, { needed: r.count ?? 1, isStill: () => false }),
  timeOut: to.timedOut,
  deliver: (r, now) => to.delivering(r, { ...uids, tokenExpiresAt: now + 5 * MINUTE, shortened: true }),
  activate: (r) => to.active(r),
  hide: (r) => to.hidden(r),
  "die drawing": redrawLater,
  redraw: toRedraw,
  "be shown one": (r, now) =>
    revealing(
      r,
      {
        view: `V${revealsOf(r).count}`,
        generation: r.generation,
        grant: { tokenExpiresAt: now + 10 * MINUTE },
      },
      now,
    ),
  cover: (r, now) =>
    viewsToCover(r, now).reduce<AccessRequest | null>((all, view) => covered(all ?? r, view), null),
  "be shown at a click from now on": (r) => (r.state === "approved" ? { ...r, delivery: "reveal" } : null),
  renew: (r, now) => renewed(r, "lost", now),
  leak: (r, now) => renewed(r, "leaked", now),
  ...Object.fromEntries(
    [1, 2, 3].flatMap((generation) => [
      [`remove ${generation}`, (r: AccessRequest, now: number) => generationDeleted(r, generation, now)],
      [`see ${generation} again`, (r: AccessRequest) => generationStands(r, generation)],
      [`accept ${generation}`, (r: AccessRequest, now: number) => generationContradicted(r, generation, now)],
      [
        `miss ${generation}`,
        (r: AccessRequest, now: number) => generationTroubled(r, generation, "hub", now),
      ],
      [`prove ${generation}`, (r: AccessRequest, now: number) => generationGone(r, generation, proof(now))],
      [`abandon ${generation}`, (r: AccessRequest, now: number) => generationGone(r, generation, given(now))],
    ]),
  ),
  "ask for a fresh token": (r, now) => to.refreshAsked(r, { why: "upgraded", at: now }),
  "say that its message goes": (r) => (r.messages.token ? tokenGoing(r, r.messages.token) : null),
  "take the old token off": (r) => to.tokenTakenOff(r),
  "make it": (r, now) =>
    r.state === "active" && r.refresh
      ? to.refreshing(r, { ...r.grant, tokenExpiresAt: now + 10 * MINUTE })
      : null,
  "show it": (r, now) =>
    r.state === "active" && r.messages.token?.token === "sending" && r.refresh
      ? to.refreshed(r, r.refresh, now)
      : null,
  remind: (r) => to.reminded(r, MINUTE),
  "look whether it is used": (r, now) => idled(r, IDLE.roles, unused(now), now),
  "see that it is used": (r, now) => idled(r, IDLE.roles, { ...unused(now), last: now }, now),
  "hear nothing of it": (r, now) => idled(r, IDLE.roles, unused(now - 11 * MINUTE), now),
  "ask no more": (r, now) => idled(r, {}, unused(now), now),
  "be asked only": (r, now) => idled(r, rolesOf(false), unused(now), now),
  keep: kept,
  "have more time": (r, now) => to.prolonged(r, moreOf(r, now), now),
  "say that there is more": (r, now) => to.extended(r, now + 60 * MINUTE, now),
  ...Object.fromEntries(
    Outage.shape.what
      .unwrap()
      .options.map((what) => [what, (r: AccessRequest, now: number) => to.withOutage(r, what, now)]),
  ),
  release: (r, at) => to.endingOrLate(r, { cause: "released", by: approver, at }),
  "end by an operator": (r, at) => to.endingOrLate(r, { cause: "revoked", ...byOperator, at }),
  fail: (r, now) => to.failed(r, "dm-closed", now),
  delete: (r, now) => to.deleted(r, now),
  contradict: (r, now) => to.contradicted(r, now),
  ...Object.fromEntries(
    ["U0LEAD1", "U0LEAD2", "U0REQ"].map((id) => [
      `review by ${id}`,
      (r: AccessRequest, at: number) => to.reviewed(r, reviewBy(id, at)),
    ]),
  ),
  deactivate: (r, now) => judged(r, { left: { what: "deactivated" } }, now),
  "leave the group": (r, now) => judged(r, { left: { what: "group" } }, now),
  "the role is for others": (r, now) => judged(r, { left: { what: "rules" } }, now),
  "leave nobody to decide": (r, now) => judged(r, { lack: "everybody" }, now),
  "leave others to decide": (r, now) => judged(r, { lack: "others" }, now),
  "are all there": (r, now) => judged(r, null, now),
  rename: (r) => renamed(r, r.requester.name === "Req" ? "Reqa" : "Req"),
  prove: (r, now) => to.ended(r, proof(now)),
};

/** Approved by somebody, by policy, by two, after whom others are asked too, or in an emergency by nobody. */
const OF_TWO = { count: 2, fallback: { by: ["S0LEADS"] as never, at: T0 + 60 * MINUTE } };
const KINDS = [
  {},
  { approvers: [] },
  OF_TWO,
  { askedBy: asker },
  { startsAt: T0 + 90 * MINUTE },
  { startsAt: T0 + 90 * MINUTE, approvers: [] },
  { startsAt: T0 + 90 * MINUTE, askedBy: asker, count: 2 },
  { delivery: "reveal" as const },
  { delivery: "reveal" as const, startsAt: T0 + 90 * MINUTE },
  { emergency: Emergency.parse({ review: ["S0LEADS"], reviews: [] }) },
  { extends: forMore().extends, closesAt: forMore().closesAt },
];

/** How far it has come when anything may happen. */
const LIVE = ["validate", "approve", "approveToo", "deliver", "activate"];
const STARTS = [
  [],
  ["validate"],
  LIVE,
  [...LIVE, "be shown one"],
  [...LIVE, "renew"],
  [...LIVE, "leak", "deliver", "activate"],
];
const starts = fc.constantFrom(...STARTS).map((all) => all.map((move) => ({ move, wait: 0, draw: true })));
const random = fc.array(
  fc.record({
    move: fc.constantFrom(...Object.keys(MOVES)),
    wait: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300 })),
    draw: fc.boolean(),
  }),
  { maxLength: 40 },
);
const moves = fc.tuple(starts, random).map(([first, then]) => [...first, ...then]);

/** By the same person, whose first approval counts no more. */
const APPROVED_ANEW = ["validate", "approveToo", "forget"].map((move, wait) => ({ move, wait, draw: false }));

/** A lower role, of which others are asked, after those of before were reminded. */
const LOWERED = ["validate", "nudge", "lower"].map((move) => ({ move, wait: 0, draw: move === "validate" }));

test("a request's life keeps its rules", () => {
  fc.assert(
    fc.property(moves, fc.constantFrom(...KINDS), (steps, kind) => {
      let record: AccessRequest = requestedRecord(kind);
      let now = T0;
      for (const { move, wait, draw } of steps) {
        now += wait * MINUTE;
        const before = record;
        const next = attempt(() => MOVES[move]?.(before, now) ?? null);
        // Stamping throws where the table has no such way.
        if (next) record = stamped(before, next, now);
        if (draw) record = drawAll(record);
        check(before, record, now);
      }
    }),
    {
      numRuns: 500,
      examples: [
        [APPROVED_ANEW, OF_TWO],
        [LOWERED, {}],
      ],
    },
  );
});

function attempt(move: () => AccessRequest | null): AccessRequest | null {
  try {
    return move();
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

/** What the flows do in Slack, until nothing is left to do: every wanted message stands and shows what it must, a token only where it may. */
function drawAll(r: AccessRequest): AccessRequest {
  const next = drawOnce(r);
  return JSON.stringify(next) === JSON.stringify(r) ? r : drawAll(next);
}

function drawOnce(r: AccessRequest): AccessRequest {
  const { revision } = r;
  const wanted = wantedMessages(r);
  const gone = wanted.filter(({ shows }) => shows === "gone").map(({ key }) => key as string);
  const drawn = wanted.map(({ key, shows }) => [
    key,
    sent(shows, key === "token" && shows === "shown" ? { revision, token: "shown" } : { revision }),
  ]);
  const messages = Object.entries<Sent>({ ...r.messages, ...Object.fromEntries(drawn) });
  const clear = viewsToCover(r, 0).reduce((all, view) => covered(all, view) ?? all, r);
  return { ...clear, messages: Object.fromEntries(messages.filter(([key]) => !gone.includes(key))) };
}

function check(before: AccessRequest, after: AccessRequest, now: number): void {
  expect(AccessRequest.parse(JSON.parse(JSON.stringify(after)))).toEqual(JSON.parse(JSON.stringify(after)));
  if (before.state !== after.state) expect(LIFECYCLE[before.state].to).toContain(after.state);
  expect(transition(before, after, now) === null).toBe(
    before.state === after.state &&
      !isContradictedNow(before, after) &&
      leaving(before).length === leaving(after).length &&
      leaksOf(before).length === leaksOf(after).length &&
      !isReviewed(before, after) &&
      before.fallback?.askedAt === after.fallback?.askedAt &&
      !isShownAnew(before, after) &&
      revealsOf(before).count === revealsOf(after).count &&
      addedTo(before) === addedTo(after) &&
      JSON.stringify(before.approvals) === JSON.stringify(after.approvals),
  );
  checkApprovals(after);
  checkGenerations(before, after);
  checkOperator(before, after, now);
  if (after.emergency) checkEmergency(before, after);
  checkTime(before, after);
  if ("decision" in after) checkWindow(before, after, now);
  if ("decision" in after && after.decision.by !== "policy")
    expect(after.decision.by.id).not.toBe(after.requester.id);
  // What was agreed on before counts for nothing once it is something else.
  if (before.terms !== after.terms) expect(approvalsOf(after).length).toBeLessThanOrEqual(1);
  if (before.state === "pending") expect(after.duration).toBeLessThanOrEqual(before.duration);
  else if (before.state !== "requested")
    expect([after.role, after.duration]).toEqual([before.role, before.duration]);
  for (const number of ["terms", "revision", "enteredAt"] as const)
    expect(after[number]).toBeGreaterThanOrEqual(before[number]);
  checkMessages(after);
  checkReveals(before, after, now);
  checkDoubt(before, after, now);
  checkIdleness(before, after, now);
  // Of a lower role others are asked, who were not reminded yet.
  if (before.nudgedAt !== undefined && before.role === after.role)
    expect(after.nudgedAt).toBe(before.nudgedAt);
  // Trouble that is kept quiet is looked at again by the one timer.
  const quiet = after.state === "active" ? null : quietUntil(after);
  if (quiet !== null) expect(timerOf(after, IDLE)?.at).toBeLessThanOrEqual(quiet);
  // Nothing that is not final can be forgotten: it is done at once, or a timer comes for it.
  if (!isFinal(after))
    expect(rowOf(after).now(after).length + (timerOf(after, IDLE) ? 1 : 0)).toBeGreaterThan(0);
}

/** No end is later than was agreed on, and only time that was added makes it later. */
function checkTime(before: AccessRequest, after: AccessRequest): void {
  if (!("expiresAt" in after)) return;
  expect(after.expiresAt).toBeLessThanOrEqual(beginsAt(after) + after.duration + addedTo(after));
  if (!("expiresAt" in before)) return;
  const added = addedTo(after) - addedTo(before);
  expect(after.expiresAt).toBeLessThanOrEqual(before.expiresAt + added);
  // With a token to come that lives as long, and reminders of the new end alone.
  if (added > 0) expect(after).toMatchObject({ state: "active", refresh: { why: "extended" }, reminded: [] });
  if (after.extends) expect(addedTo(after)).toBe(0);
}

const addedTo = (r: AccessRequest): number =>
  (("extensions" in r && r.extensions) || []).reduce((sum, { ms }) => sum + ms, 0);

/** Shown while it stands, to so many in an hour; a view is in the record until it was overwritten, and its time comes. */
function checkReveals(before: AccessRequest, after: AccessRequest, now: number): void {
  const [had, has] = [revealsOf(before), revealsOf(after)];
  expect(has.count).toBeGreaterThanOrEqual(had.count);
  if (has.count > had.count)
    expect([before.state, after.state, isRevealed(after)]).toEqual(["active", "active", true]);
  expect(has.recent.filter((at) => at > now - HOUR).length).toBeLessThanOrEqual(SHOWS_AN_HOUR);
  for (const { at } of has.views) {
    const due = timerOf(after, IDLE)?.at ?? Number.POSITIVE_INFINITY;
    expect(due).toBeLessThanOrEqual(Math.max(at + 2 * MINUTE, after.enteredAt + MINUTE));
  }
  if (has.views.length > 0) expect(isSettled(after)).toBe(false);
  if (isRevealed(after) && after.state === "active" && "grant" in before && before.grant)
    expect(after.grant.tokenExpiresAt).toBeGreaterThanOrEqual(
      before.generation === after.generation ? before.grant.tokenExpiresAt : 0,
    );
}

/** A group that somebody is not in ends nothing at first sight. */
function checkDoubt(before: AccessRequest, after: AccessRequest, now: number): void {
  if (before.state === after.state) return;
  const what = "end" in after ? after.end.departure?.what : undefined;
  const closed = after.state === "refused" && after.refusal.kind === "terms-changed" && after.refusal.what;
  if (
    (after.state === "ending" && (what === "group" || what === "rules")) ||
    closed === "left-group" ||
    closed === "nobody-left"
  )
    expect(now - (before.doubtedAt ?? now)).toBeGreaterThanOrEqual(MINUTE);
}

/** Nobody is asked twice, nor before its time, nor shortly before the end; it ends only where its holder was told a quarter of an hour before. What was done by then is told. */
function checkIdleness(before: AccessRequest, after: AccessRequest, now: number): void {
  const [was, is] = [before, after].map((r) => (r.state === "active" ? r.idle?.asked : undefined));
  if (is && is.at !== was?.at) {
    expect(was?.was).not.toBe("open");
    expect(now - (after.state === "active" ? (after.idle?.from ?? now) : now)).toBeGreaterThanOrEqual(
      is.after + RESENT_WITHIN_MS,
    );
    expect(is).toMatchObject({ at: now, was: "open" });
    if (after.state === "active") expect(now).toBeLessThan(after.expiresAt - 15 * MINUTE);
  }
  // What was answered stays so.
  if (was && was.was !== "open" && is?.at === was.at) expect(is.was).toBe(was.was);
  if (after.state !== "ending" || before.state !== "active" || after.end.cause !== "idle") return;
  expect(was).toMatchObject({ was: "open", release: true });
  expect(now - (was?.toldAt ?? now)).toBeGreaterThanOrEqual(15 * MINUTE + RESENT_WITHIN_MS);
}

/** Nothing of it stands before its time, and what ends before never stood. */
function checkWindow(before: AccessRequest, after: AccessRequest, now: number): void {
  const { startsAt } = after;
  if (startsAt === undefined) expect(after.state).not.toBe("scheduled");
  if (startsAt === undefined) return;
  if (now < startsAt) expect(["none", "must-go"]).toContain(rowOf(after).onHub);
  if ("expiresAt" in after)
    expect(after.expiresAt).toBeLessThanOrEqual(
      startsAt + (after.lessened?.asked.duration ?? after.duration) + addedTo(after),
    );
  // Redis was restored from before, where the hub knows that it began.
  const isAdopted = after.state === "active";
  if (before.state === "scheduled" && after.state !== "scheduled" && !isAdopted)
    expect("grant" in after).toBe(false);
  if (after.state === "ended" && after.verification.method === "unstarted")
    expect(["scheduled", "ended"]).toContain(before.state);
}

/** As many different people as it needs, never the requester. */
function checkApprovals(r: AccessRequest): void {
  const who = approvalsOf(r).map(({ by }) => by.id);
  expect(new Set(who).size).toBe(who.length);
  expect(who).not.toContain(r.requester.id);
  if ("decision" in r && r.decision.by !== "policy") expect(who).toHaveLength(r.count ?? 1);
  if (r.state === "pending") expect(who.length).toBeLessThan(r.count ?? 1);
}

/** A generation is made only in the place of one that is kept until it is proved gone; "ended" is said of all. */
function checkGenerations(before: AccessRequest, after: AccessRequest): void {
  const known = formerOf(after).map(({ generation }) => generation);
  expect(known).toEqual([...new Set(known)].toSorted((a, b) => a - b));
  expect(known.every((generation) => generation < after.generation)).toBe(true);
  if (after.generation !== before.generation) {
    expect([before.state, after.state, after.generation]).toEqual([
      "active",
      "approved",
      before.generation + 1,
    ]);
    expect(known).toContain(before.generation);
  }
  for (const { generation, verification } of formerOf(before))
    if (!verification) expect(known).toContain(generation);
  if (after.state === "ended") expect(leaving(after)).toEqual([]);
}

/** Whoever ends or settles it by hand stands on the trail by name, and nothing takes that back. */
function checkOperator(before: AccessRequest, after: AccessRequest, now: number): void {
  const told = transition(before, after, now);
  if ("end" in before) expect("end" in after && after.end).toEqual(before.end);
  else if ("end" in after && after.end.operator !== undefined)
    expect(told).toMatchObject({ who: "operator dana", why: "revoked: a <night>", said: "a <night>" });
  const settled = (r: AccessRequest) =>
    [...formerOf(r), ...(r.state === "ended" ? [r] : [])].flatMap(({ generation, verification }) =>
      verification?.method === "abandoned" ? [{ generation, ...verification }] : [],
    );
  const known = settled(before).map(({ generation }) => generation);
  for (const one of settled(after)) expect(one).toMatchObject(byOperator);
  if (settled(after).some(({ generation }) => !known.includes(generation))) {
    expect(told).toMatchObject({ who: "operator dana", said: "a <night>" });
    expect(rowOf(after).onHub).not.toBe("none");
  }
}

const isContradictedNow = (before: AccessRequest, after: AccessRequest): boolean =>
  contradictedIn(after).some((generation) => !contradictedIn(before).includes(generation));
const contradictedIn = (r: AccessRequest): number[] =>
  goingFrom(r).flatMap(({ generation, contradictedAt }) => (contradictedAt === undefined ? [] : generation));

const isShownAnew = (before: AccessRequest, after: AccessRequest): boolean =>
  before.messages.token?.token === "sending" && after.messages.token?.token === "shown";

const isReviewed = (before: AccessRequest, after: AccessRequest): boolean =>
  before.emergency?.reviews.length !== after.emergency?.reviews.length;

/** Nobody approves it, and its review is closed by two others, or open: no review is lost, and none is its requester's. */
function checkEmergency(before: AccessRequest, after: AccessRequest): void {
  expect(after.state).not.toBe("pending");
  if ("decision" in after)
    expect(after.decision).toMatchObject({ by: "policy", qualified: "break-glass: S0ONCALL" });
  const reviewers = after.emergency?.reviews.map(({ by }) => by.id) ?? [];
  expect(reviewers).not.toContain(after.requester.id);
  expect(new Set(reviewers).size).toBe(reviewers.length);
  expect(reviewers.length).toBeLessThanOrEqual(REVIEWS_NEEDED);
  expect(after.emergency?.reviews.slice(0, before.emergency?.reviews.length)).toEqual(
    before.emergency?.reviews,
  );
  const given = "grant" in after && after.grant !== undefined;
  if (given) expect(isReviewOpen(after)).toBe(reviewers.length < REVIEWS_NEEDED);
  if (isReviewOpen(after)) expect(holdsGlass(after)).toBe(true);
}

function checkMessages(r: AccessRequest): void {
  const drawn = drawAll(r);
  expect(outdatedMessages(drawn)).toEqual([]);
  expect(mustTakeTokenOff(drawn)).toBe(false);
  expect(isTokenMessageOutdated(drawn)).toBe(false);
  const isUseDue = r.state === "ended" && r.useDueAt !== undefined;
  expect(isSettled(drawn)).toBe(isFinal(r) && !isReviewOpen(r) && !isUseDue && r.redraw === undefined);
  if (!isFinal(r)) expect(isSettled(r)).toBe(false);
  // At rest one receipt; before, at most a reminder or trouble beside the one live message.
  const inDm = (Object.keys(drawn.messages) as MessageKey[]).filter((key) => readerOf(key) === "requester");
  const asked = inDm.filter((key) => key.startsWith("idle:")).length;
  expect(asked).toBeLessThanOrEqual(r.state === "active" ? 1 : 0);
  expect(inDm.length - asked, inDm.join()).toBeLessThanOrEqual(isFinal(r) ? 1 : 2);
  // Whoever asked for somebody else has one message, too, and no more of their own access than nothing.
  const toAsker = (Object.keys(drawn.messages) as MessageKey[]).filter((key) => readerOf(key) === "asker");
  expect(toAsker.length).toBeLessThanOrEqual(r.askedBy ? 1 : 0);
  if (r.askedBy && r.state === "refused" && inDm.length === 0) expect(toAsker).toEqual(["outcome"]);
  // Wherever a token may still stand and may not be seen, somebody has to take it off.
  const bears = r.messages.token?.token !== undefined;
  const may = r.state === "delivering" || (r.state === "active" && tokenShows(r) === "shown");
  expect(mustTakeTokenOff(r)).toBe(bears && !may);
}

/** Each step as it goes when hub and Slack do what they are requestedRecord. */
const STEPS: Record<Step, Move> = {
  validate: (r, now) => MOVES.validate?.(r, now) ?? null,
  start: to.started,
  provision: (r, now) => {
    if (r.state !== "approved") return to.active(r);
    return to.delivering(r, { ...uids, tokenExpiresAt: now + r.duration, shortened: false });
  },
  refreshToken: (r, now) => {
    if (r.state !== "active" || !r.refresh) return null;
    return to.refreshed(to.refreshing(r, { ...r.grant, tokenExpiresAt: now + 10 * MINUTE }), r.refresh, now);
  },
  extend: (r, now) => to.extended(r, now + 60 * MINUTE, now),
  remind: (r, now) => {
    if (r.state !== "active") return null;
    if (now >= r.expiresAt) return to.ending(r, { cause: "expired", at: now });
    const lead = reminderDue(r, LEADS, now);
    return lead === null ? null : to.reminded(r, lead);
  },
  nudge: (r, now) => (now < r.closesAt ? to.nudged(r, now) : to.timedOut(r, now)),
  askFallback: (r, now) => (now < r.closesAt ? to.fallbackAsked(r, now) : to.timedOut(r, now)),
  timeOut: to.timedOut,
  end: (r, at) => {
    const [going] = goingFrom(r).filter(({ deletedAt }) => deletedAt === undefined);
    return going ? generationDeleted(r, going.generation, at) : to.ending(r, { cause: "expired", at });
  },
  verify: (r, at) => {
    const [going] = goingFrom(r).filter(({ deletedAt }) => deletedAt !== undefined);
    return going ? generationGone(r, going.generation, proof(at)) : null;
  },
  checkDeparture: (r, now) => judged(r, null, now),
  reportUse: (r) => to.usageReported(r, NO_USE),
  syncMessages: () => null,
  redraw: toRedraw,
  takeTokenOff: () => null,
  // Until it is heard time passes.
  checkIdle: (r, now) => {
    const asked = openQuestion(r);
    const later = Math.max(now, (asked && releasedAt(asked)) ?? now) + RESENT_WITHIN_MS;
    return idled(drawAll(r), IDLE.roles, unused(later), later);
  },
  coverViews: (r, now) => MOVES.cover?.(r, now) ?? null,
};
const LEADS = [60 * MINUTE, 10 * MINUTE];
const TIMING = { ...IDLE, reminders: LEADS };

test("left to its own steps and timers, every request comes to an end", () => {
  fc.assert(
    fc.property(moves, fc.constantFrom(...KINDS), (steps, kind) => {
      let record: AccessRequest = requestedRecord(kind);
      let now = T0;
      const take = (move: Move | undefined) => {
        const next = attempt(() => move?.(record, now) ?? null);
        if (next) record = stamped(record, next, now);
        return next !== null;
      };
      for (const { move, wait } of steps) {
        now += wait * MINUTE;
        take(MOVES[move]);
      }
      for (let left = 20; !isFinal(record); left--) {
        expect(left, `stays ${record.state}`).toBeGreaterThan(0);
        const done = rowOf(record)
          .now(record)
          .some((step) => record.state !== "ending" && take(STEPS[step]));
        if (done) continue;
        const timers = dueOf(record, TIMING);
        if (timers.length === 0) take(STEPS[rowOf(record).now(record)[0] ?? "end"]);
        // After one that changes nothing comes the next.
        for (const { at, step } of timers) {
          now = Math.max(now, at);
          if (take(STEPS[step])) break;
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("locked down at any point, nothing is granted from then on, and what was is over for good", () => {
  const ended =
    (at: number): Move =>
    (r) =>
      to.ending(r, { cause: "revoked", by: approver, at });
  fc.assert(
    fc.property(moves, fc.nat({ max: 40 }), fc.constantFrom(...KINDS), (steps, lockedAt, kind) => {
      let record: AccessRequest = requestedRecord(kind);
      let now = T0;
      const take = (move: Move | undefined, locked: boolean) => {
        const before = record;
        const next = attempt(() => move?.(before, now) ?? null);
        if (next && !(locked && leadsToAccess(before, next))) record = stamped(before, next, now);
      };
      for (const [i, { move, wait }] of steps.entries()) {
        now += wait * MINUTE;
        if (i === lockedAt) take(ended(now), true);
        take(MOVES[move], i >= lockedAt);
        if (i < lockedAt) continue;
        expect(["none", "must-go"]).toContain(rowOf(record).onHub);
        expect(["shown", "reveal"]).not.toContain(tokenShows(record));
        // What anybody sees still goes at once.
        expect(viewsToCover(record, 0)).toEqual(revealsOf(record).views);
      }
    }),
    { numRuns: 500 },
  );
});

test("a lockdown keeps nothing from ending, being refused, or being told", () => {
  fc.assert(
    fc.property(moves, fc.constantFrom(...KINDS), (steps, kind) => {
      let record: AccessRequest = requestedRecord(kind);
      let now = T0;
      for (const { move, wait } of steps) {
        now += wait * MINUTE;
        const before = record;
        const next = attempt(() => MOVES[move]?.(before, now) ?? null);
        if (!next) continue;
        const after = stamped(before, next, now);
        const isOver = isFinal(after) || after.state === "ending";
        if (isOver || !("decision" in after))
          expect(leadsToAccess(before, after)).toBe(isApproval(before, after));
        expect(leadsToAccess(after, drawOnce(after))).toBe(false);
        record = after;
      }
    }),
    { numRuns: 300 },
  );
});

/** It waits on, and somebody has a say in it who had none. */
const isApproval = (before: AccessRequest, after: AccessRequest): boolean =>
  after.state === "pending" && JSON.stringify(before.approvals) !== JSON.stringify(after.approvals);
