/** Who may be shown a token at a click, when a view must go, and what the record keeps of it. */
import { describe, expect, test } from "vitest";
import { isUnseen, mustCover, revealsOf, SHOWS_AN_HOUR, viewsToCover } from "../../src/domain/delivery.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { timerOf } from "../../src/domain/lifecycle.ts";
import { Refused } from "../../src/domain/refusal.ts";
import type { AccessRequest, In } from "../../src/domain/request.ts";
import { assertRevealable, covered, revealing } from "../../src/domain/reveal.ts";
import { ending } from "../../src/domain/transitions.ts";
import { all, DECIDED_AT, EXPIRES_AT, each, revoked } from "./records.ts";

const NOW = DECIDED_AT + MINUTE;
const live: In<"active"> = {
  ...each.active,
  delivery: "reveal",
  reveals: { count: 0, recent: [], views: [] },
};
const made = (tokenExpiresAt: number) => ({ generation: 1, grant: { tokenExpiresAt, signedBy: "key" } });
const shown = (r: AccessRequest, view: string, now = NOW, until = EXPIRES_AT): In<"active"> =>
  revealing(r, { view, ...made(until) }, now);

const refusalOf = (r: AccessRequest, now: number): string | null => {
  try {
    assertRevealable(r, now);
    return null;
  } catch (error) {
    return error instanceof Refused ? error.refusal.kind : String(error);
  }
};

test.each(all.map((r) => [r.state, r] as const))("of what is %s", (state, r) => {
  const expected: Partial<Record<AccessRequest["state"], string | null>> = {
    ...{ active: null, approved: "not-ready-yet", delivering: "not-ready-yet" },
    ...{ requested: "stale", pending: "stale" },
  };
  expect(refusalOf({ ...r, delivery: "reveal" }, NOW)).toBe(state in expected ? expected[state] : "late");
  // Its token stands on its message.
  expect(refusalOf(r, NOW)).toBe("stale");
});

test("not when its time is over, nor of another account than the one it was made for", () => {
  expect(refusalOf(live, EXPIRES_AT - 1)).toBeNull();
  expect(refusalOf(live, EXPIRES_AT)).toBe("late");
  const other = { view: "V1", ...made(EXPIRES_AT), generation: 2 };
  expect(() => revealing(live, other, NOW)).toThrow("not-ready-yet");
});

test("so many in any hour, counted over the generations", () => {
  const times = Array.from({ length: SHOWS_AN_HOUR }, (_, i) => NOW + i * MINUTE);
  const full = times.reduce((r, at) => shown(r, `V${at}`, at), live);
  const longer = { ...full, generation: 1, expiresAt: EXPIRES_AT + 3 * HOUR };
  expect(() => shown(longer, "V", NOW + 30 * MINUTE)).toThrow("too-many-shows");
  expect(shown(longer, "V", NOW + HOUR).reveals).toMatchObject({ count: SHOWS_AN_HOUR + 1 });
});

test("the record keeps the latest end of any token, and the key of the last", () => {
  const once = shown(live, "V1", NOW, EXPIRES_AT + 9 * MINUTE);
  const twice = shown(once, "V2", NOW + 1, EXPIRES_AT);
  expect(twice.grant).toMatchObject({ tokenExpiresAt: EXPIRES_AT + 9 * MINUTE, signedBy: "key" });
  expect(isUnseen(live)).toBe(true);
  expect(isUnseen(once)).toBe(false);
});

describe("a view", () => {
  const two = shown(shown(live, "V1"), "V2", NOW + MINUTE);
  const ids = (r: AccessRequest, now: number) => viewsToCover(r, now).map(({ id }) => id);

  test("goes two minutes after, and the timer comes for the first of them", () => {
    expect(ids(two, NOW + 2 * MINUTE - 1)).toEqual([]);
    expect(ids(two, NOW + 2 * MINUTE)).toEqual(["V1"]);
    expect(ids(two, NOW + 3 * MINUTE)).toEqual(["V1", "V2"]);
    expect(timerOf(two, { reminders: [], roles: {} })).toEqual({ at: NOW + 2 * MINUTE, step: "coverViews" });
    expect(mustCover(two)).toBe(false);
  });

  test.each([
    ["it ends", ending(two, revoked)],
    ["another account takes its place", { ...two, generation: 2 }],
  ])("goes at once where %s", (_, r) => {
    expect(r && mustCover(r)).toBe(true);
    expect(r && ids(r, NOW)).toEqual(["V1", "V2"]);
  });

  test("leaves the record when it is gone, and not one that bears another token since", () => {
    const [first] = revealsOf(two).views;
    if (!first) throw new Error("no view");
    const left = covered(two, first);
    expect(left && revealsOf(left).views.map(({ id }) => id)).toEqual(["V2"]);
    expect(left && covered(left, first)).toBeNull();
    const again = shown(two, "V1", NOW + 90_000);
    expect(covered(again, first)).toBeNull();
  });
});
