/** What `allow @person …` allows, and what is said when it is wrong: the reason, and the corrected line, which is read as it is meant. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allowLine, allowTermsOf, PERIOD_MAX } from "../../src/domain/allow-command.ts";
import { DAY, HOUR, MINUTE } from "../../src/domain/duration.ts";
import { type Refusal, Refused } from "../../src/domain/refusal.ts";
import { sampleRoles } from "./catalog.ts";

const read = (text: string) => allowTermsOf(text, sampleRoles);
const refusalOf = (text: string): Refusal | null => {
  try {
    read(text);
    return null;
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
};

test.each([
  ["admin 4h for 3d release", 4 * HOUR, 3 * DAY, "release"],
  ["Admin 4 hours for 3 days the release, for real", 4 * HOUR, 3 * DAY, "the release, for real"],
  ["admin for 3d release", HOUR, 3 * DAY, "release"],
  ["admin 2h 30m for 1w 4h on call", 150 * MINUTE, 7 * DAY + 4 * HOUR, "on call"],
  ["admin 4小时 为期 3天 发布", 4 * HOUR, 3 * DAY, "发布"],
  ["admin 4小时 为期3天 发布", 4 * HOUR, 3 * DAY, "发布"],
  ["admin ４h for ３d 发布", 4 * HOUR, 3 * DAY, "发布"],
  ["admin 4h for 30d release", 4 * HOUR, 30 * DAY, "release"],
  ['"admin" 4h for 3d release', 4 * HOUR, 3 * DAY, "release"],
  ["`Admin`, 4h for 3d release", 4 * HOUR, 3 * DAY, "release"],
  ["“admin”，4小时 为期 3天 发布", 4 * HOUR, 3 * DAY, "发布"],
])("%j is understood", (text, duration, period, reason) =>
  expect(read(text)).toEqual({ role: "admin", duration, period, reason }),
);

test.each([
  ["gest 4h for 3d x", { kind: "unknown-role", line: "guest 4h for 3d x" }],
  ["admin 9h for 3d x", { kind: "too-long", line: "admin 8h for 3d x" }],
  ["admin 8 for 3d x", { kind: "bad-duration", line: "admin 8h for 3d x" }],
  ["admin 4h for 3x y", { kind: "bad-period", text: "3x" }],
  ["admin 4h for two days y", { kind: "bad-period", line: "admin 4h for 2d y" }],
  ["admin 4h for 60d y", { kind: "period-limits", line: "admin 4h for 30d y" }],
  ["admin 4h for 0m y", { kind: "period-limits", line: "admin 4h for 1m y" }],
  ["admin 4h release", { kind: "bad-period", text: "" }],
  ["admin 4h for the release", { kind: "bad-period" }],
  ["admin 4h for 3d", { kind: "reasonless-allowance" }],
  ["peek 15m for 3d x", { kind: "nothing-to-allow", role: "peek" }],
  [
    `admin 4h for 3d ${"x".repeat(501)}`,
    { kind: "reason-too-long", line: `admin 4h for 3d ${"x".repeat(500)}` },
  ],
  ["", { kind: "unknown-role", role: "" }],
  ["constructor 4h for 3d x", { kind: "unknown-role" }],
] as const)("%j is refused", (text, refusal) => expect(refusalOf(text)).toMatchObject(refusal));

describe("a correction", () => {
  const word = fc.constantFrom(
    ...["admin", "gest", "guest", "search rules", "4h", "9h", "8", "for", "为期", "3d", "60d", "two days"],
    ...["release", "for the", "-", "until", "5x", "a<b", "peek", "ＡＤＭＩＮ", "半天", "  "],
  );
  test("is read as it says, and refuses nothing more", () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 7 }), (words) => {
        const refusal = refusalOf(words.join(" "));
        const line = refusal && "line" in refusal ? refusal.line : undefined;
        if (line !== undefined) expect(allowLine(read(line))).toBe(line);
      }),
      { numRuns: 2_000 },
    );
  });

  test("terms written as a line are read back", () => {
    const minutes = (max: number) => fc.integer({ min: 1, max: max / MINUTE }).map((n) => n * MINUTE);
    const terms = fc.record({
      role: fc.constantFrom("guest", "admin", "search-rules"),
      duration: minutes(8 * HOUR),
      period: minutes(PERIOD_MAX),
      reason: fc.constantFrom("release", "OPS-1: roll back", "发布", "we do what we must"),
    });
    fc.assert(fc.property(terms, (t) => void expect(read(allowLine(t))).toEqual(t)));
  });
});
