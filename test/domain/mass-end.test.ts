/** Which requests end when many are ended at once. */
import { describe, expect, test } from "vitest";
import { UserId } from "../../src/domain/ids.ts";
import { isEndedBy, type Scope } from "../../src/domain/mass-end.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import { all, each } from "./records.ts";

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
