/** What each line of the command is read as, and which lines are refused. */
import { describe, expect, test } from "vitest";
import { correctedLine, parseCommand } from "../../src/inbound/grammar.ts";
import { startTime, type When } from "../../src/inbound/times.ts";
import { Limits } from "../../src/policy/limits.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { Role } from "../../src/policy/roles.ts";
import { DAY, HOUR, MINUTE } from "../../src/request/durations.ts";
import { Refused } from "../../src/request/refused.ts";

function read(text: string): unknown {
  try {
    return parseCommand(text);
  } catch (error) {
    if (error instanceof Refused)
      return `${error.note.code} ${error.note.data.typed ?? error.note.data.id ?? ""}`;
    throw error;
  }
}

const ask = (over: object) => ({
  ...{
    kind: "ask",
    requester: null,
    emergency: false,
    role: "guest",
    duration: null,
    start: null,
    reason: "",
  },
  ...over,
});
const next = (typed: string, minutes: number) => ({ typed, day: "next", minutes });

test.each([
  ["guest", ask({})],
  ["GUEST 8h looking at search", ask({ duration: 8 * HOUR, reason: "looking at search" })],
  ["  guest\t1h30m  why ", ask({ duration: 90 * MINUTE, reason: "why" })],
  ["guest 1w", ask({ duration: 7 * DAY })],
  ["guest 8小时 看日志", ask({ duration: 8 * HOUR, reason: "看日志" })],
  ["guest 8 小时", ask({ duration: 8 * HOUR })],
  ["guest 1 天 2 小时 30 分钟 看日志", ask({ duration: DAY + 150 * MINUTE, reason: "看日志" })],
  ["guest 1小时30分钟", ask({ duration: 90 * MINUTE })],
  ["ｇｕｅｓｔ　３０分钟", ask({ duration: 30 * MINUTE })],
  ["guest 2天", ask({ duration: 2 * DAY })],
  ["guest ８小时 从２２：００", ask({ duration: 8 * HOUR, start: next("22:00", 1320) })],
  ["guest 8h from 22:00 release", ask({ duration: 8 * HOUR, start: next("22:00", 1320), reason: "release" })],
  ["guest 从22:00", ask({ start: next("22:00", 1320) })],
  ["guest from tomorrow 09:00", ask({ start: { typed: "tomorrow 09:00", day: "tomorrow", minutes: 540 } })],
  [
    "guest 2h 从明天09:00 发布",
    ask({ duration: 2 * HOUR, start: { typed: "明天09:00", day: "tomorrow", minutes: 540 }, reason: "发布" }),
  ],
  [
    "guest from 2026-12-24 09:00",
    ask({ start: { typed: "2026-12-24 09:00", day: "2026-12-24", minutes: 540 } }),
  ],
  [
    "guest from 2026-12-24T09:00+01:00",
    ask({ start: { typed: "2026-12-24t09:00+01:00", at: Date.UTC(2026, 11, 24, 8) } }),
  ],
  ["for <@U1BOB|bob> guest 8h", ask({ requester: "U1BOB", duration: 8 * HOUR })],
  ["替<@U1BOB>guest", ask({ requester: "U1BOB" })],
  [
    "emergency for <@U1BOB> guest 1h down",
    ask({ requester: "U1BOB", emergency: true, duration: HOUR, reason: "down" }),
  ],
  ["紧急guest 1h 故障", ask({ emergency: true, duration: HOUR, reason: "故障" })],
  ["emergency", ask({ emergency: true, role: null })],
  // A reason is unescaped once, and keeps what only resembles a time.
  ["guest 1h a &lt;b&gt; &amp;amp; c", ask({ duration: HOUR, reason: "a <b> &amp; c" })],
  [
    "guest 1h with <@U1BOB|bob> in <#C1|ops>, <https://x.example/1|T-1>",
    ask({ duration: HOUR, reason: "with @bob in #ops, https://x.example/1" }),
  ],
  ["guest 8h 500 errors", ask({ duration: 8 * HOUR, reason: "500 errors" })],
  ["guest 8h from 10.0.0.1", "bad-start from 10.0.0.1"],
  ["guest 8h scaling from 3 to 5 pods", ask({ duration: 8 * HOUR, reason: "scaling from 3 to 5 pods" })],
  ["guest 8h upgrade from 1.25 to 1.26", ask({ duration: 8 * HOUR, reason: "upgrade from 1.25 to 1.26" })],
  ["guest 8h for 2 pods", ask({ duration: 8 * HOUR, reason: "for 2 pods" })],
  ["guest 2h fix for release 3", ask({ duration: 2 * HOUR, reason: "fix for release 3" })],
  ["guest an outage in eu", ask({ reason: "an outage in eu" })],
  [
    "guest from 2026-12-24T09:00:00.000Z",
    ask({ start: { typed: "2026-12-24t09:00:00.000z", at: Date.UTC(2026, 11, 24, 9) } }),
  ],
  ["guest from the docs team", ask({ reason: "from the docs team" })],
  ["guest 8h 收到3天前的告警", ask({ duration: 8 * HOUR, reason: "收到3天前的告警" })],
  ["guest today's deploy", ask({ reason: "today's deploy" })],
])("request: %s", (text, expected) => {
  expect(read(text)).toEqual(expected);
});

test.each([
  ...["fix deploy for 2 hours outage", "logs until today", "fix until 18:00", "2 hours outage", "until 18"],
  ...["today the deploy broke", "logs from yesterday", "and 30m", "at 22:00", "for the next hour"],
  ...["看日志到明天", "查从昨天的日志"],
])("after a time that was read the reason is free: guest 8h %s", (reason) => {
  expect(read(`guest 8h ${reason}`)).toEqual(ask({ duration: 8 * HOUR, reason }));
});

describe("what looks like a time and is none is refused, and nothing is guessed", () => {
  test.each([
    ...[
      "8",
      "8 hours",
      "1.5h",
      "2h,",
      "-1h",
      "+2h",
      "~2h",
      "2h30",
      "90minuts",
      "8个小时",
      "30 分钟 1 小时",
      "8 小时，看日志",
      "8小时左右",
      "3天前",
      "1h-2h",
    ],
    ...[
      "two hours",
      "half an hour",
      "an hour",
      "a few hours",
      "half",
      "one of the pods",
      "半天",
      "半小时",
      "两小时",
      "一个半小时",
    ],
    ...[
      "for 8h",
      "for two hours x",
      "until 18:00",
      "till tomorrow",
      "about 2h",
      "约2小时",
      "到18:00",
      "到明天",
    ],
    ...[
      "8h 30m",
      "8h 30m fix",
      "8h 30分钟",
      "for 3",
      "a couple pods",
      "a couple of hours",
      "for a while",
      "for the rest of the day",
      "until Dec 24",
    ],
  ])("time: guest %s", (rest) => {
    expect(read(`guest ${rest}`)).toMatch(/^bad-time ./);
  });
  test.each([
    ...[
      "from yesterday",
      "from 22",
      "from 25:00",
      "from 9am",
      "from monday",
      "from noon",
      "from now",
      "从昨天",
      "从三点",
    ],
    ...["from 2026-02-31 09:00", "from 2026-13-01T09:00Z", "from tomorrow", "from 22:00pm", "from in 2h"],
    ...["tomorrow 09:00", "tonight", "at 22:00", "明天 09:00", "22:00", "2026-12-24", "next week"],
    ...[
      "8h tomorrow 09:00",
      "8h 22:00",
      "8h from 22:00 from 23:00",
      "8h from 22:00 UTC",
      "from 22:00 tomorrow fix",
      "8h 明天 09:00 发布",
    ],
  ])("start: guest %s", (rest) => {
    expect(read(`guest ${rest}`)).toMatch(/^bad-start ./);
  });
});

test.each([
  "1h".repeat(4_000),
  "1 小时 ".repeat(1_500),
  `1h${"1".repeat(8_000)}`,
  " ".repeat(8_000),
  "for ".repeat(2_000),
  "半".repeat(8_000),
  "<@".repeat(4_000),
])("no line takes long to read: %.10s…", (long) => {
  const began = performance.now();
  for (const line of [`guest ${long}x`, `guest for ${long}`, `guest 1h why for ${long}x`, `revoke ${long}`])
    read(line);
  expect(performance.now() - began).toBeLessThan(1000);
});

const ID = "R-7K2Q9FXTAB";
const ANY = { id: null, role: null };

test.each([
  ["", { kind: "help" }],
  ["help me", { kind: "help" }],
  ["帮助", { kind: "help" }],
  ["Status", { kind: "status" }],
  ["状态", { kind: "status" }],
  ["pending", { kind: "pending" }],
  ["待办", { kind: "pending" }],
  ["生效中", { kind: "active" }],
  ["history", { kind: "history", person: null }],
  ["历史 <@U1BOB|bob>", { kind: "history", person: "U1BOB" }],
  ["history bob", "not-a-person bob"],
  ["show r-7k2q9fxtab", { kind: "show", id: ID }],
  ["show 1", "unknown-request 1"],
  ["more 1h still at it", { kind: "more", ...ANY, duration: HOUR, reason: "still at it" }],
  ["延长 1小时", { kind: "more", ...ANY, duration: HOUR, reason: "" }],
  ["more", { kind: "more", ...ANY, duration: null, reason: "" }],
  ["more still debugging", { kind: "more", ...ANY, duration: null, reason: "still debugging" }],
  ["more guest", { kind: "more", id: null, role: "guest", duration: null, reason: "" }],
  ["more guest 2h", { kind: "more", id: null, role: "guest", duration: 2 * HOUR, reason: "" }],
  [
    "more r-7k2q9fxt00 2h why",
    { kind: "more", id: "R-7K2Q9FXT00", role: null, duration: 2 * HOUR, reason: "why" },
  ],
  ["more an hour", "bad-time an hour"],
  ["guest 2h, a look", "bad-time 2h,"],
  ["guest 8小时看日志", "bad-time 8小时看日志"],
  ["more 1h from 22:00", "must-start-now "],
  ["end", { kind: "end", id: null, role: null }],
  [`结束 ${ID}`, { kind: "end", id: ID, role: null }],
  ["结束guest", { kind: "end", id: null, role: "guest" }],
  [
    `revoke ${ID} leaving the team until 18:00`,
    { kind: "revoke", id: ID, reason: "leaving the team until 18:00" },
  ],
  [`revoke ${ID}`, { kind: "revoke", id: ID, reason: "" }],
  ["revoke guest why", "unknown-request guest"],
  [
    "revoke all <@U1BOB> laptop stolen",
    { kind: "revoke-all", person: "U1BOB", role: null, reason: "laptop stolen" },
  ],
  ["撤销 全部 Guest 演练", { kind: "revoke-all", person: null, role: "guest", reason: "演练" }],
  ["revoke all <@U1BOB>", "reason-missing "],
  ["revoke all @bob stolen", "not-a-person @bob"],
  ["revoke all", "not-a-person "],
  ["lockdown everybody breach", { kind: "lockdown", person: null, reason: "breach" }],
  ["锁定 所有人 泄露", { kind: "lockdown", person: null, reason: "泄露" }],
  ["lockdown breach", { kind: "lockdown-form", person: null, reason: "breach" }],
  ["锁定 <@U1BOB> 丢失", { kind: "lockdown", person: "U1BOB", reason: "丢失" }],
  ["lockdown", { kind: "lockdown-form", person: null, reason: "" }],
  // Meant for one person: it must never lock everybody down.
  ["lockdown @bob stolen", "not-a-person @bob"],
  ["lockdown for @bob stolen", "not-a-person @bob"],
  ["lockdown for <@U1BOB> stolen", { kind: "lockdown", person: "U1BOB", reason: "stolen" }],
  ["lockdown <!subteam^S1|@sre> stolen", "not-a-person !subteam^S1"],
  ["unlock", { kind: "unlock", person: null, reason: "" }],
  ["unlock <@U1BOB> found", { kind: "unlock", person: "U1BOB", reason: "found" }],
  ["for bob guest 8h", "not-a-person bob"],
  // What people type is never a mention.
  ["for &lt;@U1BOB&gt; guest", "not-a-person <@U1BOB>"],
])("command: %s", (text, expected) => expect(read(text)).toEqual(expected));

const role = Role.parse({
  clusterRole: "karpor-guest",
  description: { en: "View", zh: "查看" },
  duration: { default: "1h", max: "8h" },
  reason: "required",
  approval: "none",
});
const policy: Policy = {
  instance: "test",
  hub: { name: "Karpor" },
  passkeys: {},
  roles: { guest: role },
  rules: [],
  limits: Limits.parse({}),
  admins: [],
  reminders: [],
};

test.each([
  ["gest 8h look", "guest 8h look"],
  ["for <@U1|gest> gest 8h a &amp; b", "for <@U1|gest> guest 8h a &amp; b"],
  ["stauts", "status"],
  [`shwo ${ID}`, `show ${ID}`],
  ["gest 9h too long", null],
  ["gest 8h", null],
  ["gest 8 hours look", null],
  ["gest 8h look until 18:00", "guest 8h look until 18:00"],
  ["emergency gest 1h down", null],
  ["shwo me", null],
  ["foo 8h look", null],
  ["foo <@U1BOB> guest", null],
  ["fromm 22:00", null],
  ["kubernetes 8h look", null],
])("nearest to %s: %s", (typed, line) => {
  expect(correctedLine(typed, null, policy, 0)).toBe(line);
  if (line) expect(() => parseCommand(line)).not.toThrow();
});

describe("a start, by the clock of whoever typed it", () => {
  const now = Date.parse("2026-10-24T20:30Z"); // 22:30 in Berlin, an hour of which comes twice in the night
  const start = (when: string, zone = "Europe/Berlin") => {
    const command = parseCommand(`guest from ${when}`) as { start: When };
    return new Date(startTime(command.start, { now, zone })).toISOString().slice(0, 16);
  };
  test.each([
    ["23:00", "2026-10-24T21:00"],
    ["22:00", "2026-10-25T21:00"],
    ["22:30", "2026-10-24T20:30"],
    ["02:30", "2026-10-25T00:30"],
    ["tomorrow 09:00", "2026-10-25T08:00"],
    ["2026-12-24 09:00", "2026-12-24T08:00"],
    ["2026-12-24T09:00Z", "2026-12-24T09:00"],
  ])("%s: %s", (when, at) => expect(start(when)).toBe(at));
  test("in another zone", () => expect(start("06:00", "Asia/Shanghai")).toBe("2026-10-24T22:00"));
  test.each(["2026-10-24 22:00", "2027-03-28 02:30"])("%s is over, or no clock shows it", (when) => {
    expect(() => start(when)).toThrow("bad-start");
  });
});
