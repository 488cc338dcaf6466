/** What is said of a lockdown, and of all of a person or role revoked: whole, within Slack's limits, in both languages. */
import { describe, expect, test } from "vitest";
import { HOUR } from "../../../src/domain/duration.ts";
import type { MassEnd, Scope } from "../../../src/domain/mass-end.ts";
import type { Affected } from "../../../src/flow/together/revoke-all.ts";
import {
  drillReply,
  lockedReply,
  massEndMessage,
  massEndModal,
  massEndRefused,
  revokedAllReply,
  unlockedMessage,
  unlockedReply,
  withLockdown,
} from "../../../src/slack/views/index.ts";
import { expectModal, expectSpeech, expectTypography, mrkdwnIn } from "../../helpers/speech.ts";
import { alice, bob, ID, NOW, SRE, view } from "../records.ts";

const lockdown = { by: alice, qualified: SRE, at: NOW - HOUR, reason: "a <stolen> laptop" };
const scopes: Scope[] = [
  { what: "everything" },
  { what: "person", person: bob.id },
  { what: "role", role: "admin" },
];
const one = (over: Partial<MassEnd>): MassEnd => ({
  ...{
    id: `lockdown-${NOW - HOUR}`,
    scope: { what: "everything" },
    by: alice,
    qualified: SRE,
    reason: "a <stolen> laptop",
  },
  ...{ at: NOW - HOUR, grants: [ID, ID, ID], left: [ID], stripped: true, troubled: 0 },
  ...over,
});
const ends: MassEnd[] = scopes.flatMap((scope) => [
  one({ scope }),
  one({ scope, left: [ID, ID], troubled: 1 }),
  one({ scope, troubled: 2, left: [ID, ID, ID] }),
  one({ scope, left: [] }),
  one({ scope, grants: [ID], left: [] }),
  one({ scope, grants: [], left: [] }),
  one({ id: "operator-1", scope, by: { operator: "<dana>" }, reason: "" }),
]);
const affected: Affected[] = [
  {
    grants: 41,
    people: 37,
    roles: [
      ["guest", 30],
      ["admin", 11],
    ],
    waiting: 5,
    allowed: 2,
  },
  {
    ...{ grants: 300, people: 1, waiting: 0, allowed: 0 },
    roles: Array.from({ length: 100 }, (_, i) => [`${"r".repeat(28)}${i}`, 3]),
  },
  { grants: 1, people: 1, roles: [["guest", 1]], waiting: 1, allowed: 0 },
  { grants: 0, people: 0, roles: [], waiting: 0, allowed: 0 },
  { grants: 0, people: 0, roles: [], waiting: 0, allowed: 1 },
];
const done = { lockdown, inRedis: true, before: false, onHub: true };

describe.each(["en", "zh"] as const)("in %s", (locale) => {
  const ctx = view(locale);
  const messages = [
    ...ends.map((end) => massEndMessage(end, ctx)),
    unlockedMessage(lockdown, { by: bob, qualified: SRE, reason: "found" }, ctx),
    ...[done, { ...done, before: true }, { ...done, inRedis: false }, { ...done, onHub: false }].map((each) =>
      lockedReply(each, ctx),
    ),
    ...[true, false].map((onHub) => unlockedReply({ lockdown, onHub }, ctx)),
    ...affected.map((found) => revokedAllReply(found, ctx)),
    ...affected.flatMap((found) => [
      drillReply({ ...found, bindings: 41 }, ctx),
      drillReply({ ...found, bindings: null }, ctx),
    ]),
    unlockedMessage(
      { ...lockdown, by: { operator: "dana" } },
      { by: { operator: "li" }, qualified: "operator", reason: "found" },
      ctx,
    ),
    withLockdown(lockdown, revokedAllReply(affected[0] as Affected, ctx), ctx),
  ];

  test.each(messages.map((message) => [message.text, message] as const))("%s", (_, message) => {
    expectSpeech(message);
    if (locale === "zh") expectTypography(message);
  });

  test("the form says what would end, and is no longer than Slack lets it be", () => {
    for (const scope of scopes) {
      const target = { scope, channel: "C1", responseUrl: `https://hooks.slack.com/${"x".repeat(200)}` };
      expectModal(massEndModal(target, { reason: "" }, ctx));
      for (const found of affected)
        expectModal(massEndModal(target, { reason: "x".repeat(500), found }, ctx));
      expectModal(massEndRefused(target, { kind: "not-admin", admins: [SRE] }, ctx));
    }
  });
});

test("how many are confirmed stands in the first block, and in what rings", () => {
  const { text, blocks } = massEndMessage(one({}), view("en"));
  expect(mrkdwnIn(blocks)[0]).toContain("*2 of 3 confirmed.*");
  expect(text).toContain("Locked down by");
});
