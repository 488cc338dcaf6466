/** What a command's text asks for, and what is said when it is wrong: the reason, and the corrected whole line. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { UserId } from "../../src/domain/ids.ts";
import { parseRequest, reviewing, validating } from "../../src/domain/policy.ts";
import { Refused } from "../../src/domain/refusal.ts";
import { sampleRoles } from "./catalog.ts";
import { pending } from "./records.ts";

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
])("%j is understood", (text, wish) => expect(parseRequest(text, sampleRoles)).toEqual(wish));

const refusalOf = (text: string) => {
  try {
    parseRequest(text, sampleRoles);
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
  ["guest 8x look", { kind: "bad-duration", text: "8x", line: "guest 1h look" }],
  ["guest 8 look", { kind: "bad-duration", line: "guest 8h look" }],
  ["guest 90minutes", { kind: "bad-duration", line: "guest 1h30m" }],
  ["guest 2024-report is wrong", { kind: "bad-duration", line: "guest 7d is wrong" }],
  ["guest 0h", { kind: "too-short", line: "guest 1m" }],
  ["guest 8d", { kind: "too-long", max: 168 * HOUR, line: "guest 7d" }],
  ["peek 2h x", { kind: "too-long", max: HOUR, line: "peek 1h x" }],
  ["admin 2h", { kind: "no-reason", role: "admin", line: "admin 2h" }],
  [`guest ${"x".repeat(501)}`, { kind: "reason-too-long", line: `guest ${"x".repeat(500)}` }],
])("%j is refused", (text, refusal) => expect(refusalOf(text)).toMatchObject(refusal));

test("a corrected line is right, whatever was typed, unless only a reason is missing", () => {
  const word = fc.oneof(
    fc.constantFrom(...Object.keys(sampleRoles), "gest", "8x", "9d", "0m", "100h"),
    fc.string({ maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (words) => {
      const refusal = refusalOf(words.join(" ")) as { kind: string; line?: string } | null;
      if (refusal?.line === undefined) return;
      const again = refusalOf(refusal.line) as { kind: string } | null;
      expect([undefined, "no-reason"]).toContain(again?.kind);
    }),
  );
});

const profile = (id: string, standing = "member") =>
  ({ id: UserId.parse(id), name: "x", locale: "en", standing }) as Parameters<
    typeof validating
  >[0]["profile"];

describe("validating", () => {
  const good = { profile: profile("U0BOB"), role: sampleRoles.admin, mayAsk: true, someone: true };
  test.each([
    [{}, null],
    [{ profile: profile("U0BOB", "guest") }, "not-served"],
    [{ profile: profile("U0BOB", "bot") }, "not-served"],
    [{ profile: profile("U0BOB", "stranger") }, "not-served"],
    [{ profile: profile("U0BOB", "deactivated") }, "not-served"],
    [{ mayAsk: false }, "may-not-ask"],
    [{ someone: false }, "nobody-can-approve"],
    [{ mayAsk: false, someone: false }, "may-not-ask"],
  ])("%j → %s", (change, kind) =>
    expect(validating({ ...good, ...change }, pending())?.kind ?? null).toBe(kind),
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
