/** What differs between two policies, as data. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Role } from "../../src/domain/catalog.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { diffPolicies, type PolicyChange } from "../../src/domain/policy-diff.ts";
import { sampleRoles } from "./catalog.ts";

const policy = { roles: sampleRoles, admins: ["U0ALICE"], reminders: [HOUR, 10 * MINUTE] };
const { admin, peek, ...others } = sampleRoles;
const withAdmin = (change: Partial<Role>) => ({
  ...policy,
  roles: { ...sampleRoles, admin: { ...admin, ...change } },
});
const approval = { by: ["U0BOB", "S0SRE"] as never[], count: 1, within: 2 * HOUR };
const ofAdmin = { role: "admin" };

describe("diffPolicies", () => {
  test.each([
    ["nothing", policy, []],
    [
      "another order of names",
      withAdmin({ approval: { ...approval, by: ["S0SRE", "U0BOB"] as never[] } }),
      [],
    ],
    ["another order of roles", { ...policy, roles: { admin, peek, ...others } }, []],
    ["a role less", { ...policy, roles: { ...others, peek } }, [{ kind: "role-removed", role: "admin" }]],
    [
      "a role more",
      { ...policy, roles: { ...sampleRoles, deploy: peek } },
      [{ kind: "role-added", role: "deploy" }],
    ],
    [
      "a shorter time",
      withAdmin({ duration: { default: HOUR, max: 2 * HOUR } }),
      [{ kind: "changed", ...ofAdmin, field: "duration.max", from: 8 * HOUR, to: 2 * HOUR }],
    ],
    [
      "another approver",
      withAdmin({ approval: { ...approval, by: ["S0SRE", "U0MEI"] as never[] } }),
      [{ kind: "listed", ...ofAdmin, field: "approval.by", added: ["U0MEI"], removed: ["U0BOB"] }],
    ],
    [
      "a reminder of the approvers",
      withAdmin({ approval: { ...approval, remind: HOUR } }),
      [{ kind: "changed", ...ofAdmin, field: "approval.remind", from: null, to: HOUR }],
    ],
    [
      "no approval any more",
      withAdmin({ approval: "none" }),
      [{ kind: "changed", ...ofAdmin, field: "approval", from: approval, to: "none" }],
    ],
    [
      "everybody may ask",
      withAdmin({ requester: undefined }),
      [{ kind: "changed", ...ofAdmin, field: "requester", from: { in: ["S0DEV"] }, to: null }],
    ],
    [
      "rules of its own",
      withAdmin({ rules: [{ nonResourceURLs: ["/*"], verbs: ["get"] }] }),
      [
        {
          kind: "changed",
          ...ofAdmin,
          field: "rules",
          from: null,
          to: [{ nonResourceURLs: ["/*"], verbs: ["get"] }],
        },
      ],
    ],
    [
      "admins and reminders",
      { ...policy, admins: ["U0ALICE", "U0MEI"], reminders: [HOUR] },
      [
        { kind: "listed", field: "admins", added: ["U0MEI"], removed: [] },
        { kind: "listed", field: "reminders", added: [], removed: [10 * MINUTE] },
      ],
    ],
    [
      "a setting that a policy gained",
      { ...policy, limits: { grantsPerPerson: 3 } },
      [{ kind: "changed", field: "limits", from: null, to: { grantsPerPerson: 3 } }],
    ],
  ])("%s", (_what, edited, changes) => {
    expect(diffPolicies(policy, edited)).toEqual(changes);
  });

  test("the order of rules counts, since the first that matches decides", () => {
    const [a, b] = [{ name: "a" }, { name: "b" }];
    const [from, to] = [
      [a, b],
      [b, a],
    ];
    expect(diffPolicies({ ...policy, rules: from }, { ...policy, rules: to })).toEqual([
      { kind: "changed", field: "rules", from, to },
    ]);
  });

  test("of any two, one way says what the other way says backwards", () => {
    const names = fc.uniqueArray(fc.constantFrom("U0A", "U0B", "S0C"), { minLength: 1 });
    const role = fc.record({
      ...{ clusterRole: fc.constantFrom("x", "y"), duration: fc.record({ max: fc.nat(3) }) },
      approval: fc.oneof(fc.constant("none"), fc.record({ by: names, remind: fc.option(fc.nat(2)) })),
    });
    const some = fc.record({
      roles: fc.dictionary(fc.constantFrom("one", "two", "three"), role),
      admins: names,
    });
    fc.assert(
      fc.property(some, some, (a, b) => {
        const [there, back] = [diffPolicies(a as never, b as never), diffPolicies(b as never, a as never)];
        expect(diffPolicies(a as never, a as never)).toEqual([]);
        expect(sorted(there.map(backwards))).toEqual(sorted(back));
      }),
    );
  });
});

const sorted = (changes: unknown[]) => changes.map((one) => JSON.stringify(one)).sort();

function backwards(change: PolicyChange): PolicyChange {
  switch (change.kind) {
    case "role-added":
      return { ...change, kind: "role-removed" };
    case "role-removed":
      return { ...change, kind: "role-added" };
    case "listed":
      return { ...change, added: change.removed, removed: change.added };
    case "changed":
      return { ...change, from: change.to, to: change.from };
  }
}
