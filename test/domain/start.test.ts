/** When access is to begin, as people type it: understood by their own clock, or refused; never taken for the reason. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { correctLine, lineOf, parseCommand } from "../../src/domain/command.ts";
import { DAY, HOUR, MINUTE } from "../../src/domain/duration.ts";
import { formatMoment, leadingMoment, type Moment } from "../../src/domain/moment.ts";
import { termsOf } from "../../src/domain/policy.ts";
import { Refused } from "../../src/domain/refusal.ts";
import { START_WITHIN_MS, startAt } from "../../src/domain/start.ts";
import { dateIn, timesOfDay } from "../../src/domain/zone.ts";
import { sampleRoles } from "./catalog.ts";

const asked = (text: string) => termsOf(parseCommand(text), sampleRoles);
const refusedKind = (work: () => unknown) => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error.refusal.kind;
  }
};

test.each<[string, Moment, number, string]>([
  ["2h from 22:00 release window", { day: "next", minutes: 1320 }, 2 * HOUR, "release window"],
  ["from 22:00 release window", { day: "next", minutes: 1320 }, HOUR, "release window"],
  ["from 22:00 2h release window", { day: "next", minutes: 1320 }, 2 * HOUR, "release window"],
  ["2h from tomorrow 09:00", { day: 1, minutes: 540 }, 2 * HOUR, ""],
  ["2h from tomorrow at 9:30 fix", { day: 1, minutes: 570 }, 2 * HOUR, "fix"],
  ["2h from today 22:00", { day: 0, minutes: 1320 }, 2 * HOUR, ""],
  ["2h from the day after tomorrow 10pm", { day: 2, minutes: 1320 }, 2 * HOUR, ""],
  ["2h starting tomorrow 9am x", { day: 1, minutes: 540 }, 2 * HOUR, "x"],
  ["2h Beginning at 22:00 x", { day: "next", minutes: 1320 }, 2 * HOUR, "x"],
  ["2h from 10pm", { day: "next", minutes: 1320 }, 2 * HOUR, ""],
  ["2h from 10:15 pm fix", { day: "next", minutes: 1335 }, 2 * HOUR, "fix"],
  ["2h from 12am", { day: "next", minutes: 0 }, 2 * HOUR, ""],
  ["2h from 12pm", { day: "next", minutes: 720 }, 2 * HOUR, ""],
  ["2h FROM 2026-11-27 09:00 fix", { day: "2026-11-27", minutes: 540 }, 2 * HOUR, "fix"],
  ["2h from 2026-11-27T09:00", { day: "2026-11-27", minutes: 540 }, 2 * HOUR, ""],
  ["2h from 2026-11-27T09:00Z x", { at: Date.UTC(2026, 10, 27, 9) }, 2 * HOUR, "x"],
  ["2h from 2026-11-27T09:00:30+08:00", { at: Date.UTC(2026, 10, 27, 1) }, 2 * HOUR, ""],
  ["2h from 2026-11-27 09:00-0330", { at: Date.UTC(2026, 10, 27, 12, 30) }, 2 * HOUR, ""],
  ["2小时 从22:00 发布", { day: "next", minutes: 1320 }, 2 * HOUR, "发布"],
  ["2小时 从 22：00 发布", { day: "next", minutes: 1320 }, 2 * HOUR, "发布"],
  ["2小时 从明天上午9点开始 发布", { day: 1, minutes: 540 }, 2 * HOUR, "发布"],
  ["从明天9点半起", { day: 1, minutes: 570 }, HOUR, ""],
  ["从今晚10点 发布", { day: 0, minutes: 1320 }, HOUR, "发布"],
  ["从明早8点15分", { day: 1, minutes: 495 }, HOUR, ""],
  ["从后天下午3点", { day: 2, minutes: 900 }, HOUR, ""],
  ["从2026年11月7日 22点", { day: "2026-11-07", minutes: 1320 }, HOUR, ""],
  ["从9点开始", { day: "next", minutes: 540 }, HOUR, ""],
  // The day behind its time.
  ["2h from 10pm tomorrow fix", { day: 1, minutes: 1320 }, 2 * HOUR, "fix"],
  ["from 22:00 tomorrow 2h fix", { day: 1, minutes: 1320 }, 2 * HOUR, "fix"],
  ["2h from 09:00 on 2026-11-27 fix", { day: "2026-11-27", minutes: 540 }, 2 * HOUR, "fix"],
  ["2h from 22:00 today", { day: 0, minutes: 1320 }, 2 * HOUR, ""],
  ["2h from 22:00 today's release", { day: "next", minutes: 1320 }, 2 * HOUR, "today's release"],
  ["2h 从22:00 明天的发布要检查", { day: "next", minutes: 1320 }, 2 * HOUR, "明天的发布要检查"],
  ["2h from 22:00 may need restart", { day: "next", minutes: 1320 }, 2 * HOUR, "may need restart"],
  ["2h from 22:00 3 nodes", { day: "next", minutes: 1320 }, 2 * HOUR, "3 nodes"],
  ["2h from 9am tomorrow morning deploy", { day: 1, minutes: 540 }, 2 * HOUR, "deploy"],
  ["从傍晚5点 发布", { day: "next", minutes: 1020 }, HOUR, "发布"],
])("%j is understood", (text, start, duration, reason) =>
  expect(asked(`guest ${text}`)).toEqual({ role: "guest", duration, start, reason }),
);

test.each([
  "from tomorrow",
  "2h from tomorrow fix",
  "2h from tomorrow morning",
  "2h from 25:00",
  "2h from 9 fix",
  "2h from 13pm",
  "2h from 0am",
  "2h from 22:61",
  "2h from 2026-02-31 09:00",
  "2h from 2026-11-27",
  "2h from 22:00, fix",
  "2h from 3 hosts",
  "2h from three hosts",
  "从明天 发布",
  "从晚上12点",
  "从今晚12点",
  "从下午15点pm",
  "2h starting Monday fix",
  "2h starting in 1 hour fix",
  "2h from Monday 09:00 release",
  "2h from next Friday",
  "2h from next week",
  "2h from Nov 27 09:00",
  "2h from sat 9am",
  "from 22:00 from tomorrow fix",
  "from 22:00 2h from tomorrow 09:00 fix",
  "从下周一9点",
  "从星期三",
  "从晚上十点 发布",
  "2小时 从十点发布",
  "2小时 从零点 发布",
  "从夜里10点",
  "从今夜 发布",
  "从半夜两点",
  "从深夜11点",
  "从清晨6点",
  "从早8点",
  "从今早八点",
  "从下午三点",
  "从十二月三日9点",
  "从大后天9点",
  "从下个星期 发布",
  "从年底",
  "2h from quarter to ten deploy",
  "2h from a quarter past 9 deploy",
  "2h starting in two hours fix",
  // By whose clock?
  "2h from 22:00 UTC deploy",
  "2h from tomorrow 09:00 CEST deploy",
  "2h from 2026-11-27 09:00 +08:00 deploy",
  "2h from 9am est",
  "2h from 22:00 UTC+8 deploy",
  "2h from 22:00 (UTC) deploy",
  "2h from 22:00 UTC, deploy",
  "2h from 22:00 NZDT deploy",
  "2h from 22:00 Beijing time deploy",
  "2h from 22:00 (Pacific Daylight Time) deploy",
  "从22:00 北京时间 发布",
  "从22:00 （北京时间）发布",
  "从北京时间22:00 发布",
  "2h from UTC 22:00 deploy",
  "2h from Beijing time 10pm",
  // On which day?
  "2h from 9am on Monday release",
  "2h from 22:00 friday release",
  "2h from 10pm tonight fix",
  "2h from 10pm tomorrow, fix",
  "2h from 9am next week",
  "2h from 22:00 on Nov 28 release",
  "2h from 22:00 28 Nov release",
  "2h from 22:00 on the 28th release",
  "2h from 22:00 on 2026-11-31 release",
  "2h 从22:00 周五发布",
  "从9点 11月28日 发布",
  "从22:00 下周一发布",
  "2h from 22:00 12/03 deploy",
  "2h from 22:00 on 3/12/2026 deploy",
  "2h from 22:00 9/4 deploy",
  "2h from 22:00 3.12. deploy",
  "2h from 22:00 03.12.2026 deploy",
  "2h from 22:00 2026/12/3 deploy",
  "2h from 22:00 in 3 days deploy",
  "2h from 22:00 in two weeks deploy",
  "2h from 22:00 in a week's time deploy",
  "2h 从22:00 3天后 发布",
  "2h 从22:00 两个星期以后发布",
  "2h 从22:00 28号发布",
  "2h 从22:00 十二月三日发布",
  "2h 从22:00 3日 发布",
  "2h 从22:00 大后天 发布",
  "2h from 8:00 tomorrow evening deploy",
  "2h from 2:00 tomorrow night deploy",
  "从今晚2点 发布",
  "2h 从明晚01:30 发布",
  "从晚上3点",
  "从明天上午12点 发布",
  "2h tonight 10pm release",
  "2h tonight at 22:00 release",
  "2h 10pm tomorrow release",
  "2h 今晚12点 发布",
  // Without "from".
  "2h tomorrow 09:00 release",
  "2h today at 22:00",
  "2h 2026-11-27 09:00 release",
  "2小时 明天上午9点 发布",
  "at 22:00 2h deploy",
  "at 22:00 deploy",
  "2h at 22:00 deploy",
  "2h on 2026-11-27 09:00 deploy",
  "tomorrow 09:00 2h deploy",
  "在22:00 2小时 发布",
  "2小时 在明天9点 发布",
  "晚上10点 2小时 发布",
])("%j is refused", (text) => expect(refusedKind(() => asked(`guest ${text}`))).toBe("bad-start"));

test.each([
  ["from 22:00 until 23:00 fix", "bad-duration"],
  ["for 2h from 22:00 fix", "bad-duration"],
  ["from 22:00 to 23:00 deploy", "bad-duration"],
  ["从 22:00 到 23:00", "bad-duration"],
  ["to 5pm", "bad-duration"],
])("%j is refused, too", (text, kind) => expect(refusedKind(() => asked(`guest ${text}`))).toBe(kind));

test("in an emergency a day is part of the reason, and a line that is put together says what was typed", () => {
  for (const reason of [
    "today at 09:00 the database died",
    "at 09:00 the database died",
    "晚上10点 数据库挂了",
    "starting 09:00 the database dies",
    "from 3 hosts nothing answers",
    "从凌晨三点开始数据库挂了",
  ])
    expect(parseCommand(`emergency guest 1h ${reason}`)).toEqual({
      ...{ role: "guest", time: { ms: HOUR }, reason, emergency: true },
    });
  const bare = parseCommand("guest 2h tomorrow 09:00 release");
  expect(bare).toMatchObject({ start: { unclear: "tomorrow 09:00" }, reason: "release" });
  expect(parseCommand(lineOf(bare))).toEqual(bare);
  // A name that was typed in two words changes nothing of that.
  const roles = { ...sampleRoles, "search-rules": sampleRoles.guest } as typeof sampleRoles;
  expect(correctLine(parseCommand("search rules 2h tomorrow 09:00 release"), roles)).toBeUndefined();
  expect(correctLine(parseCommand("emergency search rules 30m today at 09:00 it died"), roles)).toBe(
    "emergency search-rules 30m today at 09:00 it died",
  );
});

test("after a word that is not needed, what is offered leaves out neither when access begins nor a part of the reason", () => {
  const line = (text: string) => correctLine(parseCommand(text), sampleRoles);
  expect(line("please guest from tomorrow 9am 2h fix")).toBe("guest 2h from tomorrow 09:00 fix");
  expect(line("please from tomorrow 9am guest 2h fix")).toBeUndefined();
  expect(line("emergency please guest 10m starting at 09:00 it died")).toBe(
    "emergency guest 10m starting at 09:00 it died",
  );
});

test.each(["a new job", "over"])("starting %s is a reason", (text) =>
  expect(asked(`guest 2h starting ${text}`)).toMatchObject({ reason: `starting ${text}` }),
);

test.each([
  "the team",
  "monitoring alerts",
  "next door",
  "sunset",
  "maybe 3 hosts",
  "marketing",
  "quarter to quarter",
  "us",
])("from %s is a reason", (text) =>
  expect(asked(`guest 2h from ${text}`)).toMatchObject({ reason: `from ${text}` }),
);

test.each([
  "三点一线",
  "一点一滴做起",
  "早上开始报错",
  "半夜开始报错",
  "下午起打不开",
  "夜间任务看起",
  "零售系统查单",
  "后台导出",
  "北京时间同步",
])("从%s is a reason", (text) => expect(asked(`guest 2h 从${text}`)).toMatchObject({ reason: `从${text}` }));

test.each(["at 22:00", "at 22:00 UTC"])(
  "what stands beside a beginning that is refused is kept: %s",
  (said) =>
    expect(parseCommand(`guest ${said} 2h deploy`)).toEqual({
      ...{ role: "guest", time: { ms: 2 * HOUR }, start: { unclear: said }, reason: "deploy" },
    }),
);

test.each([
  "22:00 incident",
  "at the office",
  "on call",
  "在3点那次发布后排查",
  "to prod and back",
  "tomorrow's release",
  "2 hosts at 09:00",
])("%s is a reason after a time", (text) =>
  expect(asked(`guest 2h ${text}`)).toEqual({ role: "guest", duration: 2 * HOUR, reason: text }),
);

test.each([
  "test the host",
  "best effort",
  "post mortem",
  "utcoffset bug",
  "local time sync",
  "response time is high",
  "停机时间",
  "3/4 nodes are down",
  "2/3 of the pods restart",
  "50/50 split",
  "24/7 support",
  "python 3.12",
  "3.12 upgrade",
  "1.12.3 rollout",
  "in 3 clusters",
  "in a daycare",
  "3号机重启",
  "2号节点重启",
  "28号的工单",
  "7日均值异常",
  "3天的日志",
  "两周年活动",
])("from 22:00 %s is a reason, and neither zone nor day", (text) =>
  expect(asked(`guest 2h from 22:00 ${text}`)).toMatchObject({ reason: text }),
);

test("a corrected line says when, too", () => {
  try {
    asked("gest for 2h from tomorrow 9am fix");
  } catch (error) {
    expect((error as Refused).refusal).toMatchObject({ line: "guest 2h from tomorrow 09:00 fix" });
  }
  expect.assertions(1);
});

const moment: fc.Arbitrary<Moment> = fc.oneof(
  fc.record({
    day: fc.oneof(
      fc.constantFrom<(0 | 1 | 2 | "next")[]>("next", 0, 1, 2),
      fc
        .date({ min: new Date("2000-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 10) as `${number}-${number}-${number}`),
    ),
    minutes: fc.nat({ max: 1439 }),
  }),
  fc.nat({ max: 40_000_000 }).map((minutes) => ({ at: minutes * MINUTE })),
);

test("what is formatted is read back as the same", () => {
  fc.assert(
    fc.property(moment, (one) => {
      const text = formatMoment(one);
      expect(leadingMoment(`${text} x`.toLowerCase())).toEqual({ is: one, end: text.length + 1 });
    }),
  );
});

test("a line with a start is read back as it was meant", () => {
  fc.assert(
    fc.property(
      fc.option(fc.integer({ min: 1, max: 10_000 })),
      moment,
      fc.constantFrom("", "release window", "from the call", "发布"),
      (minutes, start, reason) => {
        const command = {
          role: "guest",
          time: minutes === null ? null : { ms: minutes * MINUTE },
          start,
          reason,
        };
        expect(parseCommand(lineOf(command))).toEqual(command);
      },
    ),
  );
});

test("whatever is typed after a role is read without a crash, and what follows from is no reason by mistake", () => {
  const word = fc.constantFrom(
    "from",
    "从",
    "22:00",
    "tomorrow",
    "明天",
    "9点",
    "2h",
    "at",
    "fix",
    "2026-11-27",
    "pm",
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (words) => {
      const { reason, start } = parseCommand(`guest ${words.join(" ")}`);
      // Of what is refused nothing is taken for the reason.
      if (start && "unclear" in start) return;
      expect(reason).not.toMatch(/^(?:from|从)\s*(?:22:00|tomorrow|明天|9点|2026)/);
    }),
  );
});

describe("the writer's clock", () => {
  const berlin = (now: number) => ({ now, zone: "Europe/Berlin" });
  const NOON = Date.UTC(2026, 10, 26, 11);
  test.each<[string, Moment, number]>([
    ["later today", { day: "next", minutes: 1320 }, Date.UTC(2026, 10, 26, 21)],
    ["tomorrow, where today's is over", { day: "next", minutes: 540 }, Date.UTC(2026, 10, 27, 8)],
    ["this very minute", { day: "next", minutes: 720 }, NOON],
    ["tomorrow", { day: 1, minutes: 540 }, Date.UTC(2026, 10, 27, 8)],
    ["a date", { day: "2026-12-01", minutes: 0 }, Date.UTC(2026, 10, 30, 23)],
    ["a time of its own zone", { at: Date.UTC(2026, 10, 26, 12) }, Date.UTC(2026, 10, 26, 12)],
  ])("%s", (_, one, at) => expect(startAt(one, berlin(NOON))).toBe(at));

  test.each<[string, Moment, string]>([
    ["over", { day: 0, minutes: 540 }, "start-past"],
    ["a date that is over", { day: "2026-11-25", minutes: 540 }, "start-past"],
    ["too far ahead", { day: "2026-12-11", minutes: 0 }, "start-too-far"],
  ])("%s", (_, one, kind) => expect(refusedKind(() => startAt(one, berlin(NOON)))).toBe(kind));

  const SPRING = Date.UTC(2027, 2, 27, 12);
  test("an hour that the clocks skip is none", () => {
    expect(refusedKind(() => startAt({ day: 1, minutes: 150 }, berlin(SPRING)))).toBe("no-such-time");
    expect(startAt({ day: 1, minutes: 180 }, berlin(SPRING))).toBe(Date.UTC(2027, 2, 28, 1));
    // The next time that it shows this is a day later.
    expect(startAt({ day: "next", minutes: 150 }, berlin(SPRING))).toBe(Date.UTC(2027, 2, 29, 0, 30));
  });

  test("of an hour that comes twice it is the first that is not over", () => {
    const autumn = Date.UTC(2026, 9, 24, 12);
    expect(startAt({ day: 1, minutes: 150 }, berlin(autumn))).toBe(Date.UTC(2026, 9, 25, 0, 30));
    const between = Date.UTC(2026, 9, 25, 0, 45);
    expect(startAt({ day: 0, minutes: 150 }, berlin(between))).toBe(Date.UTC(2026, 9, 25, 1, 30));
  });

  test("tomorrow is the next day, however long this one is", () => {
    const late = Date.UTC(2026, 9, 24, 21, 59);
    expect(startAt({ day: 1, minutes: 23 * 60 + 59 }, berlin(late))).toBe(Date.UTC(2026, 9, 25, 22, 59));
  });

  const zones = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "UTC",
  ];
  test("in every zone it is what their clock shows, ahead, and within 14 days", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 0, 1) }),
        fc.constantFrom<(0 | 1 | 2 | "next")[]>("next", 0, 1, 2),
        fc.nat({ max: 1439 }),
        (zone, now, day, minutes) => {
          let at: number;
          try {
            at = startAt({ day, minutes }, { now, zone });
          } catch (error) {
            expect(["start-past", "no-such-time"]).toContain((error as Refused).refusal.kind);
            expect(day).not.toBe("next");
            return;
          }
          const shown = new Intl.DateTimeFormat("en-GB", {
            timeZone: zone,
            hour: "2-digit",
            minute: "2-digit",
          });
          expect(shown.format(at)).toBe(formatMoment({ day: "next", minutes }));
          expect(at).toBeGreaterThan(now - MINUTE);
          expect(at).toBeLessThan(now + 4 * DAY);
          expect(timesOfDay(dateIn(at, zone), minutes, zone)).toContain(at);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("never further ahead than it may be", () => {
    const now = NOON;
    expect(startAt({ at: now + START_WITHIN_MS }, berlin(now))).toBe(now + START_WITHIN_MS);
    expect(refusedKind(() => startAt({ at: now + START_WITHIN_MS + MINUTE }, berlin(now)))).toBe(
      "start-too-far",
    );
  });
});
