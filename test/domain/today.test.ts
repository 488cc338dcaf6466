/** What was asked under other rules is not granted by them: the frozen terms against today's catalog. */
import { describe, expect, test } from "vitest";
import type { Role } from "../../src/domain/catalog.ts";
import { HOUR } from "../../src/domain/duration.ts";
import { approversToday, isChanged, noLonger, roleToday } from "../../src/domain/today.ts";
import { roles } from "./catalog.ts";
import { asked, each } from "./records.ts";

/** The role of the catalog, changed. */
const today = (change: Partial<Role>) => ({ ...roles, admin: { ...roles.admin, ...change } });
const changed = (what: string, max?: number) => ({
  kind: "terms-changed",
  role: "admin",
  what,
  ...(max === undefined ? {} : { max }),
});

describe("roleToday", () => {
  test("the role, where all still holds", () => {
    expect(roleToday(asked(), roles)).toBe(roles.admin);
    expect(isChanged(roleToday(asked(), roles))).toBe(false);
  });

  test.each([
    ["the role is gone", asked(), { guest: roles.guest }, changed("role-gone")],
    [
      "a role named like something every object has",
      asked({ role: "constructor" }),
      roles,
      {
        ...changed("role-gone"),
        role: "constructor",
      },
    ],
    ["another ClusterRole", asked(), today({ clusterRole: "karpor-guest" }), changed("other-rights")],
    [
      "a shorter limit",
      asked({ duration: HOUR + 1 }),
      today({ duration: { default: HOUR, max: HOUR } }),
      changed("too-long", HOUR),
    ],
    ["nobody was to approve, somebody is", asked({ approvers: [] }), roles, changed("approval")],
    [
      "of several the first is told",
      asked({ approvers: [], duration: 9 * HOUR }),
      today({ clusterRole: "karpor-guest" }),
      changed("other-rights"),
    ],
  ])("%s", (_what, request, catalog, refusal) => {
    const found = roleToday(request, catalog);
    expect(found).toEqual(refusal);
    expect(isChanged(found)).toBe(true);
  });

  test.each([
    ["exactly the limit", asked({ duration: 8 * HOUR }), roles],
    ["a longer limit", asked(), today({ duration: { default: HOUR, max: 24 * HOUR } })],
    [
      "other approvers: whether one of them decides is looked at then",
      asked(),
      today({ approval: roles.guest.approval }),
    ],
    ["nobody need approve any more", asked(), today({ approval: "none" })],
    ["policy approved, and still does", asked({ approvers: [] }), today({ approval: "none" })],
    ["a reason is needed now", asked({ reason: "" }), today({ reason: "required" })],
  ])("%s is no change", (_what, request, catalog) => expect(roleToday(request, catalog)).toBe(catalog.admin));

  test("it does not matter how far the request is", () => {
    for (const r of Object.values(each)) expect(roleToday(r, {})).toEqual(changed("role-gone"));
  });
});

test("today's approvers, null where none are asked", () => {
  expect(approversToday(roles.admin)).toEqual(["U0BOB", "S0SRE"]);
  expect(approversToday(roles.peek)).toBeNull();
});

test.each(["requester", "approval"] as const)("what look-ups find: %s", (what) =>
  expect(noLonger(asked(), what)).toEqual(changed(what)),
);
