/** What a command's text asks for, and what is said when it is wrong: the reason, and the corrected whole line. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCommand } from "../../src/domain/command.ts";
import { DAY, durationParts, formatDuration, HOUR, MINUTE } from "../../src/domain/duration.ts";
import { UserId } from "../../src/domain/ids.ts";
import { reviewing, termsOf, validating } from "../../src/domain/policy.ts";
import { Refused } from "../../src/domain/refusal.ts";
import { formatStart } from "../../src/domain/start.ts";
import { sampleRoles } from "./catalog.ts";
import { pending } from "./records.ts";

const asked = (text: string) => termsOf(parseCommand(text), sampleRoles);

test.each([
  ["guest", { role: "guest", duration: HOUR, reason: "" }],
  ["guest 8h", { role: "guest", duration: 8 * HOUR, reason: "" }],
  [
    "Guest 8h debugging the search page",
    { role: "guest", duration: 8 * HOUR, reason: "debugging the search page" },
  ],
  ["guest because I must", { role: "guest", duration: HOUR, reason: "because I must" }],
  ["  peek   15m  a  b ", { role: "peek", duration: 15 * MINUTE, reason: "a  b" }],
  ["admin 1h30m OPS-123: roll back", { role: "admin", duration: 90 * MINUTE, reason: "OPS-123: roll back" }],
])("%j is understood", (text, wish) => expect(asked(text)).toEqual(wish));

const refusalOf = (text: string) => {
  try {
    asked(text);
    return null;
  } catch (error) {
    return error instanceof Refused ? error.refusal : error;
  }
};

test.each([
  ["gest 8h look", { kind: "unknown-role", role: "gest", line: "guest 8h look" }],
  ["geust", { kind: "unknown-role", line: "guest" }],
  ["gest 99d look", { kind: "unknown-role", line: "guest 7d look" }],
  ["constructor", { kind: "unknown-role", line: undefined }],
  ["search rules 2h edit", { kind: "unknown-role", line: "search-rules 2h edit" }],
  ["serch rules", { kind: "unknown-role", line: "search-rules" }],
  ["guest 0h", { kind: "too-short", line: "guest 1m" }],
  ["guest 8d", { kind: "too-long", max: 168 * HOUR, line: "guest 7d" }],
  ["peek 2h x", { kind: "too-long", max: HOUR, line: "peek 1h x" }],
  ["peek 1 week x", { kind: "too-long", line: "peek 1h x" }],
  ["admin 2h", { kind: "no-reason", role: "admin", line: "admin 2h" }],
  ["ticket 2h ops-12 roll back", { kind: "reason-form", mended: true, line: "ticket 2h OPS-12 roll back" }],
  ["ticket 2h ＯＰＳ－１２", { kind: "reason-form", mended: true, line: "ticket 2h OPS-12" }],
  ["ticket 2h roll back", { kind: "reason-form", mended: false, line: "ticket 2h roll back" }],
  ["ticket 2h", { kind: "no-reason", role: "ticket", line: "ticket 2h" }],
  [`guest ${"x".repeat(501)}`, { kind: "reason-too-long", line: `guest ${"x".repeat(500)}` }],
])("%j is refused", (text, refusal) => expect(refusalOf(text)).toMatchObject({ ...refusal }));

test.each([
  ...[" ", "\u3000", "\u00a0", "\u200b\u200b", "\u2800", "\u3164"],
  ...[".", "。", "…", "?!", "- - -", "==>", "``"],
])("a reason of %j is none", (blank) =>
  expect(refusalOf(`admin 2h ${blank}`)).toMatchObject({ kind: "no-reason" }),
);

test("a sign that says something is a reason", () => expect(asked("admin 2h 👍").reason).toBe("👍"));

test("what was typed is kept for whoever mends it", () => {
  expect(refusalOf("gest  for 8h   look")).toMatchObject({
    typed: "gest for 8h look",
    line: "guest 8h look",
  });
  expect(refusalOf("guest until 5pm look")).toMatchObject({ typed: "guest until 5pm look", line: undefined });
});

test("a request put together otherwise offers no line that would be read as another", () => {
  const command = { role: "guest", time: { ms: 9 * DAY }, reason: "30m outage" };
  expect(() => termsOf(command, sampleRoles)).toThrow(
    expect.objectContaining({ refusal: expect.objectContaining({ kind: "too-long", line: undefined }) }),
  );
});

test("a corrected line is read as it is meant, whatever was typed, and is right unless only a reason is missing", () => {
  const word = fc.oneof(
    fc.constantFrom(...Object.keys(sampleRoles), "gest", "search", "rules", "因为"),
    fc.constantFrom(
      "8x",
      "9d",
      "0m",
      "100h",
      "1.5h",
      "30s",
      "2h",
      "30m",
      "90",
      "8",
      "hours",
      "week",
      "８h",
      "半天",
    ),
    fc.constantFrom(
      "-1h",
      "+2",
      "-",
      "for",
      "until",
      "tomorrow",
      "from",
      "5pm",
      "eight",
      "an",
      "hour",
      "8小时修复",
      "约2小时左右",
      "左右",
      "导出3天",
      "到10.0.0.1",
    ),
    fc.string({ maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (words) => {
      const refusal = refusalOf(words.join(" ")) as { kind: string; line?: string } | null;
      if (refusal?.line === undefined) return;
      const { role, time, start, reason } = parseCommand(refusal.line);
      const ms = time && "ms" in time ? formatDuration(time.ms) : "";
      const from = start ? formatStart(start) : "";
      expect([role, ms, from, reason].filter(Boolean).join(" ")).toBe(refusal.line);
      const again = refusalOf(refusal.line) as { kind: string; mended?: boolean } | null;
      expect([undefined, "no-reason", "reason-form"]).toContain(again?.kind);
      expect(again?.mended).not.toBe(true);
    }),
    { numRuns: 2_000, examples: [[["week", "from", "5pm"]]] },
  );
});

test("what is said of a time is asked for: an understood one exactly, and never as the reason", () => {
  const minutes = fc.integer({ min: 1, max: 7 * 24 * 60 }).map((n) => n * MINUTE);
  const spoken = minutes.chain((ms) => fc.constantFrom(...ways(ms)).map((text) => ({ ms, text })));
  fc.assert(
    fc.property(spoken, fc.constantFrom("", " fix", " 修复"), ({ ms, text }, reason) => {
      const wish = asked(`guest ${text}${reason}`);
      expect(wish).toEqual({ role: "guest", duration: ms, reason: reason.trim() });
    }),
  );
});

/** The same time in several people's hands. */
function ways(ms: number): string[] {
  const parts = durationParts(ms);
  const wide = (text: string) => text.replace(/\d/g, (d) => String.fromCharCode(d.charCodeAt(0) + 0xfee0));
  const long = { d: "days", h: "hours", m: "minutes" };
  const zh = { d: "天", h: "小时", m: "分钟" };
  const all = (separator: string, say: (count: number, unit: "d" | "h" | "m") => string) =>
    parts.map(([count, unit]) => say(count, unit)).join(separator);
  return [
    formatDuration(ms),
    wide(formatDuration(ms)),
    all(" ", (count, unit) => `${count}${unit}`),
    all(" ", (count, unit) => `${count} ${long[unit]}`),
    all("", (count, unit) => `${count}${zh[unit]}`),
    all(" ", (count, unit) => `${count} ${zh[unit]}`),
  ];
}

const profile = (id: string, standing = "member") =>
  ({ id: UserId.parse(id), name: "x", locale: "en", standing }) as Parameters<typeof reviewing>[0]["profile"];

describe("validating", () => {
  const denied = { kind: "may-not-ask", role: "admin", who: [] } as const;
  const deny = { verdict: { outcome: "deny", by: { refusal: denied } } };
  const good = {
    role: sampleRoles.admin,
    verdict: { outcome: "ask" },
    approvers: { needed: 2, able: 2, outside: 0, channel: "C0" },
  };
  test.each([
    [{}, null],
    [deny, "may-not-ask"],
    [{ approvers: null }, null],
    [{ approvers: { needed: 2, able: 1, outside: 0, channel: "C0" } }, "nobody-can-approve"],
    [{ ...deny, approvers: { needed: 1, able: 0, outside: 0, channel: "C0" } }, "may-not-ask"],
    [{ asker: profile("U0EVE", "guest") }, "not-served"],
  ])("%j → %s", (change, kind) =>
    expect(validating({ ...good, ...change } as never, pending())?.kind ?? null).toBe(kind),
  );
});

describe("reviewing", () => {
  test.each([
    ["an approver", "U0ALICE", "member", "S0SRE", null],
    ["the requester, an approver too", "U0REQ", "member", "S0SRE", "own-request"],
    ["somebody else", "U0EVE", "member", null, "not-approver"],
    ["an approver who is a guest", "U0ALICE", "guest", "S0SRE", "not-served"],
    ["an approver who left", "U0ALICE", "deactivated", "S0SRE", "not-served"],
  ])("%s", (_who, id, standing, qualified, kind) => {
    const facts = { profile: profile(id, standing), qualified } as Parameters<typeof reviewing>[0];
    expect(reviewing(facts, pending())?.kind ?? null).toBe(kind);
  });
});
