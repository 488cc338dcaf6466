/** Whether what waits, or is live, would be given under other rules; and who is in a group, by Slack. */
import { describe, expect, test } from "vitest";
import { membership } from "../../../src/cli/policy/membership.ts";
import { type IsIn, underRules } from "../../../src/cli/policy/today.ts";
import { Role } from "../../../src/domain/catalog.ts";
import { HOUR } from "../../../src/domain/duration.ts";
import { PolicyRule } from "../../../src/domain/policy-rule.ts";
import type { AccessRequest } from "../../../src/domain/request.ts";
import { sampleRoles } from "../../domain/catalog.ts";
import { approver, each, requestedRecord } from "../../domain/records.ts";
import { annId, bobId, botToken, sreId, world } from "../../sandbox/slack-fixture.ts";

/** Everybody is in S0DEV and nowhere else; of S0X nobody knows. */
const isIn: IsIn = (who, principals) => {
  if (principals.includes("S0DEV" as never) || principals.includes(who)) return true;
  return principals.includes("S0X" as never) ? null : false;
};
const book = (change: object = {}, rules: object[] = []) => ({
  roles: { ...sampleRoles, admin: Role.parse({ ...written, ...change }) },
  rules: rules.map((one) => PolicyRule.parse({ name: "one", then: "deny", ...one })),
  limits: {},
});
const written = {
  clusterRole: "karpor-admin",
  description: { en: "x", zh: "x" },
  duration: { default: "1h", max: "8h" },
  requester: { in: ["S0DEV"] },
  approval: { by: ["S0SRE"] },
};
const { pending, active } = each;
const byPolicy: AccessRequest = { ...active, decision: { by: "policy", qualified: "rule: one", at: 1 } };
const taken: AccessRequest = {
  ...{ ...byPolicy, emergency: { review: [], reviews: [] } },
  decision: { by: "policy", qualified: "break-glass: S0ONCALL", at: 1 },
};
const glassFor = (who: string) => ({ breakGlass: { by: [who], max: "1h", review: ["S0SRE"] } });

describe("underRules", () => {
  test.each<[string, AccessRequest, ReturnType<typeof book>, string | null]>([
    ["nothing against it", pending, book(), null],
    ["nor what is live", active, book(), null],
    ["no such role", { ...pending, role: "gone" }, book(), "refused: the role is gone"],
    ["other rights", pending, book({ clusterRole: "x" }), "refused: the role gives another ClusterRole"],
    ["too long", requestedRecord({ duration: 9 * HOUR }), book(), "refused: the role lasts 8h at most"],
    [
      "nobody was asked",
      { ...byPolicy, approvers: [] },
      book(),
      "refused: somebody must approve it, and nobody was asked",
    ],
    ["for others", pending, book({ requester: { in: ["S0OPS"] } }), "refused: requester: not in S0OPS"],
    [
      "perhaps for others",
      pending,
      book({ requester: { in: ["S0X"] } }),
      "unknown: requester: whether they are in S0X is not known",
    ],
    ["a rule", active, book({}, [{}]), "refused: rule: one: for every request"],
    ["no rule any more", byPolicy, book(), "refused: no rule approves it; asks S0SRE"],
    ["the same rule", byPolicy, book({ autoApproveWrites: true }, [{ then: "approve" }]), null],
    [
      "more must approve",
      active,
      book({ approval: { by: ["S0SRE"], count: 2 } }),
      "refused: 2 must approve it, and 1 did",
    ],
    ["more must approve what waits", pending, book({ approval: { by: ["S0SRE"], count: 2 } }), null],
    [
      "others approve",
      active,
      book({ approval: { by: ["S0LEADS"] } }),
      "refused: S0LEADS approve, and others did",
    ],
    ["who did may still", active, book({ approval: { by: [approver.id] } }), null],
    [
      "others would have been asked",
      pending,
      book({ approval: { by: ["S0LEADS"] } }),
      "unknown: asks S0LEADS, who were not asked",
    ],
    ["an emergency as it was", taken, book(glassFor("S0DEV")), null],
    ["no emergencies", taken, book(), "refused: nobody may break glass"],
    ["emergencies of others", taken, book(glassFor("S0ONCALL")), "refused: emergencies are for S0ONCALL"],
  ])("%s", (_what, request, rules, said) => {
    const verdict = underRules(request, rules, isIn);
    expect(verdict && `${verdict.outcome}: ${verdict.why}`).toBe(said);
  });
});

describe("membership", () => {
  const groups = [sreId as never];
  test("by Slack", async () => {
    const { slack } = await world();
    const is = await membership({ variables: { SLACK_BOT_TOKEN: botToken, SLACK_API_URL: slack.apiUrl } });
    expect([annId, bobId].map((who) => is(who as never, groups))).toEqual([true, false]);
    const gone = ["S0GONE" as never];
    expect([is(bobId as never, gone), is(bobId as never, gone, { isSure: true })]).toEqual([false, null]);
  });

  test("without a token", async () => {
    const is = await membership({ variables: {} });
    expect(is(annId as never, groups)).toBe(null);
    expect(is(annId as never, [annId as never, ...groups])).toBe(true);
    expect(is(annId as never, [bobId as never])).toBe(false);
  });
});
