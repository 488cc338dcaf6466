import { describe, expect, test } from "vitest";
import { mentionsIn, visibleText } from "../../../sandbox/slack/read.ts";
import type { Block } from "../../../sandbox/slack/types.ts";
import { HOUR, MINUTE } from "../../../src/domain/duration.ts";
import { UserId } from "../../../src/domain/ids.ts";
import { isShared, type MessageKind, type Shown } from "../../../src/domain/message-key.ts";
import { Locale } from "../../../src/domain/person.ts";
import { type AccessRequest, Failure, Outage } from "../../../src/domain/request.ts";
import { buttonValue } from "../../../src/slack/ids.ts";
import { drawMessage, drawToken, type Message } from "../../../src/slack/views/index.ts";
import { buttonsIn, expectSpeech, expectTypography, mrkdwnIn } from "../../helpers/speech.ts";
import {
  ADMINS,
  activeOne,
  alice,
  bob,
  deliveringOne,
  drawn,
  everyMessage,
  ID,
  NOW,
  pendingOne,
  records,
  SRE,
  view,
} from "../records.ts";

const ALL: { [K in MessageKind]: readonly Shown[K][] } = {
  card: [
    "pending",
    "withdrawn",
    "timedOut",
    "closed",
    "denied",
    "scheduled",
    "outage",
    "active",
    "revoked",
    "unproven",
    "failed",
    "ended",
    "extended",
  ],
  review: ["outage", "active", "revoked", "unproven", "failed", "ended"],
  // What became of it only where Slack did not take the message that says so.
  waiting: [
    "pending",
    "not-delivered",
    "nudged",
    "withdrawn",
    "timedOut",
    "denied",
    "scheduled",
    "outage",
    "removing",
    "revoked",
    "failed",
    "ended",
    "gone",
  ],
  scheduled: ["open", "withdrawn", "gone"],
  token: ["setting-up", "outage", "shown", "hidden", "reveal", "gone"],
  delay: ["gone"],
  notice: ["refused", "closed", "denied", "timedOut", "failed", "revoked", "released", "ended", "used"],
  use: ["open"],
  unproven: ["open", "gone"],
  alert: ["unproven", "proven", "failed"],
  leak: ["open", "unproven", "proven"],
  lost: ["unproven", "proven"],
  left: ["open"],
  reminder: ["open", "gone"],
  idle: ["open", "release", "kept", "used", "gone"],
  nudge: ["open"],
  asker: [
    "pending",
    "not-delivered",
    "nudged",
    "withdrawn",
    "closed",
    "timedOut",
    "denied",
    "scheduled",
    "setting-up",
    "outage",
    "active",
    "removing",
    "revoked",
    "unproven",
    "failed",
    "ended",
    "gone",
  ],
  outcome: [
    "refused",
    "closed",
    "denied",
    "timedOut",
    "scheduled",
    "withdrawn",
    "outage",
    "active",
    "revoked",
    "unproven",
    "failed",
    "ended",
  ],
  fallback: ["open"],
};

const seen = ({ text, blocks }: Message): string =>
  visibleText({ text, blocks: blocks as unknown as Block[] });
const mentions = ({ text, blocks }: Message) => mentionsIn({ text, blocks: blocks as unknown as Block[] });
const first = (m: Message): string => mrkdwnIn(m.blocks)[0] ?? "";
const plainDates = (text: string): string => text.replace(/<!date\^\d+\^[^|]*\|([^>]*)>/g, "$1");
const buttons = (m: Message): string[] => buttonsIn(m.blocks).map((b) => b.text.text);

describe.each(Locale.options)("every message in %s", (locale) => {
  test("the records below have them all", () => {
    const all = Object.entries(ALL).flatMap(([kind, shown]) => shown.map((shows) => `${kind}:${shows}`));
    expect([...new Set(everyMessage.map(({ what }) => what))].toSorted()).toEqual(all.toSorted());
  });

  test.each(everyMessage)("$what of $r.state", ({ r, key, shows }) => {
    for (const isFirst of [true, false]) {
      const message = drawMessage(r, key, shows, view(locale), isFirst);
      expectSpeech(message);
      expectTypography(message);
      // Plain words in what rings: neither markup nor a time of day.
      expect(message.text).not.toMatch(/\*|`|\d{1,2}:\d\d/);
      expect(message.blocks.filter(({ type }) => type === "actions").length).toBeLessThanOrEqual(1);
      expect(seen(message)).not.toMatch(/undefined|null|NaN|\[object|\p{Extended_Pictographic}/u);
      expect(mrkdwnIn(message.blocks).at(-1)).toContain(ID);
      // More time is asked for of the grant that it is for.
      const values = [r, ...(r.extends ? [{ id: r.extends.id, terms: r.terms }] : [])].map((of) =>
        buttonValue(of),
      );
      for (const { url, value } of buttonsIn(message.blocks))
        expect(url !== undefined || values.some((one) => value?.startsWith(one))).toBe(true);
    }
  });

  test.each(everyMessage.filter(({ key }) => isShared(key)))(
    "a redrawn $what mentions no user group",
    ({ r, key, shows }) => {
      expect(mentions(drawMessage(r, key, shows, view(locale), false)).groups.size).toBe(0);
    },
  );

  test("the token stands alone in one block and nowhere else", () => {
    const token = `eyJ.${"a".repeat(1_100)}.sig`;
    const message = drawToken(
      { ...deliveringOne, grant: { ...deliveringOne.grant, shortened: true } },
      token,
      view(locale),
    );
    expectSpeech(message, token);
    expect(JSON.stringify(message).split(token).length).toBe(2);
    const block = message.blocks.find((one) => one.type === "rich_text");
    expect(block?.elements).toEqual([
      { type: "rich_text_preformatted", elements: [{ type: "text", text: token }] },
    ]);
  });
});

describe("what is said", () => {
  const says = (what: string, change: object = {}) => {
    const { r, key, shows } = drawn(what);
    return plainDates(first(drawMessage({ ...r, ...change } as typeof r, key, shows, view("en"), false)));
  };

  test("asked before nobody had to approve its role: who was asked is still who is mentioned", () => {
    const ctx = view("en", []);
    const roles = Object.fromEntries(
      Object.entries(ctx.roles).map(([name, role]) => [name, { ...role, approval: "none" as const }]),
    );
    for (const [key, shows] of [
      ["card", "pending"],
      ["nudge", "open"],
    ] as const) {
      const drawn = (ctx: ReturnType<typeof view>) =>
        mentions(drawMessage(pendingOne, key, shows, ctx, true));
      expect([...drawn({ ...ctx, roles }).groups]).toEqual([SRE]);
      // A file that says so has nobody mentioned.
      expect([...drawn(ctx).groups]).toEqual([]);
    }
  });

  test("a new card pings once, never its own requester, and asks for a decision", () => {
    const card = drawMessage(pendingOne, "card", "pending", view("en"), true);
    expect(plainDates(first(card))).toBe(
      "*Bob* asks for *admin* on *production* for *4 h*, until about 2026-11-25 17:57 UTC. <!subteam^S0SRE>",
    );
    expect(card.text).toBe("Bob asks for admin for 4 h: OPS-123 roll back search rule");
    expect(buttons(card)).toEqual(["Approve 4 h", "1 h only", "Deny…"]);
    expect(buttonsIn(card.blocks)[0]?.accessibility_label).toBe("Approve 4 h, admin for Bob, R-7K2Q9FXT");
    expect(seen(card)).toContain("Can: Change & delete everything");
    expect(plainDates(seen(card))).toContain(
      "closes 2026-11-25 17:57 UTC · anyone in <!subteam^S0SRE> except Bob · R-7K2Q9FXT",
    );
    const own = drawMessage(pendingOne, "card", "pending", view("en", [bob.id]), true);
    expect([...mentions(own).users]).toEqual([]);
  });

  test("a card says what an approver wants to know of its requester, and mentions nobody by it", () => {
    const background = {
      title: "Developer <!here>",
      timeZone: "Asia/Shanghai",
      holds: [{ role: "guest", until: NOW + 3_600_000 }],
      grants: 3,
      last: { role: "admin", at: NOW - 13 * 86_400_000, by: alice },
      denied: { at: NOW - 240_000, by: alice, why: "release *freeze*" },
    };
    const card = (locale: Locale) =>
      drawMessage({ ...pendingOne, background }, "card", "pending", view(locale, []), true);
    expect(plainDates(mrkdwnIn(card("en").blocks)[2] ?? "")).toBe(
      "“Developer &lt;!here&gt;” · 21:57 for them · holds `guest` until 2026-11-25 15:02 UTC · 3 grants in 30 days, last `admin` 2026-11-12 14:02 UTC by Alice · *denied 2026-11-25 13:58 UTC by Alice: release freeze*",
    );
    for (const locale of Locale.options) {
      expectSpeech(card(locale));
      expect(mentions(card(locale)).users.size).toBe(0);
    }
    const nothing = { ...pendingOne, background: { holds: [], grants: 0 } };
    expect(seen(drawMessage(nothing, "card", "pending", view("en"), true))).toContain("no grant in 30 days");
  });

  test("a card without pings mentions no approver at all", () => {
    const card = drawMessage(pendingOne, "card", "pending", view("en", []), true);
    expect([...mentions(card).groups, ...mentions(card).users]).toEqual([]);
    expect(seen(card)).toContain("any approver except Bob");
    const other = UserId.parse("U0CAROL");
    const partly = { ...pendingOne, approvers: [SRE, other] };
    expect([...mentions(drawMessage(partly, "card", "pending", view("en"), true)).users]).toEqual([]);
  });

  test("a card later: who approved it, for how long, and when it was", () => {
    const by = "`admin`, 4 h, for <@U0BOB> · approved by <@U0ALICE> 2026-11-25 14:01 UTC";
    expect(says("card:outage")).toBe(
      `*Approved, not ready yet:* ${by}. Karpor does not answer; still trying.`,
    );
    expect(says("card:active")).toBe(`*Active until 2026-11-25 18:02 UTC:* ${by}`);
    expect(says("card:revoked")).toBe(`*Revoked by <@U0ALICE> 2026-11-25 14:02 UTC:* ${by}`);
    expect(says("card:unproven")).toBe(
      `*Ending, not confirmed:* ${by}. Karpor does not answer; still trying.`,
    );
    expect(says("card:ended")).toBe(
      "*Ended 2026-11-25 14:01 UTC (time was up):* `admin`, 4 h, for <@U0BOB>, 2026-11-25 14:01 UTC–2026-11-25 14:01 UTC · approved by <@U0ALICE> 2026-11-25 14:01 UTC · Karpor refuses the token",
    );
    expect(says("card:denied")).toBe(
      "*Denied by <@U0ALICE> 2026-11-25 14:02 UTC:* `admin`, 4 h, for <@U0BOB>.",
    );
  });

  test("in the DM, the state comes first", () => {
    expect(says("waiting:pending")).toBe("*Waiting for approval:* `admin` on *production* for 4 h.");
    expect(says("token:outage")).toBe(
      "*Approved, not ready yet:* Karpor does not answer. I will message you with the token.",
    );
    expect(says("token:outage", { outage: { what: "held-back", since: NOW } })).toBe(
      "*Approved by <@U0ALICE>, held back:* new access waits until an administrator confirms that the data is current. I will message you.",
    );
    expect(says("token:hidden")).toBe("*Token hidden.* Access goes on until *2026-11-25 18:02 UTC*.");
    expect(says("notice:denied")).toBe("*Not approved by <@U0ALICE>:* `admin`, 4 h.");
    expect(says("notice:released")).toBe(
      "*Ending now:* `admin` on *production*. The token stops within 10 s.",
    );
    expect(says("notice:ended")).toBe(
      "*Ended at 2026-11-25 14:02 UTC, time was up:* `admin` on *production*, 2026-11-25 14:01 UTC–2026-11-25 14:01 UTC, approved by <@U0ALICE>. Karpor refuses the token (checked 2026-11-25 14:02:11 UTC).",
    );
    expect(says("unproven:open", { state: "ending" })).toBe(
      "*Not confirmed:* your `admin` access should have ended at 2026-11-25 13:57 UTC. Karpor does not answer (since 2026-11-25 13:57 UTC); your token may work until 2026-11-25 17:57 UTC.",
    );
  });

  test("whoever is revoked is told at once who and why, and later that it is proved", () => {
    const { r, key, shows } = drawn("notice:revoked");
    const atOnce = drawMessage(r, key, shows, view("en"), true);
    expect(atOnce.text).toBe("Alice revoked your admin access: incident &lt;over&gt;");
    expect(plainDates(first(atOnce))).toBe(
      "*Revoked by <@U0ALICE> at 2026-11-25 14:02 UTC:* `admin` on *production*.",
    );
    expect(seen(atOnce)).toMatch(/incident <over>\nThe token stops within 10 s\./);
    const proved = records.find((one) => one.state === "ended" && one.end.cause === "revoked") as typeof r;
    const later = drawMessage(proved, key, "ended", view("en"), false);
    expect(plainDates(seen(later))).toMatch(
      /incident <over>\n\*Confirmed 2026-11-25 14:02:11 UTC:\* Karpor refuses the token\./,
    );
  });

  test("that an end is not confirmed is told to the administrators, once", () => {
    const { r, key, shows } = drawn("alert:unproven");
    expect([...mentions(drawMessage(r, key, shows, view("en"), true)).groups]).toEqual([ADMINS]);
    expect([...mentions(drawMessage(r, key, shows, view("en"), false)).groups]).toEqual([]);
    const old = drawn("lost:unproven");
    expect(plainDates(first(drawMessage(old.r, old.key, old.shows, view("en"), false)))).toMatch(
      /^\*Old token, not confirmed:\* Bob's for `admin` on \*production\* gave way to a new one at .*; it may work until /,
    );
    const chinese = drawMessage(old.r, old.key, old.shows, view("zh"), false);
    expect(plainDates(first(chinese))).toMatch(/的令牌（已于 2026-11-25 14:0\d UTC 更换）。/);
    expect(chinese.text).toMatch(/的令牌（\d 分钟前已更换）。/);
    expect([...mentions(drawMessage(old.r, old.key, old.shows, view("en"), true)).groups]).toEqual([ADMINS]);
    const left = drawn("left:open");
    expect([...mentions(drawMessage(left.r, left.key, "open", view("en"), true)).groups]).toEqual([ADMINS]);
  });

  test("what is new since then is said where it matters", () => {
    expect(says("waiting:not-delivered")).toBe(
      "*Waiting, nobody was asked yet:* `admin` on *production* for 4 h. Slack does not take the message to the approvers; the administrators are told, and we keep trying.",
    );
    const refusal = { kind: "terms-changed", role: "admin", what: "too-long", max: 30 * 60_000 };
    expect(says("notice:closed", { refusal })).toBe(
      "*Closed: the rules changed* while this waited: `admin` is now at most 30 min.",
    );
    expect(plainDates(says("left:open"))).toBe(
      "*A token is left in Slack, dead since 2026-11-19 14:02 UTC:* `admin`, 4 h, for <@U0BOB>. Slack refuses to edit or delete its message; it was tried daily from 2026-11-18 14:02 UTC on.",
    );
    const verification = { method: "expiry", deletedAt: NOW - 12_000, at: NOW };
    expect(says("notice:ended", { verification })).toContain(
      "That Karpor refuses the token could not be shown; the token's own time has run out.",
    );
    expect(says("notice:ended", { grant: undefined })).toContain("No token was given out");
    const abandoned = { ...verification, method: "abandoned", operator: "dana" };
    expect(plainDates(says("notice:ended", { verification: abandoned }))).toContain(
      "Karpor never confirmed it; operator dana settled it. The token's own time ends at",
    );
  });

  test("each outage is told apart", () => {
    const said = Outage.shape.what.unwrap().options.map((what) => {
      const r = { ...drawn("card:unproven").r, outage: { what, since: NOW } } as typeof pendingOne;
      return first(drawMessage(r, "card", "unproven", view("en"), false));
    });
    expect(new Set(said).size).toBe(Outage.shape.what.unwrap().options.length);
  });

  test("the token comes with what to do with it", () => {
    const message = drawToken(deliveringOne, "TOKEN", view("en"));
    expect(plainDates(first(message))).toBe(
      "*Approved by <@U0ALICE>:* `admin` on *production* until *2026-11-25 18:02 UTC*.",
    );
    expect(message.text).toBe("Approved by Alice: admin on production for 4 h.");
    expect(buttons(message)).toEqual(["Open Karpor", "I've copied it, hide", "Ask for more time", "End now"]);
    expect(seen(message)).toContain("1 Copy · 2 Open Karpor · 3 Paste, Login. Only for you.");
    const before = drawMessage(deliveringOne, "token", "setting-up", view("en"), true);
    expect(before.text).toBe(message.text);
    expect(first(before)).toBe(`${first(message)} The token comes in seconds.`);
    expect(seen(message)).not.toContain("earlier than you asked");
  });

  test("a shortened token says how much the hub gives", () => {
    const grant = {
      ...deliveringOne.grant,
      shortened: true,
      tokenExpiresAt: deliveringOne.decision.at + 24 * 3_600_000,
    };
    expect(seen(drawToken({ ...deliveringOne, grant }, "TOKEN", view("en")))).toContain(
      "Karpor allows at most 1 d, so this ends earlier than you asked.",
    );
  });

  test("a fresh token says why it comes, in both languages, and rings", () => {
    const fresh = (why: string, locale: Locale, by: unknown = alice) => {
      const extension = { id: ID, ms: HOUR, by, qualified: "rule: looks", at: NOW };
      const r = { ...activeOne, extensions: [extension], refresh: { why, at: NOW } } as AccessRequest;
      return drawMessage(r, "token", "setting-up", view(locale), true).text;
    };
    expect(fresh("extended", "en")).toBe("More time, approved by Alice: admin on production for 4 h.");
    expect(fresh("extended", "en", "policy")).toContain("More time, approved by the rule “looks”:");
    expect(fresh("upgraded", "en")).toBe(
      "New token: Karpor was upgraded, and your old token stopped working.",
    );
    expect(fresh("other", "en")).toBe("New token: admin on production for 4 h.");
    expect(fresh("extended", "zh")).toBe(
      "已延长，Alice 批准：你在 production 的 admin 权限，还有 4 小时到期。",
    );
    expect(fresh("upgraded", "zh")).toBe("新令牌：Karpor 已升级，旧令牌失效。");
  });

  test("in Chinese: given, over, and decided by nobody", () => {
    const stateOf = (state: string) => records.find((r) => r.state === state) as AccessRequest;
    expect(plainDates(first(drawToken(deliveringOne, "TOKEN", view("zh"))))).toBe(
      "*已批准：* 你在 *production* 的 `admin` 权限有效至2026-11-25 18:02 UTC（<@U0ALICE> 批准）。",
    );
    const over = drawMessage(stateOf("ended"), "notice", "ended", view("zh"), true);
    expect(plainDates(seen(over))).toMatch(/Karpor 已拒绝该令牌（.*验证）/);
    const late = drawMessage(stateOf("timedOut"), "notice", "timedOut", view("zh"), true);
    expect(first(late)).toContain("*已过期：无人在期限内审批。*");
  });

  test("a reminder says how long is left", () => {
    const open = drawMessage(activeOne, "reminder:3600000", "open", view("en"), true);
    expect(open.text).toBe("1 h left: admin on production.");
    expect(plainDates(first(open))).toBe("*1 h left:* `admin` on *production* ends at 2026-11-25 18:02 UTC.");
    expect(buttons(open)).toEqual(["Ask for more time", "End now"]);
    const zh = drawMessage(activeOne, "reminder:3600000", "open", view("zh"), true);
    expect(zh.text).toBe("还剩 1 小时：你在 production 的 admin 权限。");
    const late = { ...view("zh"), now: activeOne.expiresAt - 14.5 * MINUTE };
    expect(drawMessage(activeOne, "reminder:3600000", "open", late, true).text).toBe(
      "还剩 15 分钟：你在 production 的 admin 权限。",
    );
  });

  test("a holder is asked whether they need what nobody uses, and answers with one press", () => {
    const asked = { at: NOW, after: 2 * HOUR, release: true, was: "open" as const };
    const r = { ...activeOne, idle: { from: NOW - 2 * HOUR, asked } } as AccessRequest;
    const draw = (shows: "open" | "release" | "kept" | "used", locale: "en" | "zh" = "en") =>
      drawMessage(r, `idle:${NOW}`, shows, view(locale), true);
    expect(draw("release").text).toBe(
      "Still needed? No use of admin on production was reported for 2 h. It ends in 15 min at the earliest, unless you keep or use it.",
    );
    expect(draw("open").text).toMatch(/reported for 2 h\. It goes on for 4 h\.$/);
    expect(draw("kept").text).toMatch(
      /^Kept: admin on production goes on for 4 h\. .*again after 2 h without use\.$/,
    );
    expect(draw("used").text).toMatch(/^In use again: admin on production goes on for 4 h\.$/);
    for (const shows of ["open", "release"] as const)
      expect(buttons(draw(shows))).toEqual(["Keep", "End now"]);
    for (const shows of ["kept", "used"] as const) expect(buttons(draw(shows))).toEqual([]);
    expect(draw("release", "zh").text).toBe(
      "还需要吗？你在 production 的 admin 权限已有 2 小时没有使用记录。若不保留也不使用，最早 15 分钟后结束。",
    );
  });

  test("the requester hears why it ended, and may ask again where that can help", () => {
    const told = (ends: (cause: string) => boolean) =>
      records.flatMap((r) => {
        if (r.state !== "ended" || r.verification.method !== "probe" || !ends(r.end.cause)) return [];
        const message = drawMessage(
          r,
          "notice",
          r.end.cause === "failed" ? "failed" : "ended",
          view("en"),
          true,
        );
        return [`${message.text.split(":")[0]}, ${r.end.failure ?? ""}: ${buttons(message).join()}`];
      });
    expect(new Set(told((cause) => cause !== "failed"))).toEqual(
      new Set([
        "Ended, time was up, : Ask again",
        "Ended, no use was reported, : Ask again",
        "Ended, you are a guest of this workspace now, : ",
        "Ended, you are no longer in the group it is for, : ",
        "Ended, you left this workspace, : ",
        "Ended, your account was deactivated, : ",
        "Ended, the role is now for others, : ",
        "Ended by you, : Ask again",
        "Revoked by Alice, : Ask again",
        "Revoked by operator dana, : Ask again",
        "Ended, it was changed in Karpor, : Ask again",
        "Ended, it was removed in Karpor, : Ask again",
        "Ended, another version of the bot ended it, : Ask again",
      ]),
    );
    const failures = new Set(told((cause) => cause === "failed"));
    expect(failures.size).toBe(Failure.options.length);
    expect([...failures].filter((one) => !one.endsWith("Ask again"))).toEqual(["Failed, recipient-gone: "]);
  });

  test("only approvers' cards of live grants can be revoked; the modal asks once more", () => {
    const active = drawMessage(activeOne, "card", "active", view("zh"), false);
    expect(buttons(active)).toEqual(["撤销…"]);
    expect(buttonsIn(active.blocks)[0]).not.toHaveProperty("style");
    expect(active.text).toBe("生效中，还有 4 小时：Bob 的 admin 权限（4 小时）· Alice 批准");
  });

  test("times far from now carry their day", () => {
    const late = drawMessage(
      activeOne,
      "card",
      "active",
      { ...view("en"), now: NOW + 3 * 86_400_000 },
      false,
    );
    expect(first(late)).toContain("{date_short_pretty} {time}");
  });
});
