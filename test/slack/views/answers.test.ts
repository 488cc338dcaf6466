import { describe, expect, test } from "vitest";
import { mentionsIn, visibleText } from "../../../sandbox/slack/read.ts";
import type { Block } from "../../../sandbox/slack/types.ts";
import type { Alarm } from "../../../src/domain/alarm.ts";
import { isTaken } from "../../../src/domain/break-glass.ts";
import type { Role } from "../../../src/domain/catalog.ts";
import { correctLine, parseCommand } from "../../../src/domain/command.ts";
import { HOUR, MINUTE } from "../../../src/domain/duration.ts";
import { leaksOf } from "../../../src/domain/former.ts";
import type { HubAlarm, ObservedWrite } from "../../../src/domain/hub-signs.ts";
import { AllowanceId, GroupId } from "../../../src/domain/ids.ts";
import { isFinal } from "../../../src/domain/lifecycle.ts";
import { Silence } from "../../../src/domain/outside-check.ts";
import { Locale, Standing } from "../../../src/domain/person.ts";
import { ChangedTerm, type Refusal } from "../../../src/domain/refusal.ts";
import type { AccessRequest } from "../../../src/domain/request.ts";
import type { ForeignObject } from "../../../src/flow/ports.ts";
import { DECISION_VIEWS, type DecisionKind } from "../../../src/slack/ids.ts";
import {
  alarmMessage,
  credentialMessage,
  type Done,
  decisionBlank,
  decisionModal,
  decisionRefused,
  doneReply,
  helpReply,
  hubAlarmMessage,
  lessErrors,
  lessForm,
  lessRefused,
  type Message,
  readDecision,
  readLess,
  refusedReply,
  revokeChoiceReply,
  statusReply,
  unforeseenReply,
  vettedReply,
  welcomeMessage,
} from "../../../src/slack/views/index.ts";
import { buttonsIn, expectModal, expectSpeech, expectTypography, mrkdwnIn } from "../../helpers/speech.ts";
import { activeOne, alice, bob, common, ID, NOW, pendingOne, records, SRE, view } from "../records.ts";

const paged = (items: AccessRequest[]) => ({
  items,
  total: items.length,
  at: { list: "status" as const, from: 0 },
});
const line = "guest 8h checking the search page";
const ticket = { en: "a ticket, as in OPS-123", zh: "工单号，如 OPS-123" };
const freeze = { en: "Frozen until <Monday>.", zh: "周一之前冻结。" };
const refusals: { [K in Refusal["kind"]]: Extract<Refusal, { kind: K }>[] } = {
  "unknown-role": [
    { kind: "unknown-role", role: "gest", roles: ["guest"], line },
    { kind: "unknown-role", role: "`<!here>`", roles: ["guest", "admin"] },
    { kind: "unknown-role", role: "x", roles: [] },
  ],
  "bad-duration": [{ kind: "bad-duration", text: "8x<y", line }],
  "time-last": [{ kind: "time-last", text: "2h`<y", line }],
  "bad-start": [{ kind: "bad-start", text: "from <tomorrow", typed: line }],
  "start-last": [{ kind: "start-last", text: "from `<22:00", line, typed: line }],
  "start-past": [{ kind: "start-past", at: NOW - HOUR, typed: line }],
  "start-too-far": [{ kind: "start-too-far", max: 336 * HOUR, typed: line }],
  "no-such-time": [{ kind: "no-such-time", text: "02:30", zone: "Europe/Berlin", typed: line }],
  "zone-unknown": [{ kind: "zone-unknown", typed: line, recipient: bob }],
  "emergency-starts-now": [{ kind: "emergency-starts-now", line: "emergency admin 1h fix" }],
  "too-short": [
    { kind: "too-short", min: MINUTE, line },
    { kind: "too-short", min: MINUTE, line, typed: line, recipient: bob },
  ],
  "too-long": [
    { kind: "too-long", role: "admin", max: 8 * HOUR, line: "admin 8h fix" },
    { kind: "too-long", role: "admin", max: HOUR, emergency: true, line: "emergency admin 1h fix" },
  ],
  "no-emergency": [
    { kind: "no-emergency", role: "guest", roles: ["admin"] },
    { kind: "no-emergency", role: "guest", roles: [] },
  ],
  "no-reason": [
    { kind: "no-reason", role: "admin", line: "admin 4h" },
    { kind: "no-reason", role: "admin", emergency: true, line: "emergency admin 4h" },
  ],
  "reason-too-long": [{ kind: "reason-too-long", max: 500, line: `guest ${"x".repeat(500)}` }],
  "reason-form": [
    { kind: "reason-form", role: "admin", hint: ticket, mended: true, line: "admin 4h OPS-123" },
    { kind: "reason-form", role: "admin", hint: ticket, mended: false, line: "admin 4h fix" },
  ],
  "unknown-command": [
    { kind: "unknown-command", word: "staus", line: "status", raw: "status" },
    { kind: "unknown-command", word: "`revok", line: "revoke @bob", raw: "revoke <@U0BOB|bob>" },
  ],
  "other-command": [
    { kind: "other-command", given: "/karpor", line: "", raw: "" },
    { kind: "other-command", given: "/karpor", line: "revoke @bob", raw: "revoke <@U0BOB|bob>" },
  ],
  "for-whom": [
    { kind: "for-whom", word: "" },
    { kind: "for-whom", word: "dana <!here>" },
  ],
  "for-oneself": [{ kind: "for-oneself", line, raw: line }],
  "not-for-others": [
    { kind: "not-for-others", role: "peek", recipient: bob },
    { kind: "not-for-others", role: "admin", recipient: bob, emergency: true },
  ],
  "status-of-others": [{ kind: "status-of-others", line: "status", raw: "status" }],
  "unknown-target": [{ kind: "unknown-target", word: "dana <!here>" }],
  "allow-whom": [{ kind: "allow-whom" }],
  "bad-period": [
    { kind: "bad-period", text: "" },
    { kind: "bad-period", text: "for 3x", line: "allow @bob admin 4h for 3d x", raw: "allow <@U0BOB> admin" },
  ],
  "period-limits": [{ kind: "period-limits", min: MINUTE, max: 720 * HOUR }],
  "reasonless-allowance": [{ kind: "reasonless-allowance" }],
  "nothing-to-allow": [{ kind: "nothing-to-allow", role: "guest" }],
  "allow-oneself": [{ kind: "allow-oneself" }],
  "may-not-allow": [{ kind: "may-not-allow", role: "admin", approvers: [SRE] }],
  "unknown-allowance": [{ kind: "unknown-allowance", word: "<A-x>" }],
  "allowance-late": (["withdrawn", "over", "allowed"] as const).flatMap((did) => [
    { kind: "allowance-late", id: AllowanceId.parse("A-7K2Q9FXT"), did, at: NOW - HOUR },
    { kind: "allowance-late", id: AllowanceId.parse("A-7K2Q9FXT"), did, by: alice, at: NOW - HOUR },
  ]),
  "too-much-more": [
    { kind: "too-much-more", role: "admin", most: HOUR },
    { kind: "too-much-more", role: "admin", most: 0 },
  ],
  "window-taken": [
    ...[{}, { recipient: bob }, { deciding: true as const }].map((more) => ({
      ...{ kind: "window-taken" as const, other: ID, role: "admin", ...more },
      ...{ from: NOW + 8 * HOUR, until: NOW + 10 * HOUR },
    })),
  ],
  "yours-already": [
    {
      ...{ kind: "yours-already", id: ID, terms: 1, role: "admin", clusterRole: "karpor-admin" },
      ...{ from: NOW, until: NOW + 4 * HOUR },
    },
  ],
  "open-already": [
    { kind: "open-already", id: ID, role: "admin", state: "active" },
    { kind: "open-already", id: ID, role: "admin", state: "active", recipient: bob },
  ],
  "not-served": Standing.options.map((standing) => ({ kind: "not-served", standing })),
  "may-not-ask": [{ kind: "may-not-ask", role: "admin", who: [SRE, bob.id] }],
  "may-not-break-glass": [{ kind: "may-not-break-glass", role: "admin", who: [SRE, bob.id] }],
  "not-reviewed-yet": [1, 2].map((missing) => ({ kind: "not-reviewed-yet", id: ID, role: "admin", missing })),
  "not-reviewer": [{ kind: "not-reviewer", reviewers: [SRE, alice.id] }],
  "own-emergency": [{ kind: "own-emergency" }],
  "reviewed-already": [{ kind: "reviewed-already", at: NOW - HOUR }],
  "nothing-to-review": [{ kind: "nothing-to-review", id: ID }],
  "rule-denies": [
    { kind: "rule-denies", role: "admin", rule: "no contractors" },
    { kind: "rule-denies", role: "admin", rule: "no contractors", say: freeze },
  ],
  "too-many-grants": [
    { kind: "too-many-grants", max: 3, at: NOW + HOUR },
    { kind: "too-many-grants", max: 1, recipient: bob },
    ...[1, 3].map((max) => ({ kind: "too-many-grants" as const, max, deciding: true as const })),
  ],
  "too-many-requests": [{ kind: "too-many-requests", max: 10, at: NOW + MINUTE }],
  "check-denied": [{ kind: "check-denied", role: "admin", say: "OPS-1 is <closed>, *sorry*" }],
  "check-silent": Silence.options.map((how) => ({ kind: "check-silent", role: "admin", how })),
  "nobody-can-approve": [
    { kind: "nobody-can-approve", role: "admin", approvers: [SRE] },
    ...[0, 1].flatMap((able) =>
      [0, 1, 2].map((outside) => ({
        kind: "nobody-can-approve" as const,
        ...{ role: "admin", approvers: [SRE] },
        ...{ needed: 2, able, outside, channel: "C0ADMINS" },
      })),
    ),
  ],
  "not-approver": [{ kind: "not-approver", approvers: [SRE] }],
  "own-request": [
    { kind: "own-request", approvers: [SRE], deciding: "approve" },
    { kind: "own-request", approvers: [SRE, alice.id], deciding: "approve" },
    { kind: "own-request", approvers: [SRE], deciding: "deny" },
  ],
  "not-yours": [{ kind: "not-yours", id: ID }],
  "not-less": [{ kind: "not-less", role: "admin", duration: HOUR }],
  "not-lower": [{ kind: "not-lower", role: "guest" }],
  "held-already": [{ kind: "held-already", role: "guest" }],
  "approved-already": [1, 2].map((missing) => ({ kind: "approved-already", at: NOW - HOUR, missing })),
  late: (["approved", "denied", "withdrawn", "timedOut", "refused", "ended"] as const).flatMap((did) => [
    { kind: "late", did, at: NOW - HOUR },
    { kind: "late", did, by: alice, at: NOW - HOUR },
  ]),
  "reminded-already": [{ kind: "reminded-already", at: NOW - HOUR }],
  stale: [{ kind: "stale", id: ID }],
  "terms-changed": [
    ...ChangedTerm.options.map((what) => ({ kind: "terms-changed" as const, role: "admin", what })),
    { kind: "terms-changed", role: "admin", what: "too-long", max: HOUR },
    { kind: "terms-changed", role: "admin", what: "rule", rule: "no_contractors_here", say: freeze },
  ],
  "changed-since": (["request", "access", "allowance"] as const).flatMap((of) =>
    (["role-gone", "other-rights", "too-long", "approval", "restored"] as const).map((what) => ({
      ...{ kind: "changed-since", role: "admin", what, max: HOUR, of },
    })),
  ),
  "rules-differ": [{ kind: "rules-differ" }],
  "not-locked-down": [{ kind: "not-locked-down" }],
  "not-locked": [{ kind: "not-locked" }],
  "lock-unknown": [{ kind: "lock-unknown" }],
  "unlock-why": [{ kind: "unlock-why" }],
  "all-of-what": [
    { kind: "all-of-what", word: "", roles: [] },
    { kind: "all-of-what", word: "`<!here>`", roles: ["guest", "admin"] },
  ],
  "nothing-in-scope": [{ kind: "nothing-in-scope" }],
  "not-admin": [{ kind: "not-admin", admins: [SRE] }],
  "locked-down": [{ kind: "locked-down", by: alice, at: NOW - HOUR, reason: "token <leak>" }],
  "token-coming": [{ kind: "token-coming", id: ID }],
  "not-ready-yet": [{ kind: "not-ready-yet", id: ID }],
  "too-many-shows": [{ kind: "too-many-shows", id: ID, max: 10, at: NOW + HOUR }],
  "not-allowed-now": [{ kind: "not-allowed-now", id: ID, terms: 1, role: "admin" }],
  "hub-away": [{ kind: "hub-away", id: ID }],
  "too-many-tokens": [{ kind: "too-many-tokens", id: ID, terms: 1, role: "admin", max: 5, at: NOW + HOUR }],
  "stands-unknown": [{ kind: "stands-unknown" }],
  "held-back": [{ kind: "held-back", id: ID }],
  "not-hidden-yet": [{ kind: "not-hidden-yet", id: ID }],
  "unknown-request": [{ kind: "unknown-request", id: "R-<@U0BOB>" }],
  "nothing-restored": [{ kind: "nothing-restored" }],
  unreadable: [{ kind: "unreadable", id: ID }],
  "may-not-see": [{ kind: "may-not-see" }, { kind: "may-not-see", role: "admin`" }],
  "unknown-filter": [{ kind: "unknown-filter", word: "dana <!here>", command: "active" }],
  "no-story": [
    { kind: "no-story", word: "" },
    { kind: "no-story", word: "`<!here>" },
  ],
  "lists-behind": [{ kind: "lists-behind" }],
  "nothing-to-revoke": [{ kind: "nothing-to-revoke" }, { kind: "nothing-to-revoke", who: bob.id }],
  "look-up-failed": [{ kind: "look-up-failed" }],
  "slack-busy": [{ kind: "slack-busy" }],
  "store-down": [{ kind: "store-down" }],
  unsure: [{ kind: "unsure" }],
  other: [{ kind: "other" }],
};
const everyRefusal: Refusal[] = Object.values(refusals).flat();

const as = ({ blocks }: Message) => blocks as unknown as Block[];
const seen = (m: Message): string => visibleText({ text: m.text, blocks: as(m) });
const first = (m: Message): string => mrkdwnIn(m.blocks)[0] ?? "";
const buttons = (m: Message): string[] => buttonsIn(m.blocks).map((b) => b.text.text);

describe.each(Locale.options)("answers in %s", (locale) => {
  test.each(everyRefusal)("refusal $kind", (refusal) => {
    const message = refusedReply(refusal, view(locale));
    expectSpeech(message);
    expectTypography(message);
    expect(seen(message)).not.toMatch(/undefined|null|NaN|\[object/);
    expectModal(decisionRefused("deny", refusal, view(locale)));
  });

  test.each(["approved", "denied", "withdrawn", "hidden", "ending"] satisfies Done[])("done: %s", (kind) => {
    for (const reader of [{}, { reader: bob.id }])
      for (const r of records) {
        const message = doneReply(kind, r, { ...view(locale), ...reader });
        expectSpeech(message);
        expectTypography(message);
      }
  });

  test("asked, trouble, help, status and revoke in every state", () => {
    for (const r of records) {
      const reply = vettedReply(r);
      if (reply) expectSpeech(reply(view(locale)));
    }
    for (const id of [undefined, ID]) expectSpeech(unforeseenReply(id, view(locale)));
    for (const names of [[], ["admin"], ["peek", "admin", "gone"]]) {
      expectSpeech(helpReply(view(locale), names));
      expectTypography(helpReply(view(locale), names, names));
      expectTypography(helpReply(view(locale), names, [], { approves: true, administers: true }));
    }
    const { admin } = view(locale).roles;
    if (!admin || admin.approval === "none") throw new Error("no role");
    const both = { ...admin, approval: { ...admin.approval, count: 2 } };
    const help = helpReply({ ...view(locale), roles: { both } }, ["both"]);
    expectSpeech(help);
    expectTypography(help);
    expect(mrkdwnIn(help.blocks).join()).toMatch(/2 people in <!subteam|中的 2 人在/);
    for (const message of [statusReply(paged([]), 0, view(locale)), welcomeMessage(view(locale))]) {
      expectSpeech(message);
      expectTypography(message);
    }
    expectSpeech(statusReply(paged(records.filter((r) => !isFinal(r))), 3, view(locale)));
    for (const viewer of [undefined, bob.id, alice.id])
      expectSpeech(revokeChoiceReply([activeOne, activeOne], view(locale), viewer, ""));
  });

  test("long lists and many roles stay inside Slack's limits", () => {
    const many = Array.from({ length: 120 }, (): AccessRequest => activeOne);
    expectSpeech(statusReply(paged(many), 0, view(locale)));
    expectSpeech(revokeChoiceReply(many, view(locale), undefined, ""));
    const ctx = view(locale);
    const { admin } = ctx.roles;
    if (!admin) throw new Error("no role");
    const roles = Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`role-${i}`, admin]));
    const help = helpReply({ ...ctx, roles }, Object.keys(roles));
    expectSpeech(help);
    const shown =
      mrkdwnIn(help.blocks)
        .join()
        .match(/`role-\d+`/g)?.length ?? 0;
    expect(mrkdwnIn(help.blocks).join()).toMatch(
      new RegExp(`${shown} of 90 roles shown|90 个角色中的 ${shown} 个`),
    );
  });

  test.each(["approve", "deny", "revoke", "review"] satisfies DecisionKind[])("the modal to %s", (kind) => {
    for (const r of records) {
      const target = { id: ID, terms: 2, channel: "C0", responseUrl: "https://x.y/z", replace: true };
      const named = { ...r, requester: { ...r.requester, name: "Bob <!here>" } };
      const modal = decisionModal(kind, named, target, view(locale));
      expectModal(modal);
      for (const reader of [{}, { reader: bob.id }]) {
        const { blocks } = decisionModal(kind, r, target, { ...view(locale), ...reader });
        expectTypography({ text: "", blocks: blocks as never });
      }
      expect(modal.callback_id).toBe(DECISION_VIEWS[kind]);
      expect(JSON.parse(modal.private_metadata ?? "")).toEqual(target);
      const words = visibleText({ text: "", blocks: modal.blocks as never });
      const said = [`<@${bob.id}>`, r.role, words.includes("4 h") ? "4 h" : "4 小时", r.reason, ID];
      expect(said.filter((one) => !words.includes(one))).toEqual([]);
      const [block] = Object.keys(decisionBlank(view(locale)));
      expect(modal.blocks.map(({ block_id }) => block_id)).toContain(block);
    }
  });
});

describe.each(Locale.options)("the modal to approve for less, in %s", (locale) => {
  const target = { id: ID, terms: 2, channel: "C0" };
  const ctx = {
    ...view(locale),
    roles: { ...view(locale).roles, ["x".repeat(30)]: view(locale).roles.admin as Role },
  };
  test.each([null, "looking", [], ["x".repeat(30), "peek"]] as const)("with %j to choose from", (lower) => {
    const form = lessForm(pendingOne, target, lower, ctx);
    expectModal(form);
    expectTypography({ text: "", blocks: form.blocks as never });
    const filled = readLess({ ...form, state: { values: {} } });
    expect(filled).toMatchObject({ target, asked: { role: "admin", duration: 4 * HOUR } });
    const sent = (role: string, duration: number) => lessErrors({ ...filled, less: { role, duration } }, ctx);
    expect(sent("admin", HOUR)).toBeNull();
    expect(sent("peek", HOUR)).toBeNull();
    for (const errors of [sent("admin", 4 * HOUR), sent("peek", 2 * HOUR)])
      for (const [block, words] of Object.entries(errors ?? {})) {
        expect(form.blocks.map(({ block_id }) => block_id)).toContain(block);
        expect(words.length).toBeGreaterThan(0);
      }
    expectModal(lessRefused({ kind: "not-approver", approvers: [SRE] }, ctx));
  });

  test("of a role that is gone: it has no time to choose, and what is sent is not refused for its time", () => {
    const gone = { ...ctx, roles: {} };
    const form = lessForm(pendingOne, target, [], gone);
    expect(form.blocks.map(({ block_id }) => block_id)).not.toContain("less-time");
    expect(lessErrors(readLess({ ...form, state: { values: {} } }), gone)).toBeNull();
  });
});

const objects: ForeignObject[] = Array.from({ length: 12 }, (_, i) => ({
  ...{ kind: "ClusterRoleBinding", uid: `${i}`, createdAt: NOW },
  name: `somebody<${i}>`,
  clusterRole: "karpor-admin",
  subjects: [{ kind: "User", name: "mallory" }],
}));
const account = { kind: "ServiceAccount" as const, name: "x", uid: "x", createdAt: NOW };
const taken = records.find(isTaken) as AccessRequest;
const leaking = records.find((r) => leaksOf(r).length > 0) as AccessRequest;
const generation = leaksOf(leaking)[0]?.generation ?? 0;
const alarms: { [K in Alarm["kind"]]: (Alarm & { kind: K })[] } = {
  "card-refused": [pendingOne, taken].map((request) => ({
    ...{ kind: "card-refused" as const, code: "is_archived", request },
  })),
  foreign: [
    { kind: "foreign", objects: objects.slice(0, 1) },
    {
      kind: "foreign",
      objects: [
        { ...account, namespace: "karpor-access" },
        { ...account, elsewhere: "other", instance: "two" },
        ...objects,
      ],
    },
  ],
  "redis-behind": [NOW - HOUR, NOW - 50 * HOUR, 0].map((since) => ({
    ...{ kind: "redis-behind" as const, epoch: 7, since },
  })),
  "leak-unproven": [{ kind: "leak-unproven", request: leaking, generation }],
  adopted: [{ kind: "adopted", request: activeOne }],
  altered: [{ kind: "altered", request: activeOne }],
  returned: [activeOne.generation, activeOne.generation - 1].map((generation) => ({
    kind: "returned" as const,
    request: { ...activeOne, untold: { what: "returned" as const, at: NOW, generation } },
  })),
  "locked-out": [{ kind: "locked-out", credential: "a" }],
  "let-in": [{ kind: "let-in", credential: "a" }],
  "reads-opened": [
    { kind: "reads-opened", reads: true, allows: [] },
    { kind: "reads-opened", reads: false, allows: Array(12).fill("get <pods>") },
  ],
  "reads-closed": [{ kind: "reads-closed" }],
  "hub-silent": [NOW - HOUR, NOW - 50 * HOUR].map((since) => ({
    ...{ kind: "hub-silent" as const, heard: null, since },
  })),
  unsealed: [NOW - HOUR, NOW - 50 * HOUR, null].map((since) => ({
    ...{ kind: "unsealed" as const, seal: 812, since },
  })),
  groups: [
    {
      kind: "groups",
      groups: (["gone", "empty", "halved"] as const).map((what) => ({
        ...{ id: GroupId.parse("S0SRE"), what, lost: 5, of: 8 },
      })),
    },
  ],
};

const write: ObservedWrite = {
  ...{ at: NOW, event: "e", who: "mallory", as: "root", address: "10.0.0.1", agent: "kubectl" },
  ...{ did: "made", what: "binding", name: "b<1>", clusterRole: "karpor-admin" },
  subjects: [{ kind: "User", name: "mallory" }],
};
const plainWrite: ObservedWrite = {
  ...{ at: NOW, event: "f", who: "mallory", address: "", agent: "", did: "deleted", what: "token", name: "" },
};
const hubAlarms: HubAlarm[] = [
  { kind: "late-use", id: ID, generation: 1, deleted: NOW - MINUTE, used: NOW },
  { kind: "refused", id: ID, most: 20, at: NOW },
  { kind: "too-large", at: NOW },
  { kind: "writes", who: "", asBot: false, writes: [], count: 0, unread: 9 },
  ...[true, false].map((asBot) => ({
    ...{ kind: "writes" as const, who: "mallory", asBot, writes: [write, plainWrite], count: 5, unread: 3 },
  })),
  ...[write, plainWrite].map((one) => ({
    ...{ kind: "writes" as const, who: "mallory", asBot: false, count: 1, unread: 0 },
    writes: [{ ...one, unsure: true as const }],
  })),
];

describe.each(Locale.options)("to the administrators, in %s", (locale) => {
  const ctx = { ...view(locale), command: "/karpor-staging" };
  test.each(Object.values(alarms).flat())("$kind is said as all else is", (alarm) => {
    expectTold(alarmMessage(alarm, ctx));
    if ("request" in alarm) expect(mrkdwnIn(alarmMessage(alarm, ctx).blocks).at(-1)).toBe(ID);
  });

  test("the bot's own credential, too", () => expectTold(credentialMessage(8 * HOUR, ctx)));

  test.each(hubAlarms)("$kind of the audit log is, too", (alarm) => {
    for (const request of [activeOne, null]) expectTold(hubAlarmMessage(alarm, request, ctx));
  });

  test("what they can type is this bot's command", () => {
    const typed = Object.values(alarms)
      .flat()
      .flatMap(
        (alarm) => seen(alarmMessage(alarm, ctx)).match(/\/karpor-\w+ (?:revoke|撤销) (?:R-\w+|@)/g) ?? [],
      );
    const word = { en: "revoke", zh: "撤销" }[locale];
    expect(new Set(typed)).toEqual(new Set([`/karpor-staging ${word} ${ID}`, `/karpor-staging ${word} @`]));
    expect(typed).toHaveLength(4);
  });
});

/** Plain words ring, with no time of day. */
function expectTold(message: Message): void {
  expectSpeech(message);
  expectTypography(message);
  expect(message.text).toMatch(/^[^*`]{20,150}$/);
  expect(message.text).not.toMatch(/\d{1,2}:\d\d/);
  expect(seen(message)).not.toMatch(/undefined|null|NaN|\[object|\/karpor-access/);
}

describe("what is said", () => {
  test("asked, and vetted", () => {
    const told = (r: AccessRequest, locale: "en" | "zh" = "en") => vettedReply(r)?.(view(locale));
    const sent = told(pendingOne);
    expect(sent && first(sent)).toBe("*Sent to <!subteam^S0SRE>.* The answer comes in our DM.");
    expect(sent?.text).toBe("Sent to an approver. The answer comes in our DM.");
    expect(sent && buttons(sent)).toEqual([]);
    const decidedBy = (qualified: string) =>
      told({ ...activeOne, decision: { by: "policy", qualified, at: NOW } });
    expect(decidedBy("rule: short looks")?.text).toMatch(/^Approved by the rule “short looks”: admin/);
    expect(decidedBy("policy")?.text).toBe("Approved by policy: admin for 4 h. The token comes in our DM.");
    const chinese = told(pendingOne, "zh");
    expect(chinese && first(chinese)).toBe("*已提交给 <!subteam^S0SRE>。* 结果会在私信中告知。");
    expect(told({ ...pendingOne, state: "requested" })?.text).toMatch(/^Checking: /);
    expect(told({ ...pendingOne, state: "withdrawn", at: NOW })).toBeUndefined();
  });

  test("in Chinese, what a person writes of why is called by one name", () => {
    const chinese = everyRefusal.map((refusal) => seen(refusedReply(refusal, view("zh"))));
    expect(chinese.filter((words) => /原因(?:`|：)/.test(words))).toEqual([]);
    expect(chinese.join()).toContain("解锁 理由`");
  });

  test("a slip is mended by one click", () => {
    const message = refusedReply({ kind: "unknown-role", role: "gest", roles: ["guest"], line }, view("en"));
    expect(first(message)).toBe("*Not sent:* there is no role `gest`. Did you mean `guest`?");
    expect(seen(message)).toContain(`/karpor-access ${line}`);
    expect(buttonsIn(message.blocks).map((b) => [b.action_id, b.value])).toEqual([["send", line]]);
  });

  test("to whoever reads Chinese a line is offered in Chinese, and means the same", () => {
    const told = (refusal: Refusal) => {
      const message = refusedReply(refusal, view("zh"));
      const [send] = buttonsIn(message.blocks);
      return [first(message), seen(message), send?.value, send?.accessibility_label];
    };
    const urgent = "emergency admin 1h from tomorrow 09:00 fix";
    const [sentence, words, value, label] = told({
      kind: "unknown-role",
      role: "amin",
      roles: [],
      line: urgent,
    });
    expect(sentence).toBe("*未发送：* 没有 `amin` 这个角色。是不是 `admin` 写错了？");
    expect(words).toContain("/karpor-access 紧急 admin 1小时 从明天09:00 fix");
    expect([value, label]).toEqual([urgent, "发送这一行：admin"]);
    const slip = told({ kind: "unknown-command", word: "staus", line: "status", raw: "status" });
    expect(slip[0]).toBe("*未发送：* 没有 `staus` 这个命令。你想输入的可能是： `状态`");
    expect(slip.slice(2)).toEqual(["status", "发送这一行：状态"]);
    const another = told({ kind: "too-short", min: MINUTE, line, typed: line, recipient: bob });
    expect(another[1]).toContain("/karpor-access 替 @Bob guest 8小时 checking the search page");
    const own = told({ kind: "other-command", given: "/karpor", line: "guest 8h x", raw: "guest 8h x" });
    expect(own[1]).toContain("/karpor-access guest 8h x");
    expect(seen(refusedReply({ kind: "unsure" }, view("zh")))).not.toContain("status");
  });

  test("a missing reason cannot be sent, only shown where it goes", () => {
    const message = refusedReply({ kind: "no-reason", role: "admin", line: "admin 4h" }, view("en"));
    expect(seen(message)).toContain("/karpor-access admin 4h your reason");
    expect(buttons(message)).toEqual([]);
  });

  test("what the corrected line says is sent as it stands", () => {
    const wish = parseCommand("admin 99h <!channel> & fix");
    const corrected = correctLine(wish, view("en").roles) ?? "";
    const message = refusedReply(
      { kind: "too-long", role: "admin", max: 8 * HOUR, line: corrected },
      view("en"),
    );
    expectSpeech(message);
    expect(buttonsIn(message.blocks)[0]?.value).toBe("admin 8h <!channel> & fix");
    expect(mentionsIn({ text: message.text, blocks: as(message) }).everyone).toBe(false);
  });

  test("those who are late or may not decide hear it", () => {
    const say = (refusal: Refusal) => refusedReply(refusal, view("en")).text;
    expect(say({ kind: "late", did: "approved", by: alice, at: NOW - HOUR })).toBe(
      "Alice approved this 1 h ago; your click changed nothing.",
    );
    const late = { kind: "late", did: "approved", by: alice, at: NOW - HOUR } as const;
    const alices = (locale: "en" | "zh") => ({ ...view(locale), reader: alice.id });
    expect(refusedReply(late, alices("en")).text).toBe(
      "You approved this 1 h ago; your click changed nothing.",
    );
    expect(refusedReply(late, view("zh")).text).toBe("已被处理：Alice 1 小时前已批准，本次点击未生效。");
    expect(refusedReply(late, alices("zh")).text).toBe("已被处理：你 1 小时前已批准，本次点击未生效。");
    expect(first(refusedReply({ kind: "not-approver", approvers: [SRE] }, view("en")))).toBe(
      "*Nothing changed:* only <!subteam^S0SRE> can decide this request.",
    );
    expect(
      first(refusedReply({ kind: "own-request", approvers: [SRE], deciding: "approve" }, view("en"))),
    ).toBe("*Nothing changed:* you cannot approve your own request. <!subteam^S0SRE> has been asked.");
    expect(
      first(refusedReply({ kind: "own-request", approvers: [alice.id], deciding: "approve" }, view("zh"))),
    ).toBe("*操作未生效：* 不能批准自己的申请。已请 <@U0ALICE> 审批。");
  });

  test("help shows roles with their limits", () => {
    const message = helpReply(view("en"), ["peek", "admin"]);
    expect(first(message)).toBe(
      "*Access to Karpor production.* Type role, time, reason: `/karpor-access peek 15m checking the search page`",
    );
    expect(seen(message)).toContain(
      "`peek` View every page\nat most 1 h, without a time 15 min · approved by policy",
    );
    expect(seen(message)).toContain("Slack allows no app commands in threads; use the message box.");
  });

  test("status shows what can be done to each", () => {
    const pending: AccessRequest = { ...common, state: "requested" };
    const all = statusReply(paged([pending, activeOne, { ...activeOne, hidden: true }]), 0, view("en"));
    expect(all.text).toBe("3 open: what you asked for and hold on production.");
    expect(buttons(all)).toEqual([
      "Withdraw",
      ...["I've copied it, hide", "Ask for more time", "End now"],
      ...["New token", "I leaked it", "Ask for more time", "End now"],
    ]);
  });

  test("one releases one's own and revokes others'", () => {
    expect(buttons(revokeChoiceReply([activeOne], view("en"), bob.id, ""))).toEqual(["End now"]);
    expect(buttons(revokeChoiceReply([activeOne], view("en"), alice.id, ""))).toEqual(["Revoke…"]);
  });
});

describe("a submitted decision", () => {
  const submitted = (value: string | null) => ({
    private_metadata: JSON.stringify({ id: ID, terms: 1, channel: "C0" }),
    state: { values: { why: { why: { type: "plain_text_input", value } } } },
  });

  test("is read, trimmed", () => {
    expect(readDecision(submitted("  use guest "))).toEqual({
      target: { id: ID, terms: 1, channel: "C0" },
      why: "use guest",
    });
    expect(readDecision(submitted("  \u200b ")).why).toBe("");
    expect(readDecision(submitted(null)).why).toBe("");
  });

  test("of another view is an error", () => {
    expect(() => readDecision({ private_metadata: "", state: { values: {} } })).toThrow();
  });
});
