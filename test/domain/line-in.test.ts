/** What is offered to whoever reads Chinese is read as what was meant, and says it in Chinese. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type AllowTerms, allowLine, termsIn } from "../../src/domain/allow-command.ts";
import { lineOf, parseCommand } from "../../src/domain/command.ts";
import { MINUTE } from "../../src/domain/duration.ts";
import { lineIn } from "../../src/domain/line-in.ts";

test.each([
  ["guest 2h 排查", "guest 2小时 排查"],
  ["guest 1d2h30m", "guest 1天2小时30分钟"],
  ["guest 排查", "guest 排查"],
  ["emergency admin 30m 搜索打不开", "紧急 admin 30分钟 搜索打不开"],
  ["admin 2h from 22:00 发布", "admin 2小时 从22:00 发布"],
  ["admin 2h from tomorrow 09:00 发布", "admin 2小时 从明天09:00 发布"],
  ["admin 2h from the day after tomorrow 09:00 发布", "admin 2小时 从后天09:00 发布"],
  ["admin 2h from 2026-11-27 09:00 发布", "admin 2小时 从2026-11-27 09:00 发布"],
  ["admin 2h from 2026-11-27T01:00Z 发布", "admin 2小时 从2026-11-27T01:00Z 发布"],
  ["allow @bob admin 4h for 3d 发布 2.1", "允许 @bob admin 4小时 为期 3天 发布 2.1"],
  ["status", "状态"],
  ["revoke @bob", "撤销 @bob"],
  ["for @bob guest 看看", "替 @bob guest 看看"],
])("%j is %j", (line, said) => {
  expect(lineIn("zh", line)).toBe(said);
  expect(lineIn("en", line)).toBe(line);
});

const text = fc.oneof(
  fc.constantFrom("排查", "30m outage", "十分感谢", "from 22:00", "为期 3天", "左右", "紧急", "2小时的日志"),
  fc.string({ maxLength: 8 }),
);
const minutes = fc.integer({ min: 1, max: 30 * 24 * 60 }).map((count) => count * MINUTE);
const start = fc.record({
  day: fc.constantFrom("next", 0, 1, 2, "2026-11-27"),
  minutes: fc.integer({ min: 0, max: 24 * 60 - 1 }),
});

test("whatever is asked for, and beforehand allowed, is read as the same", () => {
  const command = fc.record(
    { time: minutes.map((ms) => ({ ms })), start, reason: text, emergency: fc.constant(true) },
    { requiredKeys: ["reason"] },
  );
  fc.assert(
    fc.property(command, ({ time = null, ...rest }) => {
      const line = lineOf({ role: "guest", time, ...rest } as Parameters<typeof lineOf>[0]);
      expect(parseCommand(lineIn("zh", line))).toEqual(parseCommand(line));
    }),
    { numRuns: 1_000 },
  );
  const terms = fc.record({ role: fc.constant("guest"), duration: minutes, period: minutes, reason: text });
  fc.assert(
    fc.property(terms, (one: AllowTerms) => {
      const line = allowLine(one);
      const said = lineIn("zh", `allow @bob ${line}`);
      expect(termsIn(said.replace(/^允许 @bob /, ""))).toEqual(termsIn(line));
    }),
    { numRuns: 1_000 },
  );
});
