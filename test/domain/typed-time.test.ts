/** Times as people type them: understood, or refused with what was meant; never taken for the reason. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { plainWord } from "../../src/domain/amount.ts";
import { parseCommand, timeAfterReason } from "../../src/domain/command.ts";
import { DAY, HOUR, MINUTE } from "../../src/domain/duration.ts";
import { endingStart } from "../../src/domain/ending-start.ts";
import { termsOf } from "../../src/domain/policy.ts";
import { Refused } from "../../src/domain/refusal.ts";
import { sampleRoles } from "./catalog.ts";

const asked = (text: string) => termsOf(parseCommand(text), sampleRoles);

test.each([
  ["8h", 8 * HOUR, ""],
  ["2h 30m fix", 150 * MINUTE, "fix"],
  ["2h30m fix", 150 * MINUTE, "fix"],
  ["8 hours fix", 8 * HOUR, "fix"],
  ["8hrs fix", 8 * HOUR, "fix"],
  ["1.5h", 90 * MINUTE, ""],
  ["2.5d", 60 * HOUR, ""],
  ["1 week", 7 * DAY, ""],
  ["8小时", 8 * HOUR, ""],
  ["8个小时 修复", 8 * HOUR, "修复"],
  ["1小时30分钟 修复", 90 * MINUTE, "修复"],
  ["半小时 看看", 30 * MINUTE, "看看"],
  ["８h", 8 * HOUR, ""],
  ["８ｈ fix", 8 * HOUR, "fix"],
  ["２小时　修复１个问题", 2 * HOUR, "修复１个问题"],
  ["90min 3 pods crash", 90 * MINUTE, "3 pods crash"],
  ["2h 3 pods, again", 2 * HOUR, "3 pods, again"],
  ["2h 3 days, then over", 2 * HOUR, "3 days, then over"],
  ["2h 30m-long outage", 2 * HOUR, "30m-long outage"],
  ["2h for the release", 2 * HOUR, "for the release"],
  ["2h and 3 pods more", 2 * HOUR, "and 3 pods more"],
  ["2h from the incident call", 2 * HOUR, "from the incident call"],
])("%j is understood", (text, duration, reason) =>
  expect(asked(`guest ${text}`)).toEqual({ role: "guest", duration, reason }),
);

test.each([
  "from the incident call",
  "a look",
  "an outage",
  "debugging",
  "by hand",
  "by Friday's checklist",
  "几天前开始报错",
  "几个小时的数据没同步",
  "到这里看看",
  "到后台改配置",
  "到一线排查",
  "到下游核对",
  "至零售系统查单",
  "一起看看",
  "为了排查",
  "持续报错",
  "forward logs",
  "today's-logs",
  "“2 pods” crash",
  "(see R-7K2Q9FXT)",
  "about 5 pods",
  "max 30 users",
  "about 2 hours of logs",
  "约2小时的日志",
  "大约2小时前报错",
  "约2小时之后恢复",
  "到10.0.0.1看日志",
  "从10.0.0.1看日志",
  "from 10.0.0.1 nothing answers",
  "至今未恢复",
  "到明细页核对",
  "到三点一线",
])("%j is a reason", (reason) => expect(asked(`guest ${reason}`)).toMatchObject({ duration: HOUR, reason }));

const offered = (text: string) => {
  try {
    return asked(`guest ${text}`);
  } catch (error) {
    if (!(error instanceof Refused) || error.refusal.kind !== "bad-duration") throw error;
    return error.refusal.line;
  }
};

test.each([
  ["-1h fix", "guest 1h fix"],
  ["+2 hours", "guest 2h"],
  ["−2h", "guest 2h"],
  ["for 8h please", "guest 8h please"],
  ["for two days", "guest 2d"],
  ["for debugging", "guest 1h for debugging"],
  ["eight hours", "guest 8h"],
  ["an hour", "guest 1h"],
  ["half an hour now", "guest 30m now"],
  ["one and a half hours", "guest 1h30m"],
  ["an hour and a half fix", "guest 1h30m fix"],
  ["2 hours and a half, fix", "guest 2h30m fix"],
  ["1 hour and 30 minutes fix", "guest 1h30m fix"],
  ["1h and 30m, fix", "guest 1h30m fix"],
  ["one more look", "guest 1h one more look"],
  ["30s", "guest 1m"],
  ["8", "guest 8h"],
  ["90", "guest 1h30m"],
  ["500 errors", "guest 1h 500 errors"],
  ["8x look", "guest 1h 8x look"],
  ["2024-report is wrong", "guest 1h 2024-report is wrong"],
  ["2nd try", "guest 1h 2nd try"],
  ["- fix", "guest 1h - fix"],
  ["8 huors fix", "guest 8h fix"],
  ["90minuts", "guest 1h30m"],
  ["30 mintues fix", "guest 30m fix"],
  ["30 hosts down", "guest 30m hosts down"],
  ["2h30 fix", "guest 2h30m fix"],
  ["2h, fix", "guest 2h fix"],
  ["3 days, fix", "guest 3d fix"],
  ["30 minutes. fix", "guest 30m fix"],
  ["two hours, fix", "guest 2h fix"],
  ["两小时” 修复", "guest 2h 修复"],
  ["2  hours) fix", "guest 2h fix"],
  ["2h) fix", "guest 2h fix"],
  ["2h` fix", "guest 2h fix"],
  ["2h- fix", "guest 2h fix"],
  ["1d2h30m, fix", "guest 1d2h30m fix"],
  ["2h 30m, fix", "guest 2h30m fix"],
  ["2 hours 30 minutes: fix", "guest 2h30m fix"],
  ["1天 2小时，修复", "guest 1d2h 修复"],
  ["1d 2h30 fix", "guest 1d2h30m fix"],
  ["1,5h 3 pods, fix", "guest 1h30m 3 pods, fix"],
  ["2天3小时，修复", "guest 2d3h 修复"],
  ["2天3小时修复", "guest 2d3h 修复"],
  ["两天三小时 修复", "guest 2d3h 修复"],
  ["9h8 minutes, fix", "guest 9h8m fix"],
  ["2h/day", "guest 1h 2h/day"],
  ["500 errors, again", "guest 1h 500 errors, again"],
  ["“2h” look", "guest 2h look"],
  ["`8 hours`", "guest 8h"],
  ["(2h) look", "guest 2h look"],
  ["1,5h", "guest 1h30m"],
  ["1 month", "guest 7d"],
  ["30m 2h fix", "guest 2h30m fix"],
  ["1.33h", "guest 1h20m"],
  ["两小时", "guest 2h"],
  ["十二小时 修复", "guest 12h 修复"],
  ["一个半小时", "guest 1h30m"],
  ["两天半", "guest 2d12h"],
  ["8小时修复搜索", "guest 8h 修复搜索"],
  ["半天", undefined],
  ["半天修复", undefined],
  ["持续半天", undefined],
  ["3 天，修复", "guest 3d 修复"],
  ["3 天修复", "guest 3d 修复"],
  ["1个半小时 修复", "guest 1h30m 修复"],
  ["1小时半 修复", "guest 1h30m 修复"],
  ["1小时30分修复", "guest 1h30m 修复"],
  ["2小时十分感谢", "guest 2h 十分感谢"],
  ["2小时十分钟修复", "guest 2h10m 修复"],
  ["2小时二十分修复", "guest 2h20m 修复"],
  ["一刻钟 看看", "guest 15m 看看"],
  ["三刻钟", "guest 45m"],
  ["持续8小时", "guest 8h"],
  ["about 2h fix", "guest 2h fix"],
  ["max 2h", "guest 2h"],
  ["up to 2 hours: fix", "guest 2h fix"],
  ["约2小时 排查", "guest 2h 排查"],
  ["大约 2 小时排查", "guest 2h 排查"],
  ["最多30分钟，排查", "guest 30m 排查"],
  ["约2小时左右 排查", "guest 2h 排查"],
  ["约2小时后台排查", "guest 2h 后台排查"],
  ["2小时前端排查", "guest 2h 前端排查"],
  ["三天前报错", "guest 1h 三天前报错"],
  ["3分钟后重启", "guest 1h 3分钟后重启"],
  ["两小时之前报错", "guest 1h 两小时之前报错"],
  ["2小时内修复", "guest 1h 2小时内修复"],
  ["3天以内的日志", "guest 1h 3天以内的日志"],
  ["持续8小时的发布", "guest 1h 持续8小时的发布"],
  ["为期3天的演练", "guest 1h 为期3天的演练"],
  ["2小时内审", "guest 2h 内审"],
  ["2小时的日志", "guest 1h 2小时的日志"],
  ["2小时内存排查", "guest 2h 内存排查"],
  ["约2小时内存排查", "guest 2h 内存排查"],
  ["2小时左右，排查", "guest 2h 排查"],
  ["半天左右", undefined],
  ["2h左右 排查", "guest 2h 排查"],
  ["1天 2小时左右排查", "guest 1d2h 排查"],
  ["tomorrow", undefined],
  ["tomorrow morning fix", undefined],
  ["until 5pm", undefined],
  ["5pm", undefined],
  ["17:00", undefined],
  ["2026-11-26", undefined],
  ["by 5pm", undefined],
  ["a few hours", undefined],
  ["几个小时 修复", undefined],
  ["by Friday", undefined],
  ["by next Monday fix", undefined],
  ["到星期五 修复", undefined],
  ["到月底", undefined],
  ["到2026.11.27", undefined],
  ["到今年年底", undefined],
  ["到凌晨2点", undefined],
  ["到晚8点", undefined],
  ["到早八点", undefined],
  ["到夜里两点", undefined],
  ["到大后天", undefined],
  ["到下下周", undefined],
  ["今夜 修复", undefined],
  ["到零点", undefined],
  ["到十二点半", undefined],
  ["到下个月", undefined],
  ["到下班", undefined],
  ["明天", undefined],
  ["到下午5点", undefined],
  ["直到发布结束", undefined],
])("%j is refused, and %j offered", (text, line) => expect(offered(text)).toBe(line));

const late = (text: string) => {
  try {
    return asked(`guest ${text}`).reason;
  } catch (error) {
    if (!(error instanceof Refused) || error.refusal.kind !== "time-last") throw error;
    return [error.refusal.text, error.refusal.line];
  }
};

test.each([
  ["look 2h", "2h", "guest 2h look"],
  ["look, 2h.", "2h.", "guest 2h look"],
  ["look (2h)", "(2h)", "guest 2h look"],
  ["look for 2 hours 30 minutes", "for 2 hours 30 minutes", "guest 2h30m look"],
  ["look for one and a half hours", "for one and a half hours", "guest 1h30m look"],
  ["look 30 d", "30 d", "guest 7d look"],
  ["看看 两小时", "两小时", "guest 2h 看看"],
  ["看看，2小时", "2小时", "guest 2h 看看"],
  ["排查问题2小时", "2小时", "guest 2h 排查问题"],
  ["排查问题２小时。", "２小时。", "guest 2h 排查问题"],
  ["排查 search 问题2h", "2h", "guest 2h 排查 search 问题"],
  ["排查问题（2小时）", "（2小时）", "guest 2h 排查问题"],
  ["排查问题2小时30分钟", "2小时30分钟", "guest 2h30m 排查问题"],
  ["排查问题一个半小时", "一个半小时", "guest 1h30m 排查问题"],
  ["排查问题，大约需要二十分钟", "二十分钟", "guest 20m 排查问题"],
  ["排查问题约2小时", "2小时", "guest 2h 排查问题"],
  ["排查问题约2小时左右", "2小时左右", "guest 2h 排查问题"],
  ["排查问题，最多 2小时左右", "最多 2小时左右", "guest 2h 排查问题"],
  ["商谈续约2小时", "2小时", "guest 2h 商谈续约"],
  ["导出2小时", "2小时", "guest 2h 导出"],
  ["导出 3天", "3天", "guest 3d 导出"],
  ["排查线上问题共3天", "共3天", "guest 3d 排查线上问题"],
  ["需要2小时", "2小时", "guest 2h"],
  ["给财务导数 2小时", "2小时", "guest 2h 给财务导数"],
  ["给财务导数两小时", "两小时", "guest 2h 给财务导数"],
  ["看线上，今天晚上 2小时", "2小时", "guest 2h 看线上，今天晚上"],
  ["看日志在 k8s 上 2小时", "2小时", "guest 2h 看日志在 k8s 上"],
  ["核对11月 2小时", "2小时", "guest 2h 核对11月"],
  ["from 22:00 look 2h", "2h", "guest 2h from 22:00 look"],
])("%j: the time at the end is not left there", (text, said, line) =>
  expect(late(text)).toEqual([said, line]),
);

test.each([
  "errors of the last 2h",
  "restarts every 15 minutes",
  "最近 2小时 报错",
  "接口报错集中在过去 2小时",
  "看看最近的 3 天",
  "上线前 2小时",
  "接口报错集中在过去2小时",
  "看看最近的3天",
  "上线后2小时",
  "宕机已经2小时",
  "排查了半天",
  "报错持续30分钟",
  "报错持续约30分钟",
  "投诉评分3分",
  "导出3个月",
  "上线第2天",
  "核对同一天",
  "截止11月28日",
  "窗口在22点30分",
  "过了几十分钟",
  "延迟数十分钟",
  "超时改为5分钟",
  "把缓存设成 1 小时",
  "同步缩短到30分钟",
  "日志保留7天",
  "时区相差8小时",
  "间隔5分钟",
  "p99 高于3分钟",
  "看渲染的3D",
  "版本2m",
  "look at port 80",
  "p99 is 30s",
  "look at node 8",
  "pod-2h",
])("%j is a reason to its end", (reason) => expect(late(reason)).toBe(reason));

test("a time at the end is part of the reason where another stands before it", () =>
  expect(asked("guest 1h down for 2h")).toEqual({ role: "guest", duration: HOUR, reason: "down for 2h" }));

test("a slip in the role's name and a time at the end are mended together", () => {
  const command = parseCommand("serch rules fix it 2h");
  const refusal = { kind: "unknown-role", line: "search-rules 2h fix it" };
  expect(() => termsOf(command, sampleRoles)).toThrow(
    expect.objectContaining({ refusal: expect.objectContaining(refusal) }),
  );
});

test("days, hours and minutes in either language, with any mark after them, are all of the time", () => {
  const part = (names: string[], most: number, ms: number) =>
    fc
      .tuple(fc.integer({ min: 1, max: most }), fc.constantFrom("", " "), fc.constantFrom(...names))
      .map(([count, gap, name]) => ({ said: `${count}${gap}${name}`, ms: count * ms }));
  const amount = fc.tuple(
    fc.option(part(["d", "days", "天"], 3, DAY), { nil: undefined }),
    part(["h", "hours", "小时"], 20, HOUR),
    fc.option(part(["m", "minutes", "分钟"], 59, MINUTE), { nil: undefined }),
  );
  const mark = fc.constantFrom("", ...",.:;!，。、：）)`”\"…'*-", "?!");
  const reason = fc.constantFrom("", "fix", "修复", "3 pods, again");
  fc.assert(
    fc.property(amount, fc.constantFrom("", " "), mark, reason, (parts, gap, after, why) => {
      const said = parts.filter((one) => one !== undefined);
      const { time, reason } = parseCommand(`guest ${said.map((one) => one.said).join(gap)}${after} ${why}`);
      expect(time && ("ms" in time ? time.ms : time.meant)).toBe(said.reduce((sum, { ms }) => sum + ms, 0));
      expect(reason).toBe(why);
    }),
  );
});

test("a reason with two hundred thousand marks in it is read at once", () => {
  const reason = `a${"-".repeat(200_000)}b`;
  expect(timeAfterReason(parseCommand(`guest ${reason} 2h`))?.rest).toBe(reason);
  expect(endingStart(`${reason} from 22:00`)?.rest).toBe(reason);
});

test("a word with two hundred thousand marks in it is read at once", () => {
  const word = `a${"-".repeat(200_000)}b`;
  expect(plainWord(`“${word}”`)).toBe(word);
});
