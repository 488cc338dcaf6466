/** What the policy says of a request: terms, limits, rules, approvers, who left, and the company's check. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as approvers from "../../src/policy/approvers.ts";
import { askCompany, pingCompany } from "../../src/policy/company-check.ts";
import { checkCounts, checkTerms, checkTotal, Limits, type RequestTerms } from "../../src/policy/limits.ts";
import { canWrite, type PathRule } from "../../src/policy/path-rules.ts";
import type { Policy } from "../../src/policy/policy.ts";
import {
  approvalRule,
  approversFor,
  type CompanyCheck,
  channelFor,
  findRole,
  Roles,
} from "../../src/policy/roles.ts";
import { decideByRules, Rule } from "../../src/policy/rules.ts";
import { hasLeft } from "../../src/policy/who-left.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/request/durations.ts";
import { GroupId, type Principal, RequestId, UserId } from "../../src/request/ids.ts";
import type { Groups, Person } from "../../src/request/people.ts";
import { type Approval, type Request, untouched } from "../../src/request/record.ts";
import { Refused } from "../../src/request/refused.ts";
import { secret } from "../../src/request/secret.ts";

const NOW = Date.parse("2026-12-02T10:00:00Z");
const words = { en: "x", zh: "x" };
const times = { default: "1h", max: "8h" };
const roles = Roles.parse({
  guest: { clusterRole: "g", description: words, duration: times, approval: { by: ["S0SRE"] } },
  peek: { clusterRole: "g", description: words, duration: times, approval: "none" },
  night: {
    ...{ clusterRole: "g", description: words, duration: times, approval: { by: ["S0SRE"] } },
    breakGlass: { by: ["S0ONCALL"], max: "1h", review: ["S0LEADS"] },
  },
  admin: {
    ...{ clusterRole: "a", description: words, duration: { ...times, total: "12h" } },
    reason: { required: true, pattern: "[A-Z]+-\\d+", hint: { en: "a ticket", zh: "工单号" } },
    requester: { in: ["S0DEV", "U0EVE"] },
    approval: {
      ...{ by: ["U0BOB", "S0SRE"], count: 2, channel: "C0ADMINS" },
      fallback: { by: ["S0LEADS"], after: "1h" },
    },
    breakGlass: { by: ["S0ONCALL"], max: "1h", review: ["S0LEADS", "U0BOB"] },
  },
});

function policyWith(rules: unknown[] = [], limits: object = {}): Policy {
  const parsed = { rules: rules.map((rule) => Rule.parse(rule)), limits: Limits.parse(limits) };
  const place = { instance: "test", hub: { name: "Karpor" }, passkeys: {} };
  return { ...place, roles, ...parsed, admins: ["U0ROOT" as UserId], reminders: [] };
}
const policy = policyWith();

const user = (name: string): UserId => UserId.parse(`U0${name.toUpperCase()}`);
const person = (name: string, standing: Person["standing"] = "member"): Person => ({
  ...{ id: user(name), name, title: "", zone: "UTC", locale: "en", standing, lookedUpAt: NOW },
});
/** "S0SRE: bob alice; S0DEV: dana": Slack lists these groups alone. */
const groups = (text: string): Groups => ({
  lookedUpAt: NOW,
  members: new Map(
    text
      .split(";")
      .map((one) => one.trim().split(/[:\s]+/))
      .map(([group = "", ...names]) => [group, new Set(names.filter(Boolean).map(user))] as const),
  ),
});
const TEAM = groups("S0SRE: alice carl; S0DEV: dana carl; S0LEADS: lea; S0ONCALL: dana; S0EXT: mallory");

const requestOf = (over: Partial<Request> = {}): Request => ({
  ...{
    id: RequestId.parse("R-0123456789"),
    version: "v",
    account: "uid",
    clusterRole: "a",
  },
  ...{ requester: user("dana"), askedBy: user("dana"), role: "admin", duration: HOUR, reason: "OPS-1 index" },
  ...{ emergency: false, startsAt: null, follows: null, prolongsFrom: null, askedAt: NOW },
  lapsesAt: NOW + HOUR,
  usedBefore: 0,
  replaces: null,
  ...untouched(),
  state: "waiting",
  ...over,
});

/** "code key=value …" of what is refused, "ok" of what is not. */
function outcome(work: () => unknown): string {
  try {
    const result = work();
    return typeof result === "string" ? result : "ok";
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { code, data } = error.note;
    return [code, ...Object.entries(data).map(([key, value]) => `${key}=${value}`)].join(" ");
  }
}

const FIRST = "R-0123456789";
const TERMS: RequestTerms = {
  ...{ role: "guest", duration: HOUR, reason: "", startsAt: null, emergency: false },
  follows: null,
};
const ticket = { role: "admin", reason: "see OPS-12" };

describe("terms", () => {
  test.each<[string, Partial<RequestTerms>, string]>([
    ["the usual", {}, "ok"],
    ["no such role", { role: "gest" }, "unknown-role role=gest"],
    ["a word of every object", { role: "constructor" }, "unknown-role role=constructor"],
    ["the shortest", { duration: MINUTE }, "ok"],
    ["shorter", { duration: MINUTE - 1 }, `too-short min=${MINUTE}`],
    ["the longest", { duration: 8 * HOUR }, "ok"],
    ["longer", { duration: 8 * HOUR + 1 }, `too-long role=guest max=${8 * HOUR}`],
    ["more time, the total", { ...ticket, follows: FIRST, duration: 4 * HOUR, usedBefore: 8 * HOUR }, "ok"],
    [
      "more time, beyond the total",
      { ...ticket, follows: FIRST, duration: 5 * HOUR, usedBefore: 8 * HOUR },
      `total-too-long role=admin max=${12 * HOUR} left=${4 * HOUR}`,
    ],
    ["no reason", { role: "admin" }, "reason-missing role=admin"],
    ["only space", { role: "admin", reason: " \n" }, "reason-missing role=admin"],
    ["a ticket anywhere", ticket, "ok"],
    ["no ticket", { role: "admin", reason: "index" }, "reason-pattern role=admin"],
    ["500 characters", { reason: "x".repeat(500) }, "ok"],
    ["501 characters", { reason: "x".repeat(501) }, "reason-too-long limit=500"],
    ["an emergency without a ticket", { role: "admin", reason: "down", emergency: true }, "ok"],
    ["an emergency without a reason", { role: "night", emergency: true }, "reason-missing role=night"],
    ["the same role without an emergency", { role: "night" }, "ok"],
    [
      "an emergency longer than it may be",
      { role: "admin", reason: "down", emergency: true, duration: 2 * HOUR },
      `too-long role=admin max=${HOUR}`,
    ],
    ["an emergency of a role without", { emergency: true, reason: "down" }, "no-emergency role=guest"],
    ["later", { startsAt: NOW + 30 * DAY }, "ok"],
    ["now", { startsAt: NOW }, `bad-start at=${NOW}`],
    ["too late", { startsAt: NOW + 30 * DAY + 1 }, `start-too-far max=${30 * DAY}`],
    ["stored, its start has come", { startsAt: NOW - HOUR, askedAt: NOW - DAY }, "ok"],
    ["more time, later", { startsAt: NOW + HOUR, follows: FIRST }, "must-start-now"],
    ["an emergency, later", { ...ticket, startsAt: NOW + HOUR, emergency: true }, "must-start-now"],
  ])("%s", (_, terms, expected) => {
    expect(outcome(() => checkTerms(policy, { ...TERMS, ...terms }, NOW))).toBe(expected);
  });

  test("a pattern that makes a backtracking engine hang is tried in linear time", () => {
    const hint = { en: "x", zh: "x" };
    const slow = Roles.parse({ slow: { ...roleFile, reason: { required: true, pattern: "^(a+)+$", hint } } });
    const work = () =>
      checkTerms({ ...policy, roles: slow }, { ...TERMS, role: "slow", reason: `${"a".repeat(499)}!` }, NOW);
    const began = performance.now();
    expect(outcome(work)).toBe("reason-pattern role=slow");
    expect(performance.now() - began).toBeLessThan(500);
  });

  test.each<[string, number, number, string]>([
    ["guest", 4 * HOUR, 4 * HOUR, "ok"],
    ["guest", 4 * HOUR, 4 * HOUR + 1, `total-too-long role=guest max=${8 * HOUR} left=${4 * HOUR}`],
    ["admin", 12 * HOUR, MINUTE, `total-too-long role=admin max=${12 * HOUR} left=0`],
  ])("total of %s: %d and %d more", (role, used, added, expected) => {
    expect(
      outcome(() =>
        checkTotal(findRole(policy, role), { ...TERMS, role, duration: added, usedBefore: used }),
      ),
    ).toBe(expected);
  });

  test.each<[object, [open: number, asked: number, grants: number], string]>([
    [{}, [19, 59, 1000], "ok"],
    [{}, [20, 0, 0], "too-many-open limit=20"],
    [{}, [0, 60, 0], "too-many-asks limit=60"],
    [{ grantsPerPerson: 3 }, [0, 0, 2], "ok"],
    [{ grantsPerPerson: 3 }, [0, 0, 3], "too-many-grants limit=3"],
    [{ openPerPerson: 1, requestsPerHour: 2 }, [0, 2, 0], "too-many-asks limit=2"],
  ])("limits %j with %j", (limits, [open, asksLastHour, grants], expected) => {
    expect(outcome(() => checkCounts(policyWith([], limits), { open, asksLastHour, grants }))).toBe(expected);
  });
});

const roleFile = { clusterRole: "g", description: words, duration: times, approval: { by: ["S0SRE"] } };

describe("rules", () => {
  const contractors = {
    ...{
      name: "no contractors",
      when: { requester: { in: ["S0EXT"] }, role: ["guest", "peek"] },
      then: "deny",
    },
    say: { en: "Not you.", zh: "不行。" },
  };
  const short = {
    name: "short",
    when: { requester: { in: ["S0DEV"] }, role: ["guest"], max: "2h" },
    then: "approve",
  };
  const until = { name: "december", when: { role: ["guest"] }, until: "2026-12-02", then: "approve" };
  const freeze = { name: "freeze", then: "deny", until: "2026-12-31" };
  const anew = { name: "anew", when: { extension: false }, then: "approve" };
  const more = { name: "more", when: { extension: true }, then: "approve" };
  const denied = "rule-denies rule=no contractors en=Not you. zh=不行。";
  const endOfDay = Date.parse("2026-12-03T00:00:00Z");
  const urgent = { role: "admin", emergency: true };

  interface Given {
    rules?: unknown[];
    who?: Person;
    asker?: Person;
    request?: Partial<Request>;
    usedBefore?: number;
    now?: number;
  }
  const guest = { role: "guest" };
  test.each<[string, Given, string]>([
    ["nobody's rule: people are asked", { request: guest }, "ask"],
    ["approval: none", { request: { role: "peek" } }, "approved by none"],
    ["no such role any more", { request: { role: "gone" } }, "unknown-role role=gone"],
    ["in the group", {}, "ask"],
    ["named", { who: person("eve") }, "ask"],
    ["in neither", { who: person("mallory") }, "may-not-ask role=admin"],
    ["a guest of Slack", { who: person("dana", "guest") }, "not-a-member standing=guest user=U0DANA"],
    ["one who left", { who: person("dana", "left") }, "not-a-member standing=left user=U0DANA"],
    ["a stranger", { who: person("dana", "stranger") }, "not-a-member standing=stranger user=U0DANA"],
    ["asked by a bot", { asker: person("robot", "bot") }, "not-a-member standing=bot user=U0ROBOT"],
    [
      "for somebody else, whom a rule approves",
      { asker: person("mallory"), rules: [short], request: guest },
      "ask",
    ],
    [
      "for somebody else, whom a later rule denies",
      { asker: person("mallory"), rules: [short, freeze], request: guest },
      "rule-denies rule=freeze why=until 2026-12-31",
    ],
    [
      "for somebody else, without an approval",
      { asker: person("mallory"), request: { role: "peek" } },
      "not-for-others role=peek user=U0DANA",
    ],
    [
      "an emergency for somebody else",
      { asker: person("mallory"), request: urgent },
      "not-for-others role=admin user=U0DANA",
    ],
    [
      "for a contractor, by a developer",
      { who: person("mallory"), asker: person("dana"), rules: [contractors], request: guest },
      denied,
    ],
    ["a rule denies", { who: person("mallory"), rules: [contractors], request: guest }, denied],
    [
      "a rule denies before approval: none",
      { who: person("mallory"), rules: [contractors], request: { role: "peek" } },
      denied,
    ],
    ["a denying rule of other people", { rules: [contractors], request: guest }, "ask"],
    ["a rule approves", { rules: [short], request: { ...guest, duration: 2 * HOUR } }, "approved by short"],
    ["a rule approves less", { rules: [short], request: { ...guest, duration: 2 * HOUR + 1 } }, "ask"],
    ["a rule approves another role", { rules: [short] }, "ask"],
    [
      "long access in pieces",
      { rules: [short], request: { ...guest, follows: RequestId.parse(FIRST) }, usedBefore: HOUR + 1 },
      "ask",
    ],
    [
      "short access in pieces",
      { rules: [short], request: { ...guest, follows: RequestId.parse(FIRST) }, usedBefore: HOUR },
      "approved by short",
    ],
    [
      "the first rule wins",
      { who: person("mallory"), rules: [{ ...anew, name: "all" }, contractors], request: guest },
      "approved by all",
    ],
    ["only anew", { rules: [anew], request: { follows: RequestId.parse(FIRST) } }, "ask"],
    ["only more time", { rules: [more], request: { follows: RequestId.parse(FIRST) } }, "approved by more"],
    ["more time alone", { rules: [more] }, "ask"],
    ["until: its last day", { rules: [until], request: guest, now: endOfDay - 1 }, "approved by december"],
    ["until: the day after", { rules: [until], request: guest, now: endOfDay }, "ask"],
    ["until: starts the day after", { rules: [until], request: { ...guest, startsAt: endOfDay } }, "ask"],
    ["a freeze", { rules: [freeze] }, "rule-denies rule=freeze why=until 2026-12-31"],
    ["after a freeze", { rules: [freeze], request: { startsAt: Date.parse("2027-01-01") } }, "ask"],
    ["an emergency", { request: urgent }, "approved by emergency"],
    [
      "an emergency of one who is not on call",
      { who: person("carl"), request: urgent },
      "no-emergency role=admin",
    ],
    [
      "an emergency under a freeze",
      { rules: [freeze], request: urgent },
      "rule-denies rule=freeze why=until 2026-12-31",
    ],
    [
      "an emergency that a rule would approve",
      { who: person("carl"), rules: [anew], request: urgent },
      "no-emergency role=admin",
    ],
  ])(
    "%s",
    (_, { rules = [], who = person("dana"), asker = who, request, usedBefore = 0, now = NOW }, expected) => {
      const facts = { request: requestOf(request), requester: who, asker, groups: TEAM, usedBefore, now };
      const say = () => {
        const ruling = decideByRules(policyWith(rules), facts);
        return ruling.kind === "ask" ? "ask" : `approved by ${ruling.rule}`;
      };
      expect(outcome(say)).toBe(expected);
    },
  );
});

describe("days and hours", () => {
  const berlin = { days: ["mon-fri"], hours: "09:00-18:00", zone: "Europe/Berlin" };
  const nights = { days: ["fri-sun"], hours: "22:00-06:00", zone: "Asia/Shanghai" };
  const ruling = (when: object, over: Partial<Request>, now: string) => {
    const facts = {
      request: requestOf({ role: "guest", ...over }),
      ...{ requester: person("dana"), asker: person("dana"), groups: TEAM, usedBefore: 0 },
      now: Date.parse(now),
    };
    return decideByRules(policyWith([{ name: "week", when, then: "approve" }]), facts).kind;
  };
  const at = (text: string) => Date.parse(text);

  test.each<[string, object, Partial<Request>, string, "approved" | "ask"]>([
    ["at the first minute", berlin, {}, "2026-12-02T09:00:00+01:00", "approved"],
    ["a minute before", berlin, {}, "2026-12-02T08:59:59+01:00", "ask"],
    ["in the last minute", berlin, {}, "2026-12-04T17:59:59+01:00", "approved"],
    ["at the end", berlin, {}, "2026-12-04T18:00:00+01:00", "ask"],
    ["on a Saturday", berlin, {}, "2026-12-05T12:00:00+01:00", "ask"],
    ["by summer time", berlin, {}, "2026-07-03T09:00:00+02:00", "approved"],
    [
      "where it begins, not where it is asked",
      berlin,
      { startsAt: at("2026-12-05T12:00:00+01:00") },
      "2026-12-04T12:00:00+01:00",
      "ask",
    ],
    [
      "asked at night for the day",
      berlin,
      { startsAt: at("2026-12-04T12:00:00+01:00") },
      "2026-12-04T02:00:00+01:00",
      "approved",
    ],
    [
      "more time that begins in the evening",
      berlin,
      { follows: RequestId.parse(FIRST), prolongsFrom: at("2026-12-04T19:00:00+01:00") },
      "2026-12-04T17:00:00+01:00",
      "ask",
    ],
    ["past midnight, of the day before", nights, {}, "2026-12-05T05:59:00+08:00", "approved"],
    ["past midnight, of a day that is not named", nights, {}, "2026-12-04T05:59:00+08:00", "ask"],
    ["past midnight into Monday", nights, {}, "2026-12-07T01:00:00+08:00", "approved"],
    ["the evening of Monday", nights, {}, "2026-12-07T23:00:00+08:00", "ask"],
    ["days without hours", { days: ["sat", "sun"], zone: "UTC" }, {}, "2026-12-06T23:59:59Z", "approved"],
    ["hours without days", { hours: "12:00-24:00", zone: "UTC" }, {}, "2026-12-06T23:59:59Z", "approved"],
  ])("%s", (_, when, over, now, expected) => {
    expect(ruling(when, over, now)).toBe(expected);
  });

  test.each<[string, object]>([
    ["no zone", { days: ["mon-fri"] }],
    ["nothing but a zone", { zone: "UTC" }],
    ["no such zone", { ...berlin, zone: "Europe/Nowhere" }],
    ["no such day", { ...berlin, days: ["monday"] }],
    ["no hours", { ...berlin, hours: "9-18" }],
    ["hours that begin where they end", { ...berlin, hours: "09:00-09:00" }],
  ])("is refused in the file: %s", (_, when) => {
    expect(Rule.safeParse({ name: "week", when, then: "deny" }).success).toBe(false);
  });
});

test.each<[clusterRole: string, verbs: PathRule["verbs"] | null, writes: boolean]>([
  ["karpor-admin", null, true],
  ["karpor-guest", null, false],
  ["somebody-elses", null, false],
  ["made-by-setup", ["get", "head"], false],
  ["made-by-setup", ["get", "patch"], true],
  ["made-by-setup", ["*"], true],
])("whether a role writes, as far as the file tells: %s %j", (clusterRole, verbs, writes) => {
  const rules = verbs ? [{ nonResourceURLs: ["/search"], verbs }] : undefined;
  expect(canWrite({ clusterRole, rules })).toBe(writes);
});

describe("approvers", () => {
  const by = (...names: string[]): Approval[] =>
    names.map((name) => ({ by: user(name), rule: null, at: NOW, time: HOUR }));
  const ruled: Approval[] = [{ by: null, rule: "short", at: NOW, time: HOUR }];
  const everybody = (...gone: string[]) =>
    new Map(
      ["alice", "bob", "carl", "dana", "lea", "mallory"].map((name) => [
        user(name),
        person(name, gone.includes(name) ? "left" : "member"),
      ]),
    );

  test.each<[string, Partial<Request>, Groups, string[], string, boolean]>([
    ["one of two", { approvals: by("alice") }, TEAM, [], "alice", false],
    ["two of two", { approvals: by("alice", "bob") }, TEAM, [], "alice bob", true],
    ["one, twice", { approvals: by("alice", "alice") }, TEAM, [], "alice alice", false],
    ["one left Slack since", { approvals: by("alice", "bob") }, TEAM, ["bob"], "alice", false],
    ["one left the group since", { approvals: by("alice", "bob") }, groups("S0SRE: carl"), [], "bob", false],
    ["the fallback, not asked yet", { approvals: by("alice", "lea") }, TEAM, [], "alice", false],
    ["the fallback", { approvals: by("alice", "lea"), fallback: true }, TEAM, [], "alice lea", true],
    ["the requester", { approvals: by("alice", "carl"), requester: user("carl") }, TEAM, [], "alice", false],
    [
      "who asked for them",
      { approvals: by("alice", "carl"), askedBy: user("carl") },
      TEAM,
      [],
      "alice",
      false,
    ],
    ["somebody who may not", { approvals: by("mallory", "bob") }, TEAM, [], "bob", false],
    ["a rule that approved before", { approvals: ruled }, TEAM, [], "", false],
    ["a role that is gone", { approvals: by("alice", "bob"), role: "gone" }, TEAM, [], "", false],
  ])("counts: %s", async (_, over, looked, gone, counted, enough) => {
    const request = requestOf(over);
    const found = await approvers.countApprovals(policy, request, {
      people: everybody(...gone),
      groups: looked,
    });
    expect(found.map((one) => one.by)).toEqual(counted.split(" ").filter(Boolean).map(user));
    expect(approvers.isApproved(policy, request, found)).toBe(enough);
  });

  test("a rule's own approval is enough, and none is never", () => {
    expect(approvers.isApproved(policy, requestOf(), ruled)).toBe(true);
    expect(approvers.isApproved(policy, requestOf({ role: "peek" }), [])).toBe(false);
  });

  test.each<[string, Person, Partial<Request>, string]>([
    ["an approver", person("alice"), {}, "ok"],
    ["one who left", person("alice", "left"), {}, "not-an-approver role=admin id=R-0123456789"],
    [
      "somebody else",
      person("dana"),
      { requester: user("eve"), askedBy: user("eve") },
      "not-an-approver role=admin id=R-0123456789",
    ],
    [
      "the requester, an approver too",
      person("carl"),
      { requester: user("carl") },
      "own-request role=admin id=R-0123456789",
    ],
    [
      "the asker, an approver too",
      person("carl"),
      { askedBy: user("carl") },
      "own-request role=admin id=R-0123456789",
    ],
    ["the fallback too early", person("lea"), {}, "not-an-approver role=admin id=R-0123456789"],
    ["the fallback", person("lea"), { fallback: true }, "ok"],
    ["an admin", person("root"), {}, "not-an-approver role=admin id=R-0123456789"],
    [
      "of a role without approvers",
      person("alice"),
      { role: "peek" },
      "not-an-approver role=peek id=R-0123456789",
    ],
  ])("approve: %s", (_, who, over, expected) => {
    expect(outcome(() => approvers.assertMayApprove(policy, requestOf(over), who, TEAM))).toBe(expected);
  });

  test.each<[string, Partial<Request>, Groups, string]>([
    ["enough others", {}, TEAM, "ok"],
    ["by name and fallback", {}, groups("S0LEADS: lea"), "ok"],
    [
      "themselves does not count",
      {},
      groups("S0SRE: dana; S0LEADS:"),
      "no-approver role=admin needed=2 count=1",
    ],
    [
      "who asked does not count",
      { askedBy: user("bob") },
      groups("S0SRE: bob alice; S0LEADS:"),
      "no-approver role=admin needed=2 count=1",
    ],
    [
      "one who is named and in the group counts once",
      {},
      groups("S0SRE: bob; S0LEADS:"),
      "no-approver role=admin needed=2 count=1",
    ],
    ["a group that Slack does not list", {}, groups("S0SRE:"), "group-unknown group=S0LEADS"],
    ["an empty group", { role: "guest" }, groups("S0SRE:"), "no-approver role=guest needed=1 count=0"],
    ["nobody needs to", { role: "peek" }, groups("S0SRE:"), "ok"],
  ])("can be approved: %s", (_, over, looked, expected) => {
    expect(outcome(() => approvers.assertCanBeApproved(policy, requestOf(over), looked))).toBe(expected);
  });

  test.each<[who: string, over: Partial<Request>, revoke: boolean, review: boolean, admin: boolean]>([
    ["dana", {}, true, false, false],
    ["alice", {}, true, false, false],
    ["bob", {}, true, true, false],
    ["bob", { askedBy: user("bob") }, true, false, false],
    ["bob", { requester: user("bob") }, true, false, false],
    ["lea", {}, true, true, false],
    ["root", {}, true, true, true],
    ["mallory", {}, false, false, false],
    ["alice", { role: "gone" }, false, false, false],
    ["root", { role: "gone" }, true, true, true],
  ])("%s %j: revoke %s, review %s, admin %s", (name, over, revoke, review, admin) => {
    const request = requestOf(over);
    expect(approvers.mayRevoke(policy, request, user(name), TEAM)).toBe(revoke);
    expect(approvers.mayReview(policy, request, user(name), TEAM)).toBe(review);
    expect(approvers.isAdmin(policy, user(name), TEAM)).toBe(admin);
  });

  test("groups that matter: of the role, of the rules, of the admins", () => {
    const rule = { name: "x", when: { requester: { in: ["S0EXT", "U0X"] } }, then: "deny" };
    const full = { ...policyWith([rule]), admins: [GroupId.parse("S0ADMINS"), user("root")] as Principal[] };
    const all = ["S0ADMINS", "S0DEV", "S0SRE", "S0LEADS", "S0ONCALL", "S0EXT"];
    expect(approvers.groupsFor(full, "admin")).toEqual(all);
    expect(approvers.groupsFor(full, "guest")).toEqual(["S0ADMINS", "S0SRE", "S0EXT"]);
    expect(approvers.groupsFor(full, null)).toEqual(["S0ADMINS"]);
    expect(approvers.groupsFor(full, "gone")).toEqual(["S0ADMINS"]);
  });

  test("who is asked, and where", () => {
    const config = { roles, slack: { channel: "C0USUAL" } };
    expect(approversFor(findRole(policy, "admin"), false)).toEqual(["U0BOB", "S0SRE"]);
    expect(approversFor(findRole(policy, "admin"), true)).toEqual(["U0BOB", "S0SRE", "S0LEADS"]);
    expect(approversFor(findRole(policy, "peek"), true)).toEqual([]);
    expect(["admin", "guest", "gone"].map((name) => channelFor(config, name))).toEqual([
      "C0ADMINS",
      "C0USUAL",
      "C0USUAL",
    ]);
    expect(["admin", "peek", "toString"].map((name) => approvalRule(config, name)?.count)).toEqual([
      2,
      undefined,
      undefined,
    ]);
  });

  test.each<[string, Person, Partial<Request>, Groups, boolean]>([
    ["as before", person("dana"), {}, TEAM, false],
    ["left Slack", person("dana", "left"), {}, TEAM, true],
    ["became a guest", person("dana", "guest"), { role: "guest" }, TEAM, true],
    ["left the group", person("dana"), {}, groups("S0DEV: carl"), true],
    ["a group that Slack does not list", person("dana"), {}, groups("S0SRE: dana"), false],
    ["a role for everybody", person("dana"), { role: "guest" }, groups("S0DEV: carl"), false],
    ["a role that is gone", person("dana"), { role: "gone" }, TEAM, false],
  ])("left: %s", (_, who, over, looked, expected) => {
    expect(hasLeft(policy, requestOf(over), who, looked)).toBe(expected);
  });
});

describe("the company's check", () => {
  const ALLOWING = JSON.stringify({ answer: "allow" });
  const SECRET = Buffer.from("0123456789abcdef0123456789abcdef").toString("base64");
  interface Answer {
    status?: number;
    body?: string;
    headers?: Record<string, string>;
    after?: number;
  }
  let asked: { body: string; headers: Record<string, string> } = { body: "", headers: {} };
  let answer: (signed: (body: string, over?: { id?: string; at?: Date; key?: string }) => Answer) => Answer =
    () => ({});
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    asked = { body, headers: request.headers as Record<string, string> };
    const reply = answer(
      (text, { id = asked.headers["webhook-id"] ?? "", at = new Date(), key = SECRET } = {}) => {
        const [timestamp, signature] = [
          String(Math.floor(at.getTime() / SECOND)),
          new Webhook(key).sign(id, at, text),
        ];
        const headers = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature };
        return { body: text, headers };
      },
    );
    setTimeout(
      () => response.writeHead(reply.status ?? 200, reply.headers ?? {}).end(reply.body ?? ""),
      reply.after ?? 0,
    );
  });
  let config: Parameters<typeof askCompany>[0];
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/check`;
    const check = { url, secretEnv: "CHECK", within: "1s" };
    const checked = Roles.parse({ guest: roleFile, checked: { ...roleFile, check } });
    const secretNamed = (name: string) => (name === "CHECK" ? secret(SECRET) : null);
    config = { ...policy, roles: checked, hub: { name: "prod" }, secretNamed };
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const ask = (over: Partial<Request> = {}, asker = person("dana")) =>
    askCompany(
      config,
      { request: requestOf({ role: "checked", ...over }), requester: person("dana"), asker },
      () => NOW,
    );
  const said = (work: Promise<number | null>) =>
    work.then(
      (allowed) => `allows ${allowed === null ? "all" : allowed / MINUTE}`,
      (error: unknown) =>
        outcome(() => {
          throw error;
        }),
    );

  test("the question is signed, and holds all that the service needs", async () => {
    answer = (signed) => signed(ALLOWING);
    const first = { state: "asked", askedBy: user("bob"), emergency: true, granted: 30 * MINUTE } as const;
    expect(await said(ask(first, person("bob")))).toBe("allows all");
    expect(asked.headers["webhook-id"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Webhook(SECRET).verify(asked.body, asked.headers)).toEqual({
      ...{ hub: "prod", kind: "ask", request: FIRST, role: "checked", clusterRole: "a", seconds: 1800 },
      ...{ requester: { id: "U0DANA", name: "dana" }, askedBy: { id: "U0BOB", name: "bob" } },
      ...{ reason: "OPS-1 index", ticket: "OPS-1", emergency: true, extends: null, approvedBy: [] },
    });
  });

  test("before access is made it says who approved", async () => {
    answer = (signed) => signed(ALLOWING);
    const approvals: Approval[] = [
      { by: user("alice"), rule: null, at: NOW, time: HOUR },
      { by: null, rule: "short", at: NOW, time: HOUR },
    ];
    await ask({ approvals, reason: "no ticket", follows: RequestId.parse(FIRST) });
    const { kind, approvedBy, askedBy, ticket, extends: first } = JSON.parse(asked.body);
    expect([kind, approvedBy, askedBy, ticket, first]).toEqual([
      "mint",
      ["U0ALICE", "policy"],
      null,
      null,
      FIRST,
    ]);
  });

  test("a role without a check, or a secret that is not there", async () => {
    expect(await said(ask({ role: "guest" }))).toBe("allows all");
    const request = requestOf({ role: "checked" });
    const subject = { request, requester: person("dana"), asker: person("dana") };
    const work = askCompany({ ...config, secretNamed: () => null }, subject, () => NOW);
    expect(await said(work)).toBe("check-failed why=CHECK is not set");
  });

  test.each<[string, typeof answer, boolean | RegExp]>([
    ["as it should be", (signed) => signed('{"ok": true}'), true],
    ["of a service that does not know it", (signed) => signed(ALLOWING), false],
    ["that is not signed", () => ({ body: '{"ok": true}' }), /isn't signed/],
    ["that is the question", (signed) => signed(asked.body), false],
    ["with another status", (signed) => ({ ...signed('{"ok": true}'), status: 503 }), /it answers 503/],
  ])("the answer to a ping %s", async (_, reply, expected) => {
    answer = reply;
    const { check } = config.roles.checked ?? {};
    const told = await pingCompany(config, check as CompanyCheck).catch(({ note }: Refused) => note.data.why);
    if (typeof expected === "boolean") expect(told).toBe(expected);
    else expect(told).toMatch(expected);
    expect(new Webhook(SECRET).verify(asked.body, asked.headers)).toEqual({ hub: "prod", kind: "ping" });
  });

  const iso = (ms: number) => new Date(NOW + ms).toISOString();
  test.each<[string, object, Partial<Request>, string | RegExp]>([
    ["allow", { answer: "allow" }, {}, "allows all"],
    [
      "fields that it does not know",
      { answer: "allow", until: iso(90 * MINUTE), ticket: {} },
      {},
      "allows all",
    ],
    ["until shortens", { answer: "allow", until: iso(20 * MINUTE) }, {}, "allows 20"],
    ["until, of less", { answer: "allow", until: iso(20 * MINUTE) }, { granted: 10 * MINUTE }, "allows all"],
    ["until, in another zone", { answer: "allow", until: "2026-12-02T12:20:00+02:00" }, {}, "allows 20"],
    ["until, of later", { answer: "allow", until: iso(80 * MINUTE) }, { startsAt: NOW + HOUR }, "allows 20"],
    [
      "until, of more time",
      { answer: "allow", until: iso(80 * MINUTE) },
      { prolongsFrom: NOW + HOUR },
      "allows 20",
    ],
    [
      "until, too soon",
      { answer: "allow", until: iso(MINUTE - 1) },
      {},
      /^check-denies words=only until 2026/,
    ],
    ["until, no time", { answer: "allow", until: "tomorrow" }, {}, /^check-failed/],
    [
      "deny",
      { answer: "deny", say: " OPS-1 is not approved " },
      {},
      "check-denies words=OPS-1 is not approved",
    ],
    ["deny without words", { answer: "deny" }, {}, "check-denies words="],
    [
      "deny with many words",
      { answer: "deny", say: "语".repeat(300) },
      {},
      `check-denies words=${"语".repeat(200)}`,
    ],
    ["neither", { answer: "perhaps" }, {}, /^check-failed/],
  ])("answers %s", async (_, body, over, expected) => {
    answer = (signed) => signed(JSON.stringify(body));
    expect(await said(ask(over))).toMatch(
      typeof expected === "string" ? new RegExp(`^${expected}$`) : expected,
    );
  });

  test("until counts from when the answer came, not from when it was asked for", async () => {
    let time = NOW;
    answer = (signed) => {
      time += 8 * SECOND;
      return signed(JSON.stringify({ answer: "allow", until: iso(20 * MINUTE) }));
    };
    const request = requestOf({ role: "checked" });
    const now = () => time;
    const subject = { request, requester: person("dana"), asker: person("dana") };
    expect(await askCompany(config, subject, now)).toBe(20 * MINUTE - 8 * SECOND);
  });

  test.each<[string, typeof answer, RegExp]>([
    ["without a signature", () => ({ body: ALLOWING }), /isn't signed \(Missing required headers\)/],
    [
      "signed with another secret",
      (signed) => signed(ALLOWING, { key: btoa("x") }),
      /isn't signed \(No match/,
    ],
    ["signed for another body", (signed) => ({ ...signed("{}"), body: ALLOWING }), /isn't signed \(No match/],
    [
      "signed long ago",
      (signed) => signed(ALLOWING, { at: new Date(0) }),
      /isn't signed \(Message timestamp/,
    ],
    ["to another question", (signed) => signed(ALLOWING, { id: "x" }), /it answers another question/],
    ["that is the question", (signed) => signed(asked.body), /cannot be read/],
    ["with another status", (signed) => ({ ...signed(ALLOWING), status: 500 }), /it answers 500/],
    ["by a redirect", () => ({ status: 302, headers: { location: "/elsewhere" } }), /^check-failed/],
    ["no JSON", (signed) => signed("allow"), /^check-failed/],
    ["no answer", (signed) => signed("{}"), /cannot be read/],
    [
      "an answer over 64 KiB",
      (signed) => signed(JSON.stringify({ answer: "allow", more: "x".repeat(64 * 1024) })),
      /larger than 64 KiB/,
    ],
    ["too late", (signed) => ({ ...signed(ALLOWING), after: 1500 }), /timeout/],
  ])("fails closed: %s", async (_, reply, expected) => {
    answer = reply;
    expect(await said(ask())).toMatch(expected);
  });
});
