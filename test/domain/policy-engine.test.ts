/** What the catalog says of a request, on what is known of whoever asks. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DAY, HOUR, MINUTE } from "../../src/domain/duration.ts";
import { Principal } from "../../src/domain/ids.ts";
import { factsOfMember, isOffered, judge, whoMatters } from "../../src/domain/policy-engine.ts";
import { Limits, PolicyRule, type Rulebook } from "../../src/domain/policy-rule.ts";
import { refusalIn } from "../../src/domain/rules/policy-denies.ts";
import type { AskerFacts } from "../../src/domain/rules/rule.ts";
import { sampleRoles } from "./catalog.ts";

const rule = (more: object) => PolicyRule.parse({ name: "one", then: "deny", ...more });
const book = (rules: object[] = [], limits: object = {}): Rulebook => ({
  roles: sampleRoles,
  rules: rules.map((one, i) => rule({ name: `rule ${i + 1}`, ...one })),
  limits: Limits.parse(limits),
});
/** In these groups, and in no others; `?S0X`: that is not known. */
const facts = (groups: string, more: Partial<AskerFacts> = {}): AskerFacts => {
  const all = groups.split(" ");
  return {
    ...factsOfMember((who) =>
      who.some((p) => all.includes(p)) ? true : who.some((p) => all.includes(`?${p}`)) ? null : false,
    ),
    ...more,
  };
};

const ext = { requester: { in: ["S0EXT"] } };
const dev = { requester: { in: ["S0DEV"] } };
const history = (open: number, lastHour = 0) => ({ open, lastHour });

/** After so many hours of it, with rules for more time. */
describe("more time", () => {
  const more = { extension: true };
  test.each([
    ["like any request", 1, HOUR, [], "ask", "approval"],
    ["longer than the role lasts, at once", 1, 8 * DAY, [], "deny", "duration"],
    ["longer than it lasts in all", 24 * 6, 2 * DAY, [], "deny", "duration"],
    ["a rule for it", 1, HOUR, [{ when: more, then: "approve" }], "approve", "rule: rule 1"],
    ["a rule for what is asked for anew", 1, HOUR, [{ when: { extension: false } }], "ask", "approval"],
    ["a rule for either", 1, HOUR, [{ when: {} }], "deny", "rule: rule 1"],
    ["short as a whole", 1, HOUR, [{ when: { max: "2h" }, then: "approve" }], "approve", "rule: rule 1"],
    ["short in pieces", 2, HOUR, [{ when: { max: "2h" }, then: "approve" }], "ask", "approval"],
  ])("%s", (_what, had, duration, rules, outcome, line) => {
    const terms = { role: "guest", duration, extends: { from: 0, until: had * HOUR } };
    const verdict = judge(book(rules), terms, facts(""));
    expect([verdict.outcome, verdict.by.line]).toEqual([outcome, line]);
  });

  test("no rule for it is one for what is asked for anew", () =>
    expect(judge(book([{ when: more }]), { role: "guest", duration: HOUR }, facts("")).outcome).toBe("ask"));
});

describe("judge", () => {
  test.each([
    ["denies what is longer than the role lasts", "peek 2h", book(), facts(""), "deny", "duration"],
    ["asks", "guest 1h", book(), facts(""), "ask", "approval"],
    ["approves what nobody need approve", "peek 15m", book(), facts(""), "approve", "approval"],
    ["denies who is no member", "guest 1h", book(), facts("", { standing: "guest" }), "deny", "person"],
    ["denies whom the role is not for", "admin 1h", book(), facts(""), "deny", "requester"],
    ["a rule for all", "guest 1h", book([{}]), facts(""), "deny", "rule: rule 1"],
    [
      "a rule for another role",
      "guest 1h",
      book([{ when: { role: ["admin"] } }]),
      facts(""),
      "ask",
      "approval",
    ],
    [
      "a rule for this role",
      "guest 1h",
      book([{ when: { role: ["admin", "guest"] } }]),
      facts(""),
      "deny",
      "rule: rule 1",
    ],
    ["a rule for others", "guest 1h", book([{ when: ext }]), facts("S0DEV"), "ask", "approval"],
    ["a rule for them", "guest 1h", book([{ when: ext }]), facts("S0EXT"), "deny", "rule: rule 1"],
    [
      "all conditions must hold",
      "guest 1h",
      book([{ when: { ...ext, role: ["admin"] } }]),
      facts("S0EXT"),
      "ask",
      "approval",
    ],
    [
      "as long as the rule lets",
      "guest 2h",
      book([{ when: { max: "2h" }, then: "approve" }]),
      facts(""),
      "approve",
      "rule: rule 1",
    ],
    [
      "a minute longer",
      "guest 2h1m",
      book([{ when: { max: "2h" }, then: "approve" }]),
      facts(""),
      "ask",
      "approval",
    ],
    [
      "the first that matches: approve",
      "guest 1h",
      book([{ then: "approve" }, {}]),
      facts(""),
      "approve",
      "rule: rule 1",
    ],
    [
      "the first that matches: deny",
      "guest 1h",
      book([{}, { then: "approve" }]),
      facts(""),
      "deny",
      "rule: rule 1",
    ],
    [
      "what a role is not for, no rule gives",
      "admin 1h",
      book([{ then: "approve" }]),
      facts(""),
      "deny",
      "requester",
    ],
    [
      "deny beats limits",
      "guest 1h",
      book([{}], { grantsPerPerson: 1 }),
      facts("", { history: history(1) }),
      "deny",
      "rule: rule 1",
    ],
    [
      "limits beat approve",
      "guest 1h",
      book([{ then: "approve" }], { grantsPerPerson: 1 }),
      facts("", { history: history(1) }),
      "deny",
      "limits",
    ],
    [
      "limits beat approval: none",
      "peek 15m",
      book([], { requestsPerHour: 2 }),
      facts("", { history: history(0, 2) }),
      "deny",
      "limits",
    ],
    [
      "one below the limits",
      "guest 1h",
      book([], { grantsPerPerson: 3, requestsPerHour: 2 }),
      facts("", { history: history(2, 1) }),
      "ask",
      "approval",
    ],
    ["whom the role is for is not known", "admin 1h", book(), facts("?S0DEV"), "unknown", "requester"],
    [
      "whom a rule is for is not known",
      "guest 1h",
      book([{ when: ext }]),
      facts("?S0EXT"),
      "unknown",
      "rule: rule 1",
    ],
    [
      "what is not known counts not where the role does not match",
      "guest 1h",
      book([{ when: { ...ext, role: ["admin"] } }]),
      facts("?S0EXT"),
      "ask",
      "approval",
    ],
    [
      "a later rule decides only where the earlier does not",
      "guest 1h",
      book([{ when: ext, then: "approve" }, {}]),
      facts("?S0EXT"),
      "unknown",
      "rule: rule 1",
    ],
    [
      "a denial is sure whatever else is not known",
      "admin 1h",
      book([{}]),
      facts("?S0DEV"),
      "deny",
      "rule: rule 1",
    ],
  ] as const)("%s", (_what, asked, policy, known, outcome, line) => {
    const [role = "", time = ""] = asked.split(" ");
    const verdict = judge(policy, { role, duration: ms(time) }, known);
    expect([verdict.outcome, verdict.by.line]).toEqual([outcome, line]);
    expect(refusalIn(verdict) !== null).toBe(outcome === "deny");
  });

  test("each line has its part, and says why", () => {
    const policy = book([{ when: { ...ext, role: ["admin"] } }, { when: dev, then: "approve" }, {}], {
      grantsPerPerson: 3,
    });
    const { parts } = judge(policy, { role: "guest", duration: HOUR }, facts("S0DEV"));
    expect(parts.map(({ line, says, because }) => `${line} · ${says} · ${because}`)).toEqual([
      "person · pass · member of the workspace",
      "duration · pass · 1h of at most 7d",
      "requester · pass · guest is for everybody",
      "rule: rule 1 · pass · does not match: for admin",
      "rule: rule 2 · approve · in S0DEV",
      "rule: rule 3 · pass · rule: rule 2 matches before it",
      "limits · pass · counted when the request is made",
      "approval · ask · asks S0SRE",
    ]);
  });

  test("a denial says by which rule, in its words, and of a limit when it frees", () => {
    const say = { en: "No.", zh: "不。" };
    const denied = (policy: Rulebook, known: AskerFacts) =>
      refusalIn(judge(policy, { role: "guest", duration: HOUR }, known));
    expect(denied(book([{ say }]), facts(""))).toEqual({
      kind: "rule-denies",
      role: "guest",
      rule: "rule 1",
      say,
    });
    const full = { open: 3, nextEndsAt: 5, lastHour: 9, againAt: 7 };
    expect(denied(book([], { grantsPerPerson: 3 }), facts("", { history: full }))).toEqual({
      kind: "too-many-grants",
      max: 3,
      at: 5,
    });
    expect(denied(book([], { requestsPerHour: 9 }), facts("", { history: full }))).toEqual({
      kind: "too-many-requests",
      max: 9,
      at: 7,
    });
  });

  test("a role that there is not", () => {
    for (const role of ["gest", "constructor"])
      expect(() => judge(book(), { role, duration: HOUR }, facts(""))).toThrow(
        expect.objectContaining({ refusal: expect.objectContaining({ kind: "unknown-role", role }) }),
      );
  });
});

const ms = (time: string) => {
  const [, hours = "0", minutes = "0"] = /^(?:(\d+)h)?(?:(\d+)m)?$/.exec(time) ?? [];
  return Number(hours) * HOUR + Number(minutes) * MINUTE;
};

describe("isOffered", () => {
  test.each([
    ["without rules", "guest", book(), "", true],
    ["a role for others", "admin", book(), "S0EXT", false],
    ["a role for certain people, of whom nothing is known", "admin", book(), "?S0DEV", null],
    ["denied to them", "guest", book([{ when: ext }]), "S0EXT", false],
    ["denied for short times alone", "guest", book([{ when: { ...ext, max: "2h" } }]), "S0EXT", true],
    [
      "approved for short times, and else denied",
      "guest",
      book([{ when: { max: "2h" }, then: "approve" }, {}]),
      "",
      true,
    ],
    ["denied up to what it lasts at most", "peek", book([{ when: { max: "1d" } }]), "", false],
    ["whether it is denied is not known", "guest", book([{ when: ext }]), "?S0EXT", null],
  ] as const)("%s", (_what, role, policy, groups, offered) =>
    expect(isOffered(policy, role, facts(groups))).toBe(offered),
  );
});

const principals = ["S0A", "S0B", "S0C"].map((p) => Principal.parse(p));
const someRules = fc.array(
  fc.record({
    when: fc.record(
      {
        requester: fc.subarray(principals, { minLength: 1 }).map((all) => ({ in: [...all] })),
        role: fc.subarray(["guest", "peek", "admin"], { minLength: 1 }).map((all) => [...all]),
        max: fc.constantFrom("30m", "1h", "2h"),
      },
      { requiredKeys: [] },
    ),
    then: fc.constantFrom("deny", "approve"),
  }),
  { maxLength: 5 },
);
const someTerms = fc.record({
  role: fc.constantFrom("guest", "peek", "admin"),
  duration: fc.constantFrom(MINUTE, 30 * MINUTE, HOUR, 90 * MINUTE, 2 * HOUR, DAY),
});
/** Of each group whether they are in it. */
const someGroups = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean());
const known = (isIn: readonly (boolean | null)[]): AskerFacts =>
  factsOfMember((who) => {
    const all = who.map((p) => isIn[principals.indexOf(p)] ?? false);
    if (all.includes(true)) return true;
    return who.some((p) => isIn[principals.indexOf(p)] === null) ? null : false;
  });

test("what is not known leaves the outcome open, or it does not matter", () =>
  fc.assert(
    fc.property(someRules, someTerms, someGroups, someGroups, (rules, terms, groups, hidden) => {
      const policy = book(rules);
      const guessed = judge(policy, terms, known(groups.map((is, i) => (hidden[i] ? null : is)))).outcome;
      const { outcome } = judge(policy, terms, known(groups));
      if (guessed !== "unknown") expect(guessed).toBe(outcome);
    }),
    { numRuns: 1_000 },
  ));

test("only of those who matter it is asked whether somebody is among them", () =>
  fc.assert(
    fc.property(someRules, someTerms, someGroups, (rules, terms, groups) => {
      const policy = book(rules);
      const lists = whoMatters(policy, terms.role);
      const isAmong = (who: readonly Principal[]) => {
        expect(lists).toContain(who);
        return known(groups).isAmong(who);
      };
      judge(policy, terms, factsOfMember(isAmong));
    }),
  ));

test("what is offered can be had for some time, and what is not, for none", () =>
  fc.assert(
    fc.property(someRules, someTerms, someGroups, (rules, { role, duration }, groups) => {
      const policy = book(rules);
      const may = judge(policy, { role, duration }, known(groups)).outcome !== "deny";
      const longest = sampleRoles[role as "guest"].duration.max;
      if (may && duration <= longest) expect(isOffered(policy, role, known(groups))).toBe(true);
    }),
    { numRuns: 1_000 },
  ));
