/** What was requestedRecord under other rules is not granted by them: the frozen terms against today's catalog. */
import { describe, expect, test } from "vitest";
import type { Role } from "../../src/domain/catalog.ts";
import { HOUR } from "../../src/domain/duration.ts";
import { approversToday, isChanged, noLonger, roleToday } from "../../src/domain/today.ts";
import { sampleRoles } from "./catalog.ts";
import { each, requestedRecord } from "./records.ts";

/** The role of the catalog, changed. */
const today = (change: Partial<Role>) => ({ ...sampleRoles, admin: { ...sampleRoles.admin, ...change } });
const changed = (what: string, max?: number) => ({
  kind: "terms-changed",
  role: "admin",
  what,
  ...(max === undefined ? {} : { max }),
});

describe("roleToday", () => {
  test("the role, where all still holds", () => {
    expect(roleToday(requestedRecord(), sampleRoles)).toBe(sampleRoles.admin);
    expect(isChanged(roleToday(requestedRecord(), sampleRoles))).toBe(false);
  });

  test.each([
    ["the role is gone", requestedRecord(), { guest: sampleRoles.guest }, changed("role-gone")],
    [
      "a role named like something every object has",
      requestedRecord({ role: "constructor" }),
      sampleRoles,
      {
        ...changed("role-gone"),
        role: "constructor",
      },
    ],
    [
      "another ClusterRole",
      requestedRecord(),
      today({ clusterRole: "karpor-guest" }),
      changed("other-rights"),
    ],
    [
      "a shorter limit",
      requestedRecord({ duration: HOUR + 1 }),
      today({ duration: { default: HOUR, max: HOUR } }),
      changed("too-long", HOUR),
    ],
    [
      "nobody was to approve, somebody is",
      requestedRecord({ approvers: [] }),
      sampleRoles,
      changed("approval"),
    ],
    [
      "of several the first is told",
      requestedRecord({ approvers: [], duration: 9 * HOUR }),
      today({ clusterRole: "karpor-guest" }),
      changed("other-rights"),
    ],
  ])("%s", (_what, request, catalog, refusal) => {
    const found = roleToday(request, catalog);
    expect(found).toEqual(refusal);
    expect(isChanged(found)).toBe(true);
  });

  test.each([
    ["exactly the limit", requestedRecord({ duration: 8 * HOUR }), sampleRoles],
    ["a longer limit", requestedRecord(), today({ duration: { default: HOUR, max: 24 * HOUR } })],
    [
      "other approvers: whether one of them decides is looked at then",
      requestedRecord(),
      today({ approval: sampleRoles.guest.approval }),
    ],
    ["nobody need approve any more", requestedRecord(), today({ approval: "none" })],
    ["policy approved, and still does", requestedRecord({ approvers: [] }), today({ approval: "none" })],
    ["a reason is needed now", requestedRecord({ reason: "" }), today({ reason: { required: true } })],
  ])("%s is no change", (_what, request, catalog) => expect(roleToday(request, catalog)).toBe(catalog.admin));

  test("it does not matter how far the request is", () => {
    for (const r of Object.values(each)) expect(roleToday(r, {})).toEqual(changed("role-gone"));
  });
});

test("today's approvers, null where none are requestedRecord", () => {
  expect(approversToday(requestedRecord(), sampleRoles.admin)).toEqual(["U0BOB", "S0SRE"]);
  expect(approversToday(requestedRecord(), sampleRoles.peek)).toBeNull();
});

test.each(["requester", "approval"] as const)("what look-ups find: %s", (what) =>
  expect(noLonger(requestedRecord(), what)).toEqual(changed(what)),
);
