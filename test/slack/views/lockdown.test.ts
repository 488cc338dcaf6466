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
  one({ scope, left: [], proven: 2 }),
  one({ scope, left: [], proven: 1, unproven: 2 }),
  one({ scope, troubled: 1, unproven: 1 }),
  one({ scope, grants: [ID], left: [] }),
  one({ scope, grants: [ID], left: [], proven: 1 }),
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

test.each([
  [
    { left: [], proven: 2 },
    "All 3 are confirmed: Karpor refuses every token.",
    "3 项均已确认：Karpor 已拒绝这些令牌。",
  ],
  [{ left: [] }, "All 3 are confirmed: no token was given out.", "3 项均已确认：令牌从未发出。"],
  [
    { left: [], proven: 1, unproven: 2 },
    "*1 of 3 confirmed.* 2 ends were never confirmed: those tokens may work until their own time is out.",
    "*已确认 1 / 3 项。* 有 2 项始终未能确认，其令牌在自身有效期内可能仍然有效。",
  ],
  [
    { troubled: 1, unproven: 1 },
    "*1 of 3 confirmed.* 1 end cannot be confirmed yet, and its token may still work; we keep trying. 1 end was never confirmed: its token may work until its own time is out.",
    "*已确认 1 / 3 项。* 有 1 项暂时无法确认，其令牌可能仍然有效，我们会继续重试。有 1 项始终未能确认，其令牌在自身有效期内可能仍然有效。",
  ],
])("%j is told as what it is", (over, en, zh) => {
  for (const [locale, words] of [
    ["en", en],
    ["zh", zh],
  ] as const)
    expect(mrkdwnIn(massEndMessage(one(over), view(locale)).blocks)[0]).toContain(words);
});
