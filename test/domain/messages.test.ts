/** Which messages a record must have, what each shows, when one is outdated, and when nothing is left to do. */
import { describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import type { Question } from "../../src/domain/idle.ts";
import type { UserId } from "../../src/domain/ids.ts";
import { leftTokens, refusedAgain, replacedTried, STUCK_TRIES_MAX } from "../../src/domain/left-tokens.ts";
import {
  isSettled,
  isTokenMessageOutdated,
  mustTakeTokenOff,
  outdatedMessages,
  POSTS_MAX,
  tokenShows,
  tokensToTakeOff,
  wantedMessages,
} from "../../src/domain/messages.ts";
import type { AccessRequest, Sent, State } from "../../src/domain/request.ts";
import { decided, fallbackAsked } from "../../src/domain/transitions.ts";
import { all, ENDED_AT, EXPIRES_AT, each, grant, sent, T0 } from "./records.ts";

const outage = { what: "hub", since: T0 } as const;
const failed = { cause: "failed", failure: "dm-closed", at: ENDED_AT } as const;
const KEYS = [
  "card",
  "waiting",
  "scheduled",
  "token",
  "delay:1753000000.000100",
  "notice",
  "unproven",
  "alert",
  `reminder:${HOUR}`,
  `idle:${T0}`,
];
const { requested, pending, refused, denied, timedOut, withdrawn } = each;
const { approved, delivering, active, ending, ended, extending, extended } = each;

/** A record that has sent a message of every kind. */
const withAll = (r: AccessRequest): AccessRequest => ({
  ...r,
  messages: Object.fromEntries(KEYS.map((key) => [key, sent("")])),
});
const shown = (r: AccessRequest) =>
  Object.fromEntries(wantedMessages(r).map(({ key, shows }) => [key.replace(/:.*/, ""), shows]));
const withMessage = (r: AccessRequest, key: string, message: Sent): AccessRequest => ({
  ...r,
  messages: { [key]: message },
});

type Row = [string, AccessRequest, Record<string, string | undefined>];
/** What says the same in most states. */
const MOSTLY = {
  waiting: "gone",
  scheduled: "gone",
  delay: "gone",
  unproven: "open",
  alert: "unproven",
  reminder: "gone",
  idle: "gone",
};
const told = (shows: string) => ({ card: shows, notice: shows });
const setUp = (r: AccessRequest): Row[] => [
  [r.state, r, { token: "setting-up" }],
  [`${r.state}, an outage`, { ...r, outage } as AccessRequest, { card: "outage", token: "outage" }],
];
const changedTerms = { kind: "terms-changed", role: "admin", what: "role-gone" } as const;
const because = (cause: "expired" | "released" | "revoked") => ({ cause, at: ENDED_AT });

const idle = (change: Partial<Question>) => {
  const asked = { at: T0, after: 2 * HOUR, release: false, was: "open" as const, ...change };
  return { ...active, idle: { from: T0, asked } };
};

/** A kind that is left out stays as it is. */
const SHOWN: Row[] = [
  ["requested", requested, {}],
  ["pending", pending, { card: "pending", waiting: "pending" }],
  ["refused", refused, { notice: "refused" }],
  ["refused by changed terms", { ...refused, refusal: changedTerms }, told("closed")],
  ["withdrawn", withdrawn, { card: "withdrawn", scheduled: "withdrawn" }],
  ["timed out", timedOut, told("timedOut")],
  ["denied", denied, told("denied")],
  ["scheduled", each.scheduled, { card: "scheduled", scheduled: "open" }],
  ...setUp(approved),
  ...setUp(delivering),
  ["active", active, { card: "active", token: "shown" }],
  [
    "active, hidden and reminded",
    { ...active, hidden: true, reminded: [HOUR] },
    { card: "active", token: "hidden", reminder: "open" },
  ],
  ["active, asked whether it is needed", idle({}), { card: "active", token: "shown", idle: "open" }],
  ["active, else it ends", idle({ release: true }), { card: "active", token: "shown", idle: "release" }],
  ["active, kept", idle({ was: "kept" }), { card: "active", token: "shown", idle: "kept" }],
  ["active, used", idle({ was: "used" }), { card: "active", token: "shown", idle: "used" }],
  ["active, asked no more", idle({ was: "over" }), { card: "active", token: "shown", idle: "gone" }],
  [
    "active, kept and reminded since",
    { ...idle({ was: "kept" }), reminded: [HOUR] },
    { card: "active", token: "shown", reminder: "open", idle: "gone" },
  ],
  ["ending in time", { ...ending, end: because("expired") }, { token: "gone" }],
  ["ending by its holder", { ...ending, end: because("released") }, { notice: "released", token: "gone" }],
  ["revoked", ending, { ...told("revoked"), token: "gone" }],
  ["revoked, an outage", { ...ending, outage }, { card: "unproven", notice: "revoked", token: "gone" }],
  [
    "ending after a failure",
    { ...ending, end: failed },
    { ...told("failed"), token: "gone", alert: "failed" },
  ],
  ["ended", ended, { ...told("ended"), token: "gone", unproven: "gone", alert: "proven" }],
  [
    "ended after a failure",
    { ...ended, end: failed },
    { ...told("failed"), token: "gone", unproven: "gone", alert: "failed" },
  ],
  ["more time, not given yet", extending, { waiting: undefined }],
  ["more time, an outage", { ...extending, outage }, { card: "outage", waiting: "outage" }],
  ["more time, given", extended, { card: "extended" }],
];

describe("what was sent shows", () => {
  test.each(SHOWN)("%s", (_what, r, expected) =>
    expect(shown(withAll(r))).toEqual({ ...MOSTLY, ...expected }),
  );
  test("every state is in the table", () =>
    expect(new Set(SHOWN.map(([, r]) => r.state))).toEqual(new Set(all.map(({ state }) => state))));
});

describe("which messages there must be", () => {
  const keys = (r: AccessRequest) => wantedMessages(r).map(({ key }) => key);

  test("a card and a word that it waits; a card nobody takes is said in the second", () => {
    expect(keys(pending)).toEqual(["card", "waiting"]);
    const refusedCard = sent("pending", { ts: "", refused: { code: "is_archived", since: T0, triedAt: T0 } });
    expect(shown(withMessage(pending, "card", refusedCard))).toMatchObject({ waiting: "not-delivered" });
    expect(shown(withMessage(approved, "card", refusedCard))).not.toHaveProperty("waiting");
  });

  test("below the card one reply that it still waits, posted once and never redrawn", () => {
    const nudged: AccessRequest = { ...pending, nudgedAt: T0 };
    expect(shown(nudged)).toEqual({ card: "pending", waiting: "nudged", nudge: "open" });
    expect(shown(withMessage(nudged, "nudge", sent("open", { ts: "" })))).toMatchObject({ nudge: "open" });
    expect(shown(withMessage(nudged, "nudge", sent("open", { revision: 0 })))).not.toHaveProperty("nudge");
    expect(keys({ ...denied, nudgedAt: T0 })).not.toContain("nudge");
  });

  test("no card where policy approves", () => {
    expect(keys({ ...approved, approvers: [] })).toEqual(["token"]);
    expect(keys({ ...active, approvers: [] })).toEqual(["token"]);
  });

  test("a reminder a lead time: the one before goes when the last stands", () => {
    const r = { ...active, reminded: [HOUR, 10 * MINUTE] };
    const [first, last] = [`reminder:${HOUR}`, `reminder:${10 * MINUTE}`];
    const before = withMessage(r, first, sent("open"));
    const both = { ...before, messages: { ...before.messages, [last]: sent("open") } };
    expect(wantedMessages(before)).toEqual([
      { key: "card", shows: "active" },
      { key: "token", shows: "shown" },
      { key: last, shows: "open" },
    ]);
    expect(wantedMessages(both)).toContainEqual({ key: first, shows: "gone" });
  });

  test("a question anew: the one before goes, and what was answered before it stood is not said", () => {
    const both = withMessage(idle({ at: T0 + 1 }), `idle:${T0}`, sent("kept"));
    expect(wantedMessages(both)).toContainEqual({ key: `idle:${T0 + 1}`, shows: "open" });
    expect(wantedMessages(both)).toContainEqual({ key: `idle:${T0}`, shows: "gone" });
    const unsent = withMessage(idle({ was: "used" }), `idle:${T0}`, sent("", { ts: "" }));
    expect(wantedMessages(unsent)).toContainEqual({ key: `idle:${T0}`, shows: "gone" });
    expect(keys(idle({ was: "used" }))).toEqual(["card", "token"]);
  });

  test("what is out of date stays until what takes its place stands, or will not come", () => {
    const no = sent("", { ts: "", refused: { code: "is_archived", since: T0, triedAt: T0 } });
    const lost = sent("", { ts: "", unanswered: { posts: POSTS_MAX, at: T0 } });
    const of = (r: AccessRequest, messages: Record<string, Sent>) =>
      shown({
        ...r,
        messages: { waiting: sent(""), unproven: sent(""), [`reminder:${HOUR}`]: sent(""), ...messages },
      });
    expect(of(approved, {}).waiting).toBeUndefined();
    expect(of(approved, { token: sent("") }).waiting).toBe("gone");
    expect(of(approved, { token: sent("", { ts: "" }) }).waiting).toBeUndefined();
    expect(of(denied, {}).waiting).toBeUndefined();
    expect(of(denied, { notice: sent("") }).waiting).toBe("gone");
    expect(of(ended, {})).toMatchObject({ notice: "ended" });
    expect(of(ended, {})).not.toHaveProperty("unproven");
    for (const notice of [no, lost]) {
      expect(of(denied, { notice }).waiting).toBe("denied");
      expect(of(ended, { notice })).toMatchObject({ reminder: "gone", unproven: "gone" });
    }
    const quiet: AccessRequest = { ...ending, end: because("expired") };
    expect(shown(withMessage(quiet, `reminder:${HOUR}`, sent("")))).toEqual({});
  });

  test("none for a kind that only another version of the bot knows", () => {
    const r = withMessage(ended, "digest", sent("today"));
    expect(wantedMessages(r)).toEqual([{ key: "notice", shows: "ended" }]);
    expect(isSettled({ ...r, messages: { ...r.messages, notice: sent("ended") } })).toBe(true);
  });

  test("that a token is left, whatever else the state asks for", () => {
    const stuck = {
      code: "edit_window_closed",
      since: T0,
      tries: STUCK_TRIES_MAX,
      triedAt: T0,
      deadSince: T0,
    };
    for (const r of [active, ended])
      expect(shown(withMessage(r, "token", sent("shown", { token: "shown", stuck })))).toMatchObject({
        left: "open",
      });
  });
});

describe("a message is outdated", () => {
  const isOutdated = (r: AccessRequest, key: string, message?: Sent) =>
    outdatedMessages(message ? withMessage(r, key, message) : r).some((one) => one.key === key);
  const unanswered = (posts: number) => ({ ts: "", unanswered: { posts, at: T0 } });
  const no = { ts: "", refused: { code: "is_archived", since: T0, triedAt: T0 } };

  test.each<[string, AccessRequest, string, Sent | undefined, boolean]>([
    ["when it is missing", pending, "card", undefined, true],
    ["not when it shows what it must", pending, "card", sent("pending"), false],
    ["when it shows something else", pending, "card", sent(""), true],
    ["when it was drawn from an older revision", pending, "card", sent("pending", { revision: 0 }), true],
    ["when its post did not begin", pending, "card", sent("pending", { ts: "" }), true],
    ["when one post's answer was lost", pending, "card", sent("pending", unanswered(1)), true],
    ["not when two were", pending, "card", sent("pending", unanswered(POSTS_MAX)), false],
    ["when Slack refused it: it is tried again", pending, "card", sent("pending", no), true],
    ["not when Slack refused it and all is over", denied, "notice", sent("denied", no), false],
    ["when it was never posted, and all is over", denied, "notice", sent("denied", { ts: "" }), true],
    ["not a card that was never posted, when all is over", denied, "card", sent("", { ts: "" }), false],
    ["nor the word that it waits", denied, "waiting", sent("", unanswered(1)), false],
    ["a card that stands, when all is over", denied, "card", sent("pending"), true],
    ["one that must go, until it has left the record", active, "waiting", sent("gone"), true],
    ["also where nobody knows whether it stands", active, "waiting", sent("", unanswered(POSTS_MAX)), true],
    ["never the token's: that has a step of its own", ended, "token", sent("shown"), false],
    ["not one that the state has nothing to say of", active, "notice", sent("failed"), false],
  ])("%s", (_what, r, key, message, outdated) => expect(isOutdated(r, key, message)).toBe(outdated));

  test("not the token's in any state", () => {
    for (const r of all) expect(isOutdated(r, "token", sent("x", { revision: 0 })), r.state).toBe(false);
  });
});

describe("a token must be taken off", () => {
  const bearing = (r: AccessRequest, token?: "sending" | "shown", change: Partial<Sent> = {}) =>
    withMessage(r, "token", sent("shown", { ...(token ? { token } : {}), ...change }));
  const MUST: { [S in State]: boolean } = {
    requested: false,
    pending: false,
    refused: false,
    withdrawn: false,
    timedOut: false,
    denied: false,
    scheduled: false,
    // Of the generation before.
    approved: true,
    delivering: false,
    active: false,
    ending: true,
    ended: true,
    extending: false,
    extended: false,
  };

  test.each(all.map((r) => [r.state, r] as const))("%s", (state, r) => {
    expect(mustTakeTokenOff(bearing(r, "shown"))).toBe(MUST[state]);
    expect(mustTakeTokenOff(bearing(r, "sending"))).toBe(MUST[state]);
    expect(mustTakeTokenOff(bearing(r))).toBe(false);
    expect(mustTakeTokenOff(r)).toBe(false);
  });

  test("where its holder hid it", () => {
    expect(mustTakeTokenOff(bearing({ ...active, hidden: true }, "shown"))).toBe(true);
    expect(mustTakeTokenOff(bearing({ ...delivering, hidden: true }, "sending"))).toBe(false);
  });

  const refusedFor = (r: AccessRequest, tries: number) => {
    const stuck = { code: "cant_delete_message", since: T0, tries: tries - 1, triedAt: T0 };
    const token = { generation: 1, tokenExpiresAt: EXPIRES_AT, stuck };
    return bearing(r, "shown", { stuck: refusedAgain(r, token, stuck.code, T0) });
  };
  test.each([
    [ended, 1, true],
    [ended, STUCK_TRIES_MAX - 1, true],
    [ended, STUCK_TRIES_MAX, false],
    // It may work: whoever would be told that it is dead were misled.
    [ending, STUCK_TRIES_MAX + 1, true],
    [{ ...active, hidden: true }, STUCK_TRIES_MAX + 1, true],
  ])("after so many tries that Slack refused for good", (r, tries, must) => {
    const tried = refusedFor(r, tries);
    expect(mustTakeTokenOff(tried)).toBe(must);
    expect(leftTokens(tried)).toHaveLength(must ? 0 : 1);
  });

  const proof = { method: "probe", deletedAt: T0, at: T0 + MINUTE } as const;
  const word = { ...proof, method: "abandoned", operator: "nightshift" } as const;
  const former = { generation: 1, grant, why: "lost", at: T0 } as const;
  const second = { ...active, generation: 2, former: [former] };
  test.each<[string, AccessRequest, number, number | undefined]>([
    ["not while its generation may stand", second, T0, undefined],
    [
      "as soon as that is proved gone",
      { ...second, former: [{ ...former, verification: proof }] },
      T0,
      proof.at,
    ],
    ["or its own time has run out", second, EXPIRES_AT + MINUTE, EXPIRES_AT],
    ["or all has ended", { ...ended, generation: 2 }, T0, ended.verification.at],
    ["not where that was settled without proof", { ...ended, verification: word }, T0, undefined],
    [
      "nor where that of its generation was",
      { ...second, former: [{ ...former, verification: word }] },
      T0,
      undefined,
    ],
    ["then it is by its own time", { ...ended, verification: word }, EXPIRES_AT + MINUTE, EXPIRES_AT],
  ])("one that gave way is settled as dead: %s", (_what, r, now, deadSince) => {
    const stuck = { code: "x", since: T0, tries: STUCK_TRIES_MAX, triedAt: T0 };
    const one = { channel: "D0REQ", ts: "1.000001", generation: 1, tokenExpiresAt: EXPIRES_AT, stuck };
    const replaced = { ...r, replaced: [one] } as AccessRequest;
    expect(tokensToTakeOff(replaced)).toEqual([one.ts]);
    const tried = replacedTried(replaced, one.ts, "x", now);
    expect(leftTokens(tried as AccessRequest).map((left) => left.deadSince)).toEqual(
      deadSince === undefined ? [] : [deadSince],
    );
    expect(tokensToTakeOff(replacedTried(replaced, one.ts, null, now) as AccessRequest)).toEqual([]);
  });

  test("of what is shown at a click no message bore a token: none is left, and it is tried no more", () => {
    const stuck = { code: "x", since: T0, tries: STUCK_TRIES_MAX, triedAt: T0 };
    const one = { channel: "D0REQ", ts: "1.000001", generation: 1, tokenExpiresAt: EXPIRES_AT, stuck };
    const r = { ...ended, delivery: "reveal", replaced: [one] } as AccessRequest;
    const tried = replacedTried(r, one.ts, "x", T0) as AccessRequest;
    expect(tokensToTakeOff(tried)).toEqual([]);
    expect(leftTokens(tried)).toEqual([]);
  });

  test("seven days are given: it is tried once a day", () => expect(STUCK_TRIES_MAX).toBe(7));
});

describe("the token's message without a token is outdated", () => {
  test.each<[string, AccessRequest, Partial<Sent> | null, boolean]>([
    ["not when there is none", ended, null, false],
    ["when it still says that the token comes", ended, { shows: "setting-up" }, true],
    ["when it is over, whatever it says", ended, { shows: "hidden" }, true],
    [
      "when it was drawn from an older revision",
      { ...active, hidden: true },
      { shows: "hidden", revision: 0 },
      true,
    ],
    ["not when it bears a token: that is more urgent", ended, { shows: "shown", token: "shown" }, false],
    ["not when it has no place", ended, { ts: "", shows: "setting-up" }, false],
    ["not while it is set up: the token itself comes next", approved, { shows: "outage" }, false],
    ["nor delivered", delivering, { shows: "outage" }, false],
    ["when something does not answer meanwhile", { ...approved, outage }, { shows: "setting-up" }, true],
    ["not when it says so", { ...approved, outage }, { shows: "outage" }, false],
    ["when something else does not", { ...delivering, outage }, { shows: "outage", revision: 0 }, true],
    [
      "not while a token is being put on it",
      { ...delivering, outage },
      { shows: "setting-up", token: "sending" },
      false,
    ],
    ["not while the token is shown", active, { shows: "x" }, false],
    ["when hidden", { ...active, hidden: true }, { shows: "x" }, true],
    ["when ending", ending, { shows: "hidden" }, true],
    ["not where the state says nothing of it", pending, { shows: "x" }, false],
  ])("%s", (_what, r, message, outdated) => {
    const has = message ? withMessage(r, "token", sent("", message)) : r;
    expect(isTokenMessageOutdated(has)).toBe(outdated);
  });

  test("what it shows, state by state", () => {
    const shows = Object.fromEntries(all.map((r) => [r.state, tokenShows(r)]));
    expect(shows).toEqual({
      ...Object.fromEntries(all.map(({ state }) => [state, null])),
      approved: "setting-up",
      delivering: "setting-up",
      active: "shown",
      ending: "gone",
      ended: "gone",
    });
  });
});

describe("a record is settled", () => {
  const told = withMessage(ended, "notice", sent("ended"));
  const and = (messages: Record<string, Sent>) => ({
    ...told,
    messages: { ...told.messages, ...messages },
  });
  const stuck = { code: "x", since: T0, tries: STUCK_TRIES_MAX, triedAt: T0, deadSince: T0 };

  test.each<[string, AccessRequest, boolean]>([
    ["not while it is not over", withMessage(active, "card", sent("active")), false],
    ["not before its holder is told", ended, false],
    ["when all is said", told, true],
    ["not while a card shows something older", and({ card: sent("active") }), false],
    ["not while a token stands", and({ token: sent("shown", { token: "shown" }) }), false],
    ["not while one may stand", and({ token: sent("setting-up", { token: "sending" }) }), false],
    ["not while its message says that it comes", and({ token: sent("setting-up") }), false],
    ["not while it still stands", and({ token: sent("") }), false],
    ["not while what is out of date stands", and({ waiting: sent("pending") }), false],
    [
      "not when a token is left and nobody knows",
      and({ token: sent("shown", { token: "shown", stuck }) }),
      false,
    ],
    [
      "when a token is left and the approvers know",
      and({ token: sent("shown", { token: "shown", stuck }), "left:11": sent("open") }),
      true,
    ],
    ["when nobody was ever told of it", withdrawn, true],
  ])("%s", (_what, r, settled) => expect(isSettled(r)).toBe(settled));
});

test("of a lower role its own others are told when nobody decides, whoever was before", () => {
  const by = { id: "U0AP" as UserId, name: "Ann", locale: "en" } as const;
  const asked = (id: string) => ({ by: [id as UserId], at: T0 });
  const told: AccessRequest = {
    ...pending,
    ...{ count: 2, fallback: { ...asked("U0ONE"), askedAt: T0 } },
    messages: { card: sent("pending"), fallback: sent("open") },
  };
  const lower = { role: "guest", clusterRole: "karpor-guest", duration: told.duration, count: 2 };
  const less = { ...lower, approvers: told.approvers, fallback: asked("U0TWO") };
  const next = decided(told, { approve: true, less }, by, "S0SRE", T0 + 1);
  const again = fallbackAsked(next, T0 + 2);
  expect(again && outdatedMessages(again)).toContainEqual({ key: "fallback", shows: "open" });
});
