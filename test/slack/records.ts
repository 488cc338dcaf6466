/** One record for every state and end, and the context they are drawn in. */

import { Role } from "../../src/domain/catalog.ts";
import { Departure } from "../../src/domain/departed.ts";
import { DAY, HOUR, MINUTE } from "../../src/domain/duration.ts";
import { GroupId, type Principal, RequestId, UserId } from "../../src/domain/ids.ts";
import { STUCK_TRIES_MAX } from "../../src/domain/left-tokens.ts";
import { kindOf } from "../../src/domain/message-key.ts";
import { type Wanted, wantedMessages } from "../../src/domain/messages.ts";
import type { Locale, Person } from "../../src/domain/person.ts";
import { ChangedTerm } from "../../src/domain/refusal.ts";
import { AccessRequest, Failure, Outage, Verification } from "../../src/domain/request.ts";
import { NO_USE, type SeenUse } from "../../src/domain/use.ts";
import type { ViewContext } from "../../src/slack/views/index.ts";

export const NOW = Date.UTC(2026, 10, 25, 14, 2, 11);
export const SRE: Principal = GroupId.parse("S0SRE");
export const ADMINS: Principal = GroupId.parse("S0ADMINS");
export const bob: Person = { id: UserId.parse("U0BOB"), name: "Bob", locale: "en" };
export const alice: Person = { id: UserId.parse("U0ALICE"), name: "Alice", locale: "en" };
export const mei: Person = { id: UserId.parse("U0MEI"), name: "Mei", locale: "zh" };
const carol: Person = { id: UserId.parse("U0CAROL"), name: "Carol", locale: "en" };
export const ID = RequestId.parse("R-7K2Q9FXT");

const role = Role.parse({
  clusterRole: "karpor-admin",
  description: { en: "Change & delete everything", zh: "修改和删除所有内容" },
  duration: { default: "1h", max: "8h" },
  reason: "required",
  approval: { by: ["S0SRE"], within: "4h" },
});
const peek = Role.parse({
  clusterRole: "karpor-guest",
  description: { en: "View every page", zh: "查看所有页面" },
  duration: { default: "15m", max: "1h" },
  approval: "none",
});

export const view = (locale: Locale, pings: readonly Principal[] = [SRE]): ViewContext => ({
  locale,
  hub: { name: "production", dashboard: "https://karpor.example.com" },
  roles: { admin: role, peek },
  channel: () => "C0APPROVALS",
  pings: () => pings,
  admins: [ADMINS],
  command: "/karpor-access",
  now: NOW,
});

export const common = {
  id: ID,
  version: 3,
  requester: bob,
  role: "admin",
  clusterRole: "karpor-admin",
  reason: "OPS-123 roll back search rule",
  duration: 4 * HOUR,
  requestedAt: NOW - 5 * MINUTE,
  enteredAt: NOW,
  closesAt: NOW + 4 * HOUR - 5 * MINUTE,
  approvers: [SRE],
  policy: "0".repeat(64),
  terms: 1,
  revision: 1,
  generation: 1,
  messages: {},
};
const decision = { by: alice, qualified: "S0SRE", at: NOW - MINUTE };
const approvals = [{ ...decision, terms: 1, note: "for <now>" }];
const lessened = { by: alice, at: NOW - MINUTE, asked: { role: "<admin>", duration: 8 * HOUR } };
const change = { at: NOW - HOUR, method: "DELETE", path: "/rest-api/v1/cluster/<prod>", code: 200 };
const gaps = [
  { from: NOW - HOUR, to: NOW - MINUTE },
  { from: NOW - MINUTE, to: null },
];
const used = { first: NOW - HOUR, last: NOW - MINUTE, reads: 30, refused: 0, addresses: 2, agents: 1 };
/** What a grant was used for. */
const uses: SeenUse[] = [
  NO_USE,
  { ...NO_USE, gaps },
  { ...used, changed: 0, changes: [], gaps: [] },
  { ...used, changed: 1, changes: [change], gaps: [] },
  ...[NOW, null].map((to) => ({
    ...{ ...used, changed: 0, changes: [] },
    gaps: [...Array.from({ length: 40 }, () => ({ from: NOW - HOUR, to: NOW - MINUTE })), { from: NOW, to }],
  })),
  { ...used, changed: 3, refused: 2, changes: [change, { ...change, code: 403 }, change, change], gaps },
];
const fallback = { by: ["S0LEADS"], at: NOW - MINUTE, askedAt: NOW - MINUTE };
const approved = { ...common, decision, expiresAt: NOW + 4 * HOUR };
const grant = { accountUid: "a", bindingUid: "b", tokenExpiresAt: NOW + 4 * HOUR, shortened: false };
const sent = { channel: "D0BOB", ts: "1.1", shows: "", revision: 1 };
const shared = { ...sent, channel: "C0APPROVALS" };
const messages = {
  card: shared,
  waiting: sent,
  token: sent,
  unproven: sent,
  alert: shared,
  "reminder:3600000": sent,
  "idle:3600000": sent,
  delay: sent,
};
const unsent = { ...shared, ts: "", refused: { code: "is_archived", since: NOW, triedAt: NOW } };
/** Slack did not take the news, so that the message that it waits says it. */
const unsaid = { card: shared, waiting: sent, notice: { ...unsent, channel: "D0BOB" } };
const stuck = {
  ...{ code: "edit_window_closed", since: NOW - 7 * DAY, tries: STUCK_TRIES_MAX, triedAt: NOW },
  deadSince: NOW - 6 * DAY,
};
const left = { ...messages, token: { ...sent, token: "shown", stuck } };
const gone = { ...approved, grant, messages, deletedAt: NOW };
const outages = Outage.shape.what.unwrap().options.map((what) => ({ what, since: NOW - MINUTE }));
const [slow] = outages;
const verified = (method: Verification["method"]) => ({ method, deletedAt: NOW - 12_000, at: NOW });

const ends = [
  { cause: "expired", at: NOW },
  { cause: "released", by: bob, at: NOW },
  { cause: "revoked", by: alice, qualified: "S0SRE", reason: "incident <over>", at: NOW },
  { cause: "revoked", operator: "dana", reason: "incident <over>", at: NOW },
  { cause: "altered", at: NOW },
  { cause: "lost", at: NOW },
  ...Departure.shape.what.options.map((what) => ({
    cause: "departed",
    departure: { what, groups: [SRE] },
    at: NOW,
  })),
  { cause: "idle", at: NOW },
  { cause: "other", reason: "incident", at: NOW },
  ...Failure.options.map((failure) => ({ cause: "failed", failure, at: NOW })),
];

/** Whether they still need it, as of the message above. */
const questions = [
  { was: "open", release: false },
  { was: "open", release: true, toldAt: NOW },
  { was: "kept", release: false },
  { was: "used", release: true },
].map((asked) => ({ at: HOUR, after: 2 * HOUR, ...asked }));

const ownRecords: AccessRequest[] = [
  { ...common, state: "pending" },
  { ...common, messages: { ...messages, card: unsent }, state: "pending" },
  { ...common, nudgedAt: NOW - MINUTE, state: "pending" },
  { ...common, count: 2, state: "pending" },
  { ...common, count: 3, approvals, fallback, nudgedAt: NOW - MINUTE, state: "pending" },
  ...ChangedTerm.options.map((what) => ({
    ...common,
    messages,
    state: "refused",
    refusal: { kind: "terms-changed", role: "admin", what, max: HOUR },
    at: NOW,
  })),
  {
    ...common,
    messages,
    state: "refused",
    refusal: { kind: "may-not-ask", role: "admin", who: [SRE] },
    at: NOW,
  },
  { ...common, messages, state: "withdrawn", at: NOW },
  ...[messages, unsaid].flatMap((told) => [
    { ...common, messages: told, state: "timedOut", at: NOW },
    {
      ...common,
      messages: told,
      state: "denied",
      by: alice,
      qualified: "S0SRE",
      why: "use <guest>",
      at: NOW,
    },
  ]),
  { ...common, count: 2, approvals, lessened, state: "pending" },
  { ...approved, approvals, lessened, messages, state: "approved" },
  { ...approved, messages, state: "approved" },
  ...outages.map((outage) => ({ ...approved, messages, state: "approved", outage })),
  {
    ...approved,
    count: 2,
    approvals: [...approvals, { ...decision, by: carol, terms: 1 }],
    state: "approved",
  },
  { ...approved, approvers: [], decision: { ...decision, by: "policy" }, state: "approved" },
  { ...approved, messages, grant, state: "delivering", hidden: false, outage: { ...slow, what: "slack" } },
  { ...approved, messages, grant, state: "active", hidden: false, reminded: [HOUR] },
  { ...approved, messages, grant, state: "active", hidden: true, reminded: [HOUR, 10 * MINUTE] },
  ...questions.map((asked) => ({
    ...{ ...approved, messages, grant, state: "active", hidden: false, reminded: [] },
    idle: { from: asked.at - 2 * HOUR, asked },
  })),
  ...outages.map((outage) => ({ ...gone, end: ends[0], state: "ending", outage })),
  ...ends.flatMap((end) => [
    { ...gone, end, state: "ending" },
    { ...gone, end, state: "ending", outage: slow },
    { ...gone, messages: unsaid, end, state: "ending" },
    { ...gone, messages: unsaid, end, state: "ended", verification: verified("probe") },
    ...Verification.shape.method.options.map((method) => ({
      ...gone,
      end,
      state: "ended",
      verification: verified(method),
    })),
    { ...gone, grant: undefined, end, state: "ended", verification: verified("absence") },
  ]),
  { ...gone, end: ends[0], state: "ended", messages: left, verification: verified("absence") },
  ...uses.flatMap((use) =>
    [ends[0], { cause: "idle", at: NOW }].map((end) => ({
      ...{ ...gone, end, state: "ended", verification: verified("probe"), use, enough: "<guest>" },
    })),
  ),
  {
    ...gone,
    end: ends[0],
    state: "ended",
    messages: { ...messages, notice: sent },
    verification: verified("probe"),
  },
  ...emergencies(),
  ...later(),
  ...moreTime(),
  ...renewals(),
  ...atAClick(),
].map((record) => AccessRequest.parse(record));

const toAsker = { ...sent, channel: "D0MEI" };
/** What whoever asked for somebody else was told so far. */
const toldAsker = [
  { asker: toAsker },
  { asker: toAsker, outcome: { ...toAsker, ts: "1.2" } },
  { asker: toAsker, outcome: { ...unsent, channel: "D0MEI" } },
];

/** Everything a record can be, as far as words differ. */
export const records: AccessRequest[] = [
  ...ownRecords,
  ...toldAsker.flatMap((told) =>
    ownRecords
      .filter(({ approvers, emergency }) => approvers.length > 0 && !emergency)
      .filter((r) => !r.extends && !("extensions" in r))
      .map((r) => ({ ...r, askedBy: mei, messages: { ...r.messages, ...told } })),
  ),
];

/** Approved in advance: waiting, until it begins, and then. */
function later() {
  const startsAt = NOW + 20 * HOUR;
  const window = { startsAt, expiresAt: startsAt + 4 * HOUR };
  const ahead = { ...approved, ...window };
  const unsaidYet = { card: shared, waiting: sent, scheduled: { ...unsent, channel: "D0BOB" } };
  const over = (at: number) => ({ method: "unstarted", deletedAt: at, at });
  return [
    { ...common, startsAt, state: "pending" },
    { ...common, startsAt, nudgedAt: NOW - MINUTE, state: "pending" },
    { ...common, startsAt, count: 2, approvals, lessened, state: "pending" },
    ...[{ waiting: sent }, { scheduled: sent }, unsaidYet].flatMap((told) => [
      { ...ahead, messages: told, state: "scheduled" },
      { ...ahead, approvals, lessened, messages: told, state: "scheduled" },
      ...ends.slice(0, 3).map((end) => ({
        ...{ ...ahead, messages: told, end, state: "ended", verification: over(end.at) },
      })),
    ]),
    { ...ahead, approvers: [], decision: { ...decision, by: "policy" }, state: "scheduled" },
    { ...common, startsAt, messages: { scheduled: sent }, state: "withdrawn", at: NOW },
    ...[NOW - MINUTE, NOW].flatMap((begins) => {
      const begun = {
        ...ahead,
        startsAt: begins,
        expiresAt: begins + 4 * HOUR,
        messages: { scheduled: sent },
      };
      const told = { token: sent, scheduled: sent };
      return [
        { ...begun, decision: { ...decision, at: NOW - 20 * HOUR }, state: "approved" },
        { ...begun, decision: { ...decision, at: NOW - 20 * HOUR }, messages: told, state: "approved" },
        { ...begun, messages: told, grant, state: "active", hidden: false, reminded: [] },
      ];
    }),
  ];
}

/** A token is shown at a click: set up, held, with more time, after an upgrade, and in the place of another. */
function atAClick() {
  const open = { ...approved, delivery: "reveal", approvals };
  const reveals = { count: 2, recent: [NOW], views: [{ id: "V1", generation: 1, at: NOW }] };
  const live = { ...open, messages, grant, reveals, state: "active", hidden: false, reminded: [] };
  const extension = { id: "R-8M3R0GYV", ms: 2 * HOUR, by: alice, qualified: "S0SRE", at: NOW - MINUTE };
  return [
    { ...open, state: "approved" },
    { ...open, messages, outage: slow, state: "approved" },
    {
      ...open,
      startsAt: NOW + HOUR,
      expiresAt: NOW + 5 * HOUR,
      messages: { scheduled: sent },
      state: "scheduled",
    },
    live,
    { ...live, extensions: [extension], refresh: { why: "extended", at: NOW } },
    { ...live, refresh: { why: "upgraded", at: NOW } },
    { ...live, generation: 2, former: [{ generation: 1, grant, why: "lost", at: NOW }] },
  ];
}

/** Asked for, decided, and what became of the grant that it is for; a fresh token on its way. */
function moreTime() {
  const more = {
    ...common,
    extends: { id: "R-8M3R0GYV", from: NOW - HOUR, until: NOW + HOUR },
  };
  const told = { card: shared, waiting: sent };
  const given = { ...more, decision, expiresAt: NOW + 5 * HOUR, messages: told };
  const extension = { id: "R-8M3R0GYV", ms: 2 * HOUR, by: alice, qualified: "S0SRE", at: NOW - MINUTE };
  const byPolicy = { ...extension, by: "policy", qualified: "policy" };
  const byRule = { ...extension, by: "policy", qualified: "rule: short <looks>" };
  const live = { ...approved, messages, grant, state: "active", hidden: false, reminded: [] };
  return [
    { ...more, state: "pending" },
    { ...more, nudgedAt: NOW, lessened, approvals, count: 2, state: "pending" },
    { ...more, messages: told, state: "withdrawn", at: NOW },
    { ...more, messages: told, state: "timedOut", at: NOW },
    { ...more, messages: told, state: "denied", by: alice, qualified: "S0SRE", why: "enough", at: NOW },
    ...["ended", "check"].map((what) => ({
      ...more,
      messages: told,
      state: "refused",
      refusal: { kind: "terms-changed", role: "admin", what },
      at: NOW,
    })),
    { ...given, state: "extending" },
    ...outages.map((outage) => ({ ...given, state: "extending", outage })),
    { ...given, messages: { card: shared }, state: "extended", at: NOW },
    { ...given, decision: { ...decision, by: "policy" }, messages: {}, state: "extended", at: NOW },
    { ...live, extensions: [extension, byPolicy, byRule], refresh: { why: "extended", at: NOW, for: ID } },
    ...[extension, byPolicy, byRule].map((one) => ({
      ...live,
      extensions: [one],
      refresh: { why: "extended", at: NOW },
    })),
    ...["upgraded", "other"].map((why) => ({ ...live, refresh: { why, at: NOW } })),
    { ...gone, extensions: [extension], end: ends[0], state: "ended", verification: verified("probe") },
  ];
}

/** With a new token in the place of one that was lost, or leaked. */
function renewals() {
  const at = NOW - MINUTE;
  const former = [
    { generation: 1, grant, why: "lost", at, verification: verified("probe") },
    { generation: 2, grant, why: "leaked", at },
    { generation: 3, grant, why: "leaked", at, deletedAt: NOW, outage: slow },
    ...Verification.shape.method.options.map((method, i) => ({
      ...{ generation: 4 + i, grant, why: "leaked", at, verification: verified(method) },
    })),
  ];
  const next = former.length + 1;
  const lost = { generation: next, grant, why: "lost", at, deletedAt: NOW, outage: slow };
  const told = { ...messages, "lost:1": shared };
  const renewed = { ...approved, messages: told, former: [...former, lost], generation: next + 1 };
  return [
    { ...renewed, state: "approved" },
    ...[slow, { ...slow, what: "held-back" }].map((outage) => ({ ...renewed, state: "approved", outage })),
    { ...renewed, grant, state: "delivering", hidden: false },
    { ...renewed, grant, state: "active", hidden: false, reminded: [HOUR] },
    { ...renewed, deletedAt: NOW, end: ends[1], state: "ending" },
  ];
}

/** Taken before anybody approved it: told at once, and reviewed by none, one and two others. */
function emergencies() {
  const review = (by: Person) => ({ by, qualified: "S0SRE", comment: "seen <this>", at: NOW });
  const taken = { ...approved, decision: { ...decision, by: "policy", qualified: "break-glass: U0BOB" } };
  const told = { token: sent, review: shared };
  return [[], [alice], [alice, { ...alice, id: "U0CAROL" }]].flatMap((reviewers) => {
    const emergency = { review: [SRE], reviews: reviewers.map((by) => review(by as Person)) };
    const over = { ...taken, messages: told, grant, deletedAt: NOW, emergency };
    return [
      { ...taken, emergency, messages: told, state: "approved" },
      { ...taken, emergency, messages: told, state: "approved", outage: slow },
      { ...taken, emergency, messages: told, grant, state: "active", hidden: false, reminded: [] },
      ...ends.slice(0, 3).flatMap((end) => [
        { ...over, end, state: "ending" },
        { ...over, end, state: "ending", outage: slow },
        { ...over, end, state: "ended", verification: verified("probe") },
      ]),
      { ...over, end: ends.at(-1), state: "ended", verification: verified("probe") },
    ];
  });
}

export const activeOne = records.find((r) => r.state === "active") as Extract<
  AccessRequest,
  { state: "active" }
>;
export const pendingOne = records[0] as AccessRequest;
export const deliveringOne = records.find((r) => r.state === "delivering") as Extract<
  AccessRequest,
  { state: "delivering" }
>;

export interface Drawn extends Wanted {
  r: AccessRequest;
  /** Such as `card:pending`. */
  what: string;
}

const drawnOf = (all: readonly AccessRequest[]): Drawn[] =>
  all.flatMap((r) =>
    wantedMessages(r).map(({ key, shows }) => ({ r, key, shows, what: `${kindOf(key)}:${shows}` })),
  );

/** Of what was asked for somebody else, one of each: its words differ by nothing else. */
export const everyMessage: Drawn[] = [
  ...drawnOf(records.filter(({ askedBy }) => !askedBy)),
  ...new Map(
    drawnOf(records.filter(({ askedBy }) => askedBy)).map((one) => [`${one.what} ${one.r.state}`, one]),
  ).values(),
];

/** The first that shows it. */
export function drawn(what: string): Drawn {
  const found = everyMessage.find((one) => one.what === what);
  if (!found) throw new Error(`No record shows ${what}.`);
  return found;
}
