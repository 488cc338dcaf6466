/** Every face of a request in each state that shows it, in both languages: within Slack's limits, and in the words we mean. */
import { describe, expect, test } from "vitest";
import { checkBlocks } from "../../sandbox/slack/blocks/check.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import type { Config } from "../../src/config.ts";
import { DAY, HOUR, MINUTE } from "../../src/request/durations.ts";
import { UserId } from "../../src/request/ids.ts";
import { LOCALES, type Locale } from "../../src/request/people.ts";
import { Request, untouched } from "../../src/request/record.ts";
import { REFUSAL_CODES, type RefusalNote } from "../../src/request/refused.ts";
import { secret } from "../../src/request/secret.ts";
import { drawMessage, type Face } from "../../src/slack/messages/draw.ts";
import { drawEmptied, drawLockdown, drawNotice } from "../../src/slack/messages/notices.ts";
import { drawToken, drawTokenView } from "../../src/slack/messages/own.ts";
import { drawRefusal } from "../../src/slack/messages/refusal.ts";
import type { Message } from "../../src/slack/slack.ts";

const NOW = Date.UTC(2026, 10, 12, 14, 2);
const TOKEN = "eyJ.secret.token";
const ALICE = "U0ALICE";
const BOB = "U0BOB";

const role = {
  clusterRole: "karpor-admin",
  description: { en: "View every page; change clusters", zh: "查看所有页面，并可修改集群" },
  duration: { default: HOUR, max: 8 * HOUR },
  approval: { by: ["S0SRE", BOB], count: 1, within: 4 * HOUR, fallback: { by: ["S0LEADS"], after: HOUR } },
  reason: { required: true },
  requester: { in: ["S0DEV"] },
  breakGlass: { by: ["S0ONCALL"], max: HOUR, review: ["S0LEADS"] },
};
const config = {
  hub: { name: "production", dashboard: "https://karpor.example.com" },
  slack: { channel: "C0APPROVALS", command: "/karpor-access", language: "en" },
  admins: ["U0ROOT"],
  roles: {
    admin: role,
    pair: {
      ...role,
      approval: { ...role.approval, count: 2 },
      confirm: { en: "Changes *production*.", zh: "会更改生产环境。" },
    },
    vault: { ...role, approval: { ...role.approval, passkey: true } },
  },
} as unknown as Config;

/** A request in the words of its record; what is not named is as it was asked. */
const record = (parts: Partial<Record<keyof Request, unknown>>): Request =>
  Request.parse({
    ...untouched(),
    id: "R-7K2Q9FXT00",
    version: "v",
    state: "waiting",
    requester: "U0DANA",
    names: { U0DANA: "Dana" },
    askedBy: "U0DANA",
    role: "admin",
    clusterRole: "karpor-admin",
    duration: 4 * HOUR,
    reason: "search is down",
    emergency: false,
    startsAt: null,
    follows: null,
    prolongsFrom: null,
    usedBefore: 0,
    replaces: null,
    askedAt: NOW,
    lapsesAt: NOW + 4 * HOUR,
    account: "uid",
    history: {
      ...{ title: "Developer", grantsIn30Days: 3 },
      lastGrant: { role: "admin", at: NOW - 24 * HOUR, by: BOB },
      deniedToday: { by: ALICE, words: "release *freeze*", at: NOW - HOUR },
    },
    ...parts,
  });

const approved = {
  approvals: [{ by: ALICE, rule: null, at: NOW, time: 4 * HOUR }],
  granted: 4 * HOUR,
  endsAt: NOW + 4 * HOUR,
};
const lessApproved = [
  { by: ALICE, rule: null, at: NOW, time: 4 * HOUR },
  { by: BOB, rule: null, at: NOW, time: HOUR },
];
const active = { ...approved, state: "active", activeAt: NOW };
const end = {
  by: null,
  words: "",
  refusal: null,
  at: NOW + HOUR,
  goneAt: null,
  deletedAt: null,
  trouble: null,
  proof: null,
  unconfirmedAt: null,
};
const ending = (cause: string, parts = {}) => ({
  ...active,
  state: "ending",
  ending: { ...end, cause, ...parts },
});
const over = (cause: string, parts = {}) => ({
  ...ending(cause, { proof: { method: "probe", at: NOW + HOUR + 11_000 }, ...parts }),
  state: "closed",
  outcome: { kind: "ended", by: null, words: "", refusal: null, at: NOW + HOUR },
});
const closed = (kind: string, parts = {}) => ({
  state: "closed",
  outcome: { kind, by: null, words: "", refusal: null, at: NOW + HOUR, ...parts },
});
const later = { startsAt: NOW + 8 * HOUR };
const heldBack = {
  state: "scheduled",
  approvals: approved.approvals,
  heldBack: [{ code: "no-cluster-role", name: "karpor-admin" }],
};
const lockdown = { name: "Dana", by: ALICE, words: "a stolen laptop", at: NOW, resting: [] };
const denial = { by: ALICE, words: "release freeze" };

/** name: state of the record, and the faces that it shows. */
const SCENES: Record<string, [Partial<Record<keyof Request, unknown>>, Face[]]> = {
  waiting: [{}, ["card", "waiting"]],
  "after a leak": [{ replaces: { id: "R-7K2Q9FXT01", at: NOW } }, ["card"]],
  "for less than was asked": [{ ...active, granted: HOUR, approvals: lessApproved }, ["card", "token"]],
  "held back": [heldBack, ["card", "waiting"]],
  "removed later than due": [
    over("time", { deletedAt: NOW + 2 * HOUR, trouble: "hub-away" }),
    ["card", "receipt"],
  ],
  "ended while Karpor is away": [ending("holder", { trouble: "hub-away" }), ["receipt"]],
  "revoked by an operator": [
    over("revoked", { by: "operator ann", words: "incident 42", deletedAt: NOW + HOUR }),
    ["card", "receipt"],
  ],
  "waiting, reminded": [{ nudges: 1 }, ["waiting", "notice"]],
  "waiting, the fallback asked": [{ fallback: true }, ["card", "notice"]],
  "one of two approvals": [{ role: "pair", approvals: approved.approvals }, ["card", "waiting"]],
  "one of two approvals, for less": [
    { role: "pair", granted: HOUR, approvals: [{ by: ALICE, rule: null, at: NOW, time: HOUR }] },
    ["card"],
  ],
  "waiting for a passkey": [{ role: "vault" }, ["card"]],
  "asked for somebody else": [{ askedBy: "U0ANN" }, ["card", "waiting", "asker"]],
  "more time": [{ follows: "R-0000000000", prolongsFrom: NOW + HOUR, duration: HOUR }, ["card", "waiting"]],
  "for later": [later, ["card", "waiting"]],
  scheduled: [{ ...approved, ...later, state: "scheduled", endsAt: null }, ["card", "waiting"]],
  "approved, Karpor away": [{ ...approved, state: "granting", trouble: "hub-away" }, ["card", "waiting"]],
  "approved, held back": [{ ...approved, state: "granting", trouble: "held-back" }, ["card", "waiting"]],
  active: [{ ...active, reminded: 10 * MINUTE }, ["card", "token", "hidden", "reveal", "reminder"]],
  "active by a rule": [
    {
      ...active,
      approvals: [
        { by: null, rule: "short looks", why: "max 30m, until 2026-12-31", at: NOW, time: 4 * HOUR },
      ],
    },
    ["card", "token"],
  ],
  "active, unused": [{ ...active, idle: { since: null, askedAt: NOW } }, ["needed"]],
  emergency: [{ ...active, emergency: true }, ["card", "token"]],
  "emergency, reviewed": [{ ...active, emergency: true, review: { ...denial, at: NOW } }, ["card"]],
  "ending by time": [ending("time"), ["card", "receipt"]],
  "ending, revoked": [ending("revoked", denial), ["card", "receipt"]],
  "ending, not confirmed": [ending("time", { unconfirmedAt: NOW + 2 * HOUR }), ["card", "receipt", "notice"]],
  "ended by time": [over("time"), ["card", "receipt"]],
  "ended by its holder": [over("holder"), ["card", "receipt"]],
  "ended, revoked": [over("revoked", denial), ["card", "receipt"]],
  "ended by lockdown": [over("lockdown", denial), ["card", "receipt"]],
  "ended, leaked": [over("leaked"), ["card", "receipt", "notice"]],
  failed: [{ ...over("failed"), activeAt: null, ...closed("failed") }, ["card", "receipt", "notice"]],
  "never asked: no DM": [
    closed("failed", { refusal: { code: "dm-refused", data: {} } }),
    ["card", "receipt", "notice"],
  ],
  denied: [closed("denied", denial), ["card", "receipt"]],
  withdrawn: [closed("withdrawn"), ["card", "receipt"]],
  unanswered: [closed("unanswered"), ["card", "receipt"]],
  restored: [closed("restored"), ["card", "receipt"]],
  "the rules changed": [
    closed("refused", { refusal: { code: "role-changed", data: { role: "admin" } } }),
    ["card", "receipt"],
  ],
};

const DRAWN = Object.entries(SCENES).flatMap(([name, [parts, faces]]) =>
  faces.map((face) => [name, face, record(parts)] as const),
);

/** What a person sees, a line a block, after what rings. */
const seen = ({ text, blocks }: Message): string =>
  [`(${text})`, visibleText({ text, blocks: blocks as never })].join("\n");

const buttonsIn = (blocks: Message["blocks"]) =>
  blocks.flatMap((block) =>
    block.type === "actions" ? block.elements.filter((one) => one.type === "button") : [],
  );

function expectWithinLimits({ text, blocks }: Message): void {
  checkBlocks(structuredClone(blocks));
  expect(text.length).toBeGreaterThan(0);
  expect(text.length).toBeLessThanOrEqual(150);
  expect(text).not.toMatch(/<!date|\*|`/);
  expect(JSON.stringify({ text, blocks })).not.toMatch(/undefined|null|NaN| {2}/);
  for (const { text: label, accessibility_label } of buttonsIn(blocks))
    expect(accessibility_label?.startsWith(label.text)).toBe(true);
  const sentences = JSON.stringify(blocks.filter(({ type }) => type === "section" || type === "context"));
  expect(sentences).not.toMatch(/\d (?:(?:d|h|min|s)\b|天|小时|分钟|秒)/);
}

describe.each(LOCALES)("%s", (locale) => {
  test.each(DRAWN)("%s: %s", (_, face, request) => {
    const message = drawMessage({ config, locale }, request, face);
    expectWithinLimits(message);
    expect(seen(message)).toMatchSnapshot();
  });

  test("the token is in one block, and never in what rings", () => {
    const message = drawToken({ config, locale }, record(active), secret(TOKEN), NOW + 4 * HOUR);
    expectWithinLimits(message);
    expect(message.text).not.toContain(TOKEN);
    expect(message.blocks.filter((block) => JSON.stringify(block).includes(TOKEN))).toHaveLength(1);
    expect(seen(message)).toMatchSnapshot();
  });

  test("behind a gateway: a link that logs in, also in the view with the token, and none when it is hidden", () => {
    const behind = { locale, config: { ...config, hub: { ...config.hub, gateway: true as const } } };
    const messages = [drawToken, drawTokenView].map((draw) =>
      draw(behind, record(active), secret(TOKEN), NOW + HOUR),
    );
    const all = [...messages, drawMessage(behind, record(active), "hidden")];
    for (const message of all) expectWithinLimits(message);
    expect(all.map((message) => JSON.stringify(message).split(TOKEN).length - 1)).toEqual([1, 2, 0]);
    expect(all.map(seen).join("\n")).toMatchSnapshot();
  });

  test.each(["asked", "new-key"])("a token anew: %s", (why) => {
    const token = { number: 2, hidden: false, why, signingKey: null };
    const request = record({ ...active, token });
    expect(seen(drawToken({ config, locale }, request, secret(TOKEN), NOW + HOUR))).toMatchSnapshot();
  });

  test("refusals", () => {
    const messages = REFUSAL_CODES.map((code) =>
      drawRefusal({ config, locale }, { code, data: DATA[code] ?? {} }),
    );
    for (const message of messages) expectWithinLimits(message);
    expect(messages.map(seen).join("\n")).toMatchSnapshot();
  });

  test("what the admins are told, and a message that is over", () => {
    const messages = [
      drawNotice({ config, locale }, { kind: "unrecorded", names: ["karpor-access-admin"], until: NOW }),
      drawNotice({ config, locale }, { kind: "foreign", names: ["one", "two"], until: null }),
      drawNotice({ config, locale }, { kind: "unknown-groups", names: ["S0SRE"], until: null }),
      drawNotice(
        { config, locale },
        { kind: "check-silent", names: ["admin"], until: null, why: "it answers 503" },
      ),
      drawNotice({ config, locale }, { kind: "check-answers", names: ["admin"], until: null }),
      drawNotice(
        { config, locale },
        { kind: "webhook-fails", names: [], until: null, why: "it answers 503" },
      ),
      drawNotice({ config, locale }, { kind: "webhook-works", names: [], until: null, why: "3" }),
      drawEmptied({ config, locale }),
      drawEmptied({ config, locale }, true),
      drawLockdown({ config, locale }, { ...lockdown, whom: "everybody", locked: true }),
      drawLockdown(
        { config, locale },
        { ...lockdown, whom: UserId.parse("U0DANA"), locked: true, resting: [record({})] },
      ),
      drawLockdown(
        { config, locale },
        { ...lockdown, whom: "everybody", locked: false, by: "operator root" },
      ),
    ];
    for (const message of messages) expectWithinLimits(message);
    expect(messages.map(seen).join("\n")).toMatchSnapshot();
  });
});

const of = (data: RefusalNote["data"]) => data;
const DATA: Partial<Record<RefusalNote["code"], RefusalNote["data"]>> = {
  "unknown-role": of({ role: "gest", nearest: "guest", line: "guest 8h" }),
  "bad-time": of({ typed: "8hours", line: "guest 8hours" }),
  "bad-start": of({ typed: "from yesterday" }),
  "start-too-far": of({ max: 30 * DAY }),
  "too-long": of({ role: "admin" }),
  "total-too-long": of({ role: "admin", max: 12 * HOUR }),
  "reason-missing": of({ role: "admin" }),
  "reason-pattern": of({ role: "admin", hint: "a ticket" }),
  "not-a-member": of({ user: "U0NOA", standing: "guest" }),
  "may-not-ask": of({ role: "admin" }),
  "rule-denies": of({
    rule: "no contractors",
    en: "Contractors do not change clusters.",
    zh: "外包人员不能修改集群。",
  }),
  "check-denies": of({ words: "no ticket" }),
  "no-approver": of({ role: "admin" }),
  "already-held": of({ id: "R-7K2Q9FXT00", role: "admin", until: NOW + HOUR }),
  "already-open": of({ id: "R-7K2Q9FXT00", role: "admin", remindable: 1 }),
  "no-emergency": of({ role: "admin" }),
  "emergency-stopped": of({ role: "admin", id: "R-7K2Q9FXT00" }),
  "too-many-emergencies": of({ role: "admin", limit: 2 }),
  "not-for-others": of({ role: "admin", user: "U0DANA" }),
  "unknown-request": of({ id: "R-7K2Q9FXT00" }),
  "already-decided": of({ by: ALICE, how: "approved", at: NOW }),
  "own-request": of({ role: "admin" }),
  "not-an-approver": of({ role: "admin" }),
  "not-an-admin": of({ deed: "unlock" }),
  "not-a-reviewer": of({ role: "admin" }),
  "too-few-passkeys": of({ role: "admin", needed: 2, count: 1 }),
  "passkey-missing": of({ role: "admin" }),
  "passkey-needed": of({ role: "admin" }),
  "locked-down": of({ user: "U0DANA", by: ALICE }),
  "role-changed": of({ role: "admin" }),
  "approval-gone": of({ role: "admin" }),
  "group-unknown": of({ group: "S0SRE" }),
};

describe("foreign text", () => {
  const EVIL = "<!channel> *bold* `code` & <https://evil.example|click>";

  test("cannot mention, link or format", () => {
    for (const locale of LOCALES) {
      const drawn = drawMessage({ config, locale }, record({ reason: EVIL, history: evilHistory }), "card");
      expectWithinLimitsButForeign(drawn);
      const mrkdwn = JSON.stringify(drawn.blocks.filter(({ type }) => type !== "rich_text"));
      expect(mrkdwn).not.toMatch(/<!channel>|<https:/);
      expect(drawn.text).not.toMatch(/<!channel>|<https:/);
    }
  });

  const evilHistory = {
    ...{ title: EVIL, grantsIn30Days: 0, lastGrant: null },
    deniedToday: { by: ALICE, words: EVIL, at: NOW },
  };

  test("is cut where Slack would refuse it", () => {
    const long = "<".repeat(5000);
    const faces: [Partial<Record<keyof Request, unknown>>, Face][] = [
      [{ reason: long }, "card"],
      [closed("denied", { by: ALICE, words: long }), "receipt"],
      [ending("revoked", { by: ALICE, words: long }), "receipt"],
    ];
    for (const [parts, face] of faces)
      for (const locale of LOCALES)
        expectWithinLimitsButForeign(drawMessage({ config, locale }, record(parts), face));
  });

  function expectWithinLimitsButForeign({ text, blocks }: Message): void {
    checkBlocks(structuredClone(blocks));
    expect(text.length).toBeLessThanOrEqual(150);
  }
});

describe("buttons", () => {
  const buttonsOn = (face: Face, parts: Partial<Record<keyof Request, unknown>>, locale: Locale = "en") =>
    buttonsIn(drawMessage({ config, locale }, record(parts), face).blocks);

  test("name the request, and a screen reader hears which", () => {
    const buttons = buttonsOn("card", {});
    expect(buttons.map(({ action_id, value }) => [action_id, value])).toEqual([
      ["approve", "R-7K2Q9FXT00"],
      ["approve-less", "R-7K2Q9FXT00 60"],
      ["deny", "R-7K2Q9FXT00"],
    ]);
    expect(buttons[0]?.accessibility_label).toBe("Approve 4 h, admin for Dana, R-7K2Q9FXT00");
    expect(buttonsOn("card", {}, "zh")[0]?.accessibility_label).toBe(
      "批准 4 小时, Dana 的 admin, R-7K2Q9FXT00",
    );
  });

  test("nothing shorter than a quarter of an hour is offered", () => {
    expect(buttonsOn("card", { duration: 20 * MINUTE }).map(({ action_id }) => action_id)).toEqual([
      "approve",
      "deny",
    ]);
  });

  test("a lockdown's receipt offers nothing that the lockdown refuses", () => {
    expect(buttonsOn("receipt", over("lockdown"))).toEqual([]);
    expect(buttonsOn("receipt", over("time")).map(({ action_id }) => action_id)).toEqual(["ask-again"]);
  });
});
