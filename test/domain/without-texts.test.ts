/** Of what is over the record keeps nothing that people typed, wherever it stands. */
import { expect, test } from "vitest";
import type { AccessRequest, Verification } from "../../src/domain/request.ts";
import { withoutTexts } from "../../src/domain/without-texts.ts";
import { approver, DELETED_AT, decision, each, grant } from "./records.ts";

const TYPED = "as they typed it";
const by = approver;
const at = DELETED_AT;
const settled: Verification = {
  ...{ method: "abandoned", deletedAt: at, at, operator: "dana", reason: TYPED },
};

test.each<[string, AccessRequest]>([
  [
    "denied, as before",
    {
      ...{ ...each.denied, reason: TYPED, why: TYPED },
      background: { holds: [], grants: 0, denied: { at, by, why: TYPED } },
    },
  ],
  [
    "refused by the company's own check",
    { ...each.refused, refusal: { kind: "check-denied", role: "admin", say: TYPED } },
  ],
  [
    "approved, reviewed, revoked, and settled",
    {
      ...each.ended,
      decision: { ...decision, note: TYPED },
      approvals: [{ by, qualified: "S0SRE", at, terms: 1, note: TYPED }],
      emergency: { review: [], reviews: [{ by, qualified: "S0SRE", comment: TYPED, at }] },
      end: { ...each.ended.end, reason: TYPED },
      former: [{ generation: 1, grant, why: "lost", at, verification: settled }],
      verification: settled,
    },
  ],
])("%s", (_, request) => expect(JSON.stringify(withoutTexts(request))).not.toContain(TYPED));
