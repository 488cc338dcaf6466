/** When a holder is asked whether they still need what nobody uses, and what becomes of the question. */
import { describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { renewed } from "../../src/domain/generations.ts";
import type { Question } from "../../src/domain/idle.ts";
import { idleDue } from "../../src/domain/idle-due.ts";
import { idled, kept, type SeenIdle } from "../../src/domain/idle-steps.ts";
import { Refused } from "../../src/domain/refusal.ts";
import type { In } from "../../src/domain/request.ts";
import { ending, refreshAsked, refreshed } from "../../src/domain/transitions.ts";
import { sampleRoles } from "./catalog.ts";
import { approver, each, sent, T0 } from "./records.ts";

const rolesOf = (after: number, release = false) => ({
  admin: { ...sampleRoles.admin, idle: { after, release } },
});
const ASKS = rolesOf(2 * HOUR);
const ENDS = rolesOf(2 * HOUR, true);
/** Active since T0. */
const active: In<"active"> = { ...each.active, expiresAt: T0 + 8 * HOUR };
const at = (minutes: number) => T0 + minutes * MINUTE;
const ASKED_AT = at(121);
const asked = (change: Partial<Question> = {}): In<"active"> => ({
  ...active,
  messages: { [`idle:${ASKED_AT}`]: sent("release") },
  idle: { from: T0, asked: { at: ASKED_AT, after: 2 * HOUR, release: true, was: "open", ...change } },
});
/** Minutes; the hub was heard up to `heard`, save in the gaps. */
const seen = (heard: number | null, last: number | null = null, ...gaps: [number, number][]): SeenIdle => ({
  last: last === null ? null : at(last),
  coverage: {
    heard: heard === null ? null : at(heard),
    sent: null,
    gaps: gaps.map(([from, to]) => ({ from: at(from), to: at(to) })),
  },
});

describe("when it is looked at", () => {
  test.each<[string, In<"active">, object, number | null]>([
    ["a role that does not ask", active, { admin: sampleRoles.admin }, null],
    ["a role that is gone", active, {}, null],
    ["unused since it is active", active, ASKS, at(120)],
    ["used since", { ...active, idle: { from: at(30) } }, ASKS, at(150)],
    ["so late that it ends anyway", { ...active, expiresAt: at(139) }, ASKS, null],
    ["just early enough", { ...active, expiresAt: at(140) }, ASKS, at(120)],
    ["a fresh token is to come", { ...active, refresh: { why: "upgraded", at: T0 } }, ASKS, null],
    ["asked", asked(), ENDS, ASKED_AT],
    ["asked, and the role does not ask any more", asked(), {}, ASKED_AT],
    [
      "kept",
      { ...active, idle: { from: at(130), asked: asked({ was: "kept" }).idle?.asked } },
      ASKS,
      at(250),
    ],
  ])("%s", (_, r, roles, due) => expect(idleDue(r, roles as never)).toBe(due));
});

describe("what becomes of it", () => {
  const told = { toldAt: at(122) };
  test.each<[string, In<"active">, object, SeenIdle | null, number, object | null]>([
    ["too early", active, ASKS, seen(119), 119, null],
    [
      "two hours, heard",
      active,
      ASKS,
      seen(122),
      123,
      { asked: { at: at(123), after: 2 * HOUR, release: false, was: "open" } },
    ],
    ["two hours, what was done in them may come again", active, ASKS, seen(121), 123, null],
    ["two hours, the last minute not heard yet", active, ASKS, seen(119), 121, null],
    [
      "heard just early enough before its end",
      { ...active, expiresAt: at(140) },
      ASKS,
      seen(124),
      124,
      { asked: { was: "open", at: at(124) } },
    ],
    ["heard so late that it ends anyway", { ...active, expiresAt: at(140) }, ASKS, seen(125), 125, null],
    ["the hub is silent", active, ASKS, seen(110), 121, null],
    ["the hub never told", active, ASKS, seen(null), 121, null],
    ["nobody tells", active, ASKS, null, 121, null],
    ["used meanwhile", active, ASKS, seen(120, 30), 121, { from: at(30) }],
    ["it was silent for a while", active, ASKS, seen(120, null, [40, 55]), 121, { from: at(55) }],
    ["it was silent before", active, ASKS, seen(122, null, [-60, -10]), 123, { asked: { was: "open" } }],
    ["not told yet", asked(), ENDS, seen(122), 122, { asked: { toldAt: at(122) } }],
    ["its message is not there", { ...asked(), messages: {} }, ENDS, seen(200), 200, null],
    [
      "its message says something else",
      { ...asked(), messages: { [`idle:${ASKED_AT}`]: sent("open") } },
      ENDS,
      seen(200),
      200,
      null,
    ],
    ["told, a quarter of an hour not over", asked(told), ENDS, seen(136), 136, null],
    ["told, a quarter of an hour over, not heard", asked(told), ENDS, seen(136), 138, null],
    ["told, over, what was done before may come again", asked(told), ENDS, seen(138), 140, null],
    ["told, over and heard: it ends", asked(told), ENDS, seen(139), 140, { cause: "idle", at: at(140) }],
    [
      "used after the question",
      asked(told),
      ENDS,
      seen(138, 130),
      138,
      { from: at(130), asked: { was: "used" } },
    ],
    [
      "used before it, and told late",
      asked(told),
      ENDS,
      seen(138, 60),
      138,
      { from: at(60), asked: { was: "used" } },
    ],
    ["silent while it is asked", asked(told), ENDS, seen(127), 138, { from: T0, asked: { was: "over" } }],
    [
      "a gap in it",
      asked(told),
      ENDS,
      seen(145, null, [123, 140]),
      145,
      { from: at(140), asked: { was: "over" } },
    ],
    [
      "used and then a gap",
      asked(told),
      ENDS,
      seen(145, 122, [123, 140]),
      145,
      { from: at(140), asked: { was: "used" } },
    ],
    ["the policy asks no more", asked(told), {}, seen(138), 138, { asked: { was: "over" } }],
    [
      "the policy gives more time",
      asked(told),
      rolesOf(4 * HOUR, true),
      seen(138),
      138,
      { asked: { was: "over" } },
    ],
    ["the policy only asks now", asked(told), ASKS, seen(138), 138, { asked: { release: false } }],
    ["the policy ends it now", asked({ release: false }), ENDS, seen(138), 138, { asked: { release: true } }],
    ["asked only, for hours", asked({ release: false }), ASKS, seen(400), 400, null],
    [
      "kept, and nothing since",
      asked({ was: "kept" }),
      ASKS,
      seen(130),
      131,
      { asked: { was: "open", at: at(131) } },
    ],
  ])("%s", (_, r, roles, look, now, becomes) => {
    const next = idled(r, roles as never, look, at(now));
    const is = next && ("end" in next ? next.end : next.idle);
    if (becomes === null) expect(next).toBeNull();
    else expect(is).toMatchObject(becomes);
    if (next?.state === "active" && roles === ASKS) expect(next.idle?.asked?.toldAt).toBeUndefined();
  });

  test("who is told anew has a quarter of an hour from then on", () =>
    expect(idled(asked({ release: false, ...told }), ENDS, seen(138), at(138))?.state).toBe("active"));
});

describe("who answers", () => {
  test("Keep starts the time anew, once", () => {
    const once = kept(asked(), at(125));
    expect(once?.idle).toMatchObject({ from: at(125), asked: { at: ASKED_AT, was: "kept" } });
    expect(once && kept(once, at(126))).toBeNull();
  });
  test.each([
    ["it is over", each.ended],
    ["nobody asked", active],
    ["it was used meanwhile", asked({ was: "used" })],
  ])("too late: %s", (_, r) => expect(() => kept(r, at(125))).toThrow(Refused));
});

test("a new token, more time and an end take the question back; a fresh token starts the time anew", () => {
  const refresh = { why: "extended", at: at(125) } as const;
  expect(renewed(asked(), "lost", at(125))).not.toHaveProperty("idle");
  expect(ending(asked(), { cause: "revoked", by: approver, at: at(125) })).not.toHaveProperty("idle");
  const fresh = refreshAsked(asked(), refresh);
  expect(fresh).not.toHaveProperty("idle");
  expect(fresh && refreshed(fresh, refresh, at(126)).idle).toEqual({ from: at(126) });
});
