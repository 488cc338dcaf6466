/** When trouble outside becomes news, and what is done before it does. */
import { describe, expect, test } from "vitest";
import { SECOND } from "../../src/domain/duration.ts";
import { displayStatus, rowOf, stamped, timerOf } from "../../src/domain/lifecycle.ts";
import { outageNow, quietUntil, toldOutage } from "../../src/domain/outage.ts";
import type { AccessRequest, Outage } from "../../src/domain/request.ts";
import { deleted, withOutage } from "../../src/domain/transitions.ts";
import { each, T0 } from "./records.ts";

const { approved, active, ending } = each;
const NO_TIMING = { reminders: [], roles: {} };
const having = <R extends AccessRequest>(r: R, outage: Outage): R => ({ ...r, outage });
const quiet = (what: Outage["what"]) => ({ what, since: T0, quiet: true }) as const;

/** Milliseconds for which it is kept quiet while access is set up, and at an end. */
const PATIENCE: Record<Outage["what"], [number, number]> = {
  hub: [3_000, 20_000],
  slack: [3_000, 20_000],
  "not-the-hub": [3_000, 20_000],
  stuck: [3_000, 20_000],
  "held-back": [0, 0],
  "rules-differ": [0, 0],
  "open-hub": [0, 0],
  accepted: [0, 0],
  "made-again": [0, 0],
  other: [0, 0],
};

describe.each(Object.entries(PATIENCE) as [Outage["what"], [number, number]][])("%s", (what, patience) => {
  test.each([
    ["approved", approved, patience[0]],
    ["ending", ending, patience[1]],
  ] as const)("%s: told after so long", (_state, r, ms) => {
    const first = outageNow(r, what, T0);
    expect(first).toEqual(ms > 0 ? quiet(what) : { what, since: T0 });
    const noted = having(r, first);
    expect(quietUntil(noted)).toBe(ms > 0 ? T0 + ms : null);
    expect(toldOutage(noted)).toEqual(ms > 0 ? undefined : first);
    if (ms > 0) expect(outageNow(noted, what, T0 + ms - 1)).toEqual(first);
    expect(outageNow(noted, what, T0 + ms)).toEqual({ what, since: T0 });
  });
});

describe("what it is may change", () => {
  test.each<[string, AccessRequest, Outage["what"], number, Outage]>([
    [
      "to what may pass as well: the time counts from the first",
      having(ending, quiet("hub")),
      "stuck",
      19_999,
      quiet("stuck"),
    ],
    [
      "to what is grave: told at once",
      having(ending, quiet("hub")),
      "open-hub",
      1,
      { what: "open-hub", since: T0 },
    ],
    [
      "once told it is not taken back",
      having(ending, { what: "open-hub", since: T0 }),
      "hub",
      1,
      { what: "hub", since: T0 },
    ],
    [
      "of a version that tells all at once",
      having(ending, { what: "hub", since: T0 }),
      "stuck",
      1,
      { what: "stuck", since: T0 },
    ],
    [
      "a grave word is never quiet, whoever wrote so",
      having(ending, quiet("accepted")),
      "hub",
      1,
      { what: "hub", since: T0 },
    ],
  ])("%s", (_what, r, what, later, expected) => expect(outageNow(r, what, T0 + later)).toEqual(expected));
});

describe("while it is quiet", () => {
  test.each<[string, AccessRequest, string | null, string, number]>([
    ["approved", having(approved, quiet("hub")), "setting-up", "provision", 3],
    ["ending", having(ending, quiet("hub")), "revoked", "end", 20],
    ["deleted", having({ ...ending, deletedAt: T0 }, quiet("not-the-hub")), "revoked", "verify", 20],
  ])("%s: nothing shows it, and its step is tried once more", (_state, r, shows, step, seconds) => {
    expect(displayStatus(r)).toBe(shows);
    expect(rowOf(r).messages(r)).not.toContain("alert");
    expect(timerOf(r, NO_TIMING)).toEqual({ step, at: T0 + seconds * SECOND });
    expect(stamped({ ...r, outage: undefined } as AccessRequest, r, T0).revision).toBe(r.revision);
    const told = withOutage(r, "hub", T0 + seconds * SECOND) as AccessRequest;
    expect(stamped(r, told, T0).revision).toBe(r.revision + 1);
    expect(timerOf(told, NO_TIMING)?.at).not.toBe(T0 + seconds * SECOND);
  });

  test("the same trouble again is nothing new", () =>
    expect(withOutage(having(ending, quiet("hub")), "hub", T0 + 1)).toBeNull());
  test("a deletion that succeeds is the end of it", () =>
    expect(deleted(having(ending, quiet("hub")), T0)).not.toHaveProperty("outage"));
  test("what was told stands until the end is proved", () =>
    expect(deleted(having(ending, { what: "hub", since: T0 }), T0)).toHaveProperty("outage"));
  test("access that stands has no trouble", () => expect(withOutage(active, "hub", T0)).toBeNull());
});
