/** Which requests end when many are ended at once, and what is said of those that are over. */
import { describe, expect, test } from "vitest";
import { UserId } from "../../src/domain/ids.ts";
import { countedBy, isEndedBy, massEndOf, type Scope } from "../../src/domain/mass-end.ts";
import type { AccessRequest, Verification } from "../../src/domain/request.ts";
import { all, approver, each, T0 } from "./records.ts";

const standing = (r: AccessRequest) => ["approved", "delivering", "active", "ending"].includes(r.state);
const person = (id: string): Scope => ({ what: "person", person: UserId.parse(id) });

describe.each(all.map((r) => [r.state, r] as const))("%s", (state, r) => {
  test("a lockdown ends what stands, and nothing that waits", () =>
    expect(isEndedBy({ what: "everything" }, r)).toBe(standing(r)));

  test.each<[string, Scope, Scope]>([
    ["person", person("U0REQ"), person("U0OTHER")],
    ["role", { what: "role", role: "admin" }, { what: "role", role: "guest" }],
  ])("all of a %s: also what was approved for later, and of no other", (_, theirs, others) => {
    expect(isEndedBy(theirs, r)).toBe(standing(r) || state === "scheduled");
    expect(isEndedBy(others, r)).toBe(false);
  });
});

test("each state is looked at", () => expect(Object.keys(each)).toContain("scheduled"));

describe("what is left of it", () => {
  const lockdown = massEndOf({ at: T0, by: approver, qualified: "S0SRE", reason: "leak" });
  const one = { ...lockdown, left: [each.ended.id] };
  const by = (method: Verification["method"]) => ({
    ...each.ended,
    verification: { ...each.ended.verification, method },
  });
  const { grant: _, ...unseen } = each.ended;

  test.each<[string, AccessRequest | "unreadable" | null, { left?: 1; proven?: 1; unproven?: 1 }]>([
    ["its token was refused", by("probe"), { proven: 1 }],
    ["its account is gone", by("absence"), { proven: 1 }],
    ["its token's time ran out", by("expiry"), { unproven: 1 }],
    ["an operator abandoned it", by("abandoned"), { unproven: 1 }],
    ["nobody was given a token", unseen, {}],
    ["it is not proved yet", each.ending, { left: 1 }],
    ["nobody can read its record", "unreadable", { left: 1 }],
    ["its record is gone", null, { unproven: 1 }],
  ])("%s", (_what, found, { left = 0, proven = 0, unproven = 0 }) => {
    const counted = countedBy({ ...one, proven: 3, unproven: 2 }, [found]);
    expect({ ...counted, left: counted.left.length }).toEqual({
      left,
      troubled: 0,
      proven: 3 + proven,
      unproven: 2 + unproven,
    });
  });
});
