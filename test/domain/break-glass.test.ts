/** Access in an emergency: what the catalog may say of it, what is asked for, and when its review is open. */
import { describe, expect, test } from "vitest";
import { transition } from "../../src/domain/audit.ts";
import { Emergency, isReviewOpen, Review, reviewersOf, timesOf } from "../../src/domain/break-glass.ts";
import { type Catalog, Role } from "../../src/domain/catalog.ts";
import { commandNear, parseCommand } from "../../src/domain/command.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { isSettled, wantedMessages } from "../../src/domain/messages.ts";
import { termsOf, validating } from "../../src/domain/policy.ts";
import { Refused } from "../../src/domain/refusal.ts";
import type { AccessRequest, State } from "../../src/domain/request.ts";
import { roleToday } from "../../src/domain/today.ts";
import { reviewed } from "../../src/domain/transitions.ts";
import { sampleRoles } from "./catalog.ts";
import { all, each, requestedRecord, T0 } from "./records.ts";

const breakGlass = { by: ["S0ONCALL"], max: "30m", review: ["S0LEADS"] };
const role = (more: object = {}) => ({
  ...{ clusterRole: "karpor-admin", description: { en: "x", zh: "x" }, approval: { by: ["S0SRE"] } },
  duration: { default: "1h", max: "8h" },
  breakGlass,
  ...more,
});
const roles: Catalog = { ...sampleRoles, admin: Role.parse(role()), "cluster-admin": Role.parse(role()) };

describe("in the catalog", () => {
  const people = (count: number) => Array.from({ length: count }, (_, i) => `U0LEAD${i}`);
  test.each<[string, object, RegExp | null]>([
    ["as it should be", {}, null],
    ["longer than the role", { breakGlass: { ...breakGlass, max: "9h" } }, /longer than duration.max/],
    ["for a role that needs no approval", { approval: "none" }, /somebody must approve/],
    ["two reviewers", { breakGlass: { ...breakGlass, review: people(2) } }, /3 people at least/],
    [
      "one of three named twice",
      { breakGlass: { ...breakGlass, review: [...people(2), "U0LEAD0"] } },
      /3 people/,
    ],
    ["three reviewers", { breakGlass: { ...breakGlass, review: people(3) } }, null],
    ["a group, however large", { breakGlass: { ...breakGlass, review: ["S0LEADS", ...people(1)] } }, null],
    ["nobody who may", { breakGlass: { ...breakGlass, by: [] } }, /at least one/],
  ])("%s", (_what, more, mistake) => {
    const issues = Role.safeParse(role(more)).error?.issues.map(({ message }) => message) ?? [];
    if (mistake) expect(issues.join()).toMatch(mistake);
    else expect(issues).toEqual([]);
  });

  test("the usual time is no longer than may be", () => {
    expect(timesOf(Role.parse(role()), true)).toEqual({ default: 30 * MINUTE, max: 30 * MINUTE });
    expect(timesOf(Role.parse(role()))).toEqual({ default: HOUR, max: 8 * HOUR });
    const short = role({ duration: { default: "10m", max: "8h" } });
    expect(timesOf(Role.parse(short), true)).toEqual({ default: 10 * MINUTE, max: 30 * MINUTE });
  });
});

describe("asked for", () => {
  const refusalOf = (text: string) => {
    try {
      return termsOf(parseCommand(text), roles);
    } catch (error) {
      return error instanceof Refused ? error.refusal : error;
    }
  };
  test.each<[string, object]>([
    [
      "emergency admin 10m all is down",
      { role: "admin", duration: 10 * MINUTE, reason: "all is down", emergency: true },
    ],
    ["emergency admin all is down", { duration: 30 * MINUTE, reason: "all is down", emergency: true }],
    ["Emergency  ADMIN 20m x", { role: "admin", duration: 20 * MINUTE, emergency: true }],
    [
      "紧急 admin 10分钟 线上故障",
      { role: "admin", duration: 10 * MINUTE, reason: "线上故障", emergency: true },
    ],
    ["emergency admin 10m", { kind: "no-reason", emergency: true, line: "emergency admin 10m" }],
    [
      "emergency admin 2h x",
      { kind: "too-long", emergency: true, max: 30 * MINUTE, line: "emergency admin 30m x" },
    ],
    ["emergency guest 1h x", { kind: "no-emergency", role: "guest", roles: ["admin", "cluster-admin"] }],
    [
      "emergency admn 10m x",
      { kind: "unknown-role", line: "emergency admin 10m x", typed: "emergency admn 10m x" },
    ],
    ["emergency cluster admin 1h x", { kind: "unknown-role", line: "emergency cluster-admin 30m x" }],
    ["admin emergency", { role: "admin", reason: "emergency" }],
  ])("%s", (text, outcome) => expect(refusalOf(text)).toMatchObject(outcome));

  test("a slip of the word is told", () => {
    expect(commandNear("emergancy admin 10m x", roles)).toEqual({ name: "emergency", as: "slip" });
    expect(commandNear("紧急 admin 10m x", roles)).toEqual({ name: "emergency", as: "word" });
  });

  test.each([
    ["S0ONCALL", null],
    [null, "may-not-break-glass"],
    [undefined, "may-not-break-glass"],
  ])("by who qualifies through %s: %s", (glass, kind) => {
    const facts = { verdict: { outcome: "ask" }, role: roles.admin, someone: true, glass };
    expect(validating(facts as never, urgent("requested"))?.kind ?? null).toBe(kind);
  });

  test.each<[string, object | undefined, string | undefined]>([
    ["as it was", role(), undefined],
    ["nobody may any more", role({ breakGlass: undefined }), "approval"],
    ["for a shorter time", role({ breakGlass: { ...breakGlass, max: "5m" } }), "too-long"],
    ["the role is gone", undefined, "role-gone"],
  ])("under today's rules: %s", (_what, today, what) => {
    const found = roleToday(
      { ...urgent("approved"), duration: 20 * MINUTE },
      today ? { admin: Role.parse(today) } : {},
    );
    expect("what" in found ? found.what : undefined).toBe(what);
  });
});

const emergency = (...reviewers: string[]): Emergency =>
  Emergency.parse({ review: ["S0LEADS"], reviews: reviewers.map((id) => by(id)) });
const by = (id: string, at = T0): Review =>
  Review.parse({ by: { id, name: id, locale: "en" }, qualified: "S0LEADS", comment: `by ${id}`, at });
const urgent = (state: State, ...reviewers: string[]): AccessRequest => {
  const r = each[state];
  const decision = "decision" in r && {
    decision: { ...r.decision, by: "policy", qualified: "break-glass: S0ONCALL" },
  };
  return { ...r, ...decision, emergency: emergency(...reviewers) } as AccessRequest;
};

describe("its review", () => {
  const OPEN: readonly State[] = ["approved", "delivering", "active", "ending", "ended"];
  test.each(all.map(({ state }) => state))("%s", (state) => {
    expect(isReviewOpen(each[state])).toBe(false);
    expect(isReviewOpen(urgent(state))).toBe(OPEN.includes(state));
    expect(isReviewOpen(urgent(state, "U0A"))).toBe(OPEN.includes(state));
    expect(isReviewOpen(urgent(state, "U0A", "U0B"))).toBe(false);
    expect(wantedMessages(urgent(state)).some(({ key }) => key === "review")).toBe(OPEN.includes(state));
    expect(wantedMessages(urgent(state)).some(({ key }) => key === "card")).toBe(state === "pending");
  });

  test("what somebody approved after all is not reviewed", () => {
    const approved = { ...each.active, emergency: emergency() };
    expect(isReviewOpen(approved)).toBe(false);
    expect(wantedMessages(approved).map(({ key }) => key)).toContain("card");
  });

  test("nothing that was given out is nothing to review, once it ends", () => {
    expect(isReviewOpen({ ...urgent("ending"), grant: undefined } as AccessRequest)).toBe(false);
    expect(isReviewOpen({ ...urgent("ended"), grant: undefined } as AccessRequest)).toBe(false);
  });

  test("two others close it, each once; until then nothing is settled", () => {
    const open = urgent("ended");
    const once = reviewed(open, by("U0A"));
    expect(() => reviewed(once, by("U0A"))).toThrow("reviewed-already");
    expect(() => reviewed(once, by("U0REQ"))).toThrow("own-emergency");
    const twice = reviewed(once, by("U0B"));
    expect(() => reviewed(twice, by("U0C"))).toThrow("nothing-to-review");
    expect(() => reviewed(each.ended, by("U0C"))).toThrow("nothing-to-review");
    expect([open, once].map(isSettled)).toEqual([false, false]);
    expect(transition(once, twice, T0)).toMatchObject({
      ...{ from: "ended", to: "ended", who: "U0B", qualified: "S0LEADS", why: "reviewed: by U0B" },
    });
  });

  test("is for today's reviewers, and for those of then where the role knows of none", () => {
    expect(reviewersOf({ ...requestedRecord(), emergency: emergency() }, roles)).toEqual(["S0LEADS"]);
    const others = { admin: Role.parse(role({ breakGlass: { ...breakGlass, review: ["S0SEC"] } })) };
    expect(reviewersOf(urgent("ended"), others)).toEqual(["S0SEC"]);
    expect(reviewersOf(urgent("ended"), {})).toEqual(["S0LEADS"]);
  });
});
