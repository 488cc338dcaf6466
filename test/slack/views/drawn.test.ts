import { describe, expect, test } from "vitest";
import { mentionsIn, visibleText } from "../../../sandbox/slack/read.ts";
import type { Block } from "../../../sandbox/slack/types.ts";
import { UserId } from "../../../src/domain/ids.ts";
import { displayStatus } from "../../../src/domain/lifecycle.ts";
import { isShared, type MessageKind, type Shown } from "../../../src/domain/message-key.ts";
import { Locale } from "../../../src/domain/person.ts";
import { Outage } from "../../../src/domain/request.ts";
import { buttonValue } from "../../../src/slack/ids.ts";
import { drawMessage, drawToken, type Message } from "../../../src/slack/views/index.ts";
import { buttonsIn, expectSpeech, mrkdwnIn } from "../../helpers/speech.ts";
import {
  activeOne,
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

const STATUSES = [
  "pending",
  "withdrawn",
  "timedOut",
  "closed",
  "denied",
  "setting-up",
  "outage",
  "active",
  "removing",
  "unproven",
  "failed",
  "ended",
] as const;
const ALL: { [K in MessageKind]: readonly Shown[K][] } = {
  card: STATUSES,
  waiting: [...STATUSES, "not-delivered", "nudged"],
  token: ["setting-up", "outage", "shown", "hidden", "ending", "ended"],
  notice: ["refused", "closed", "denied", "timedOut", "failed", "ended"],
  unproven: ["open", "proven"],
  alert: ["unproven", "proven", "failed", "token-left"],
  reminder: ["open", "closed"],
  nudge: ["open"],
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
      expect(seen(message)).not.toMatch(/undefined|null|NaN|\[object|\p{Extended_Pictographic}/u);
      expect(mrkdwnIn(message.blocks).at(-1)).toContain(ID);
      expect(buttonsIn(message.blocks).every((b) => b.url || b.value === buttonValue(r))).toBe(true);
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
  test("a new card pings once, and asks for a decision", () => {
    const card = drawMessage(pendingOne, "card", "pending", view("en"), true);
    expect(first(card)).toBe("*Pending:* <@U0BOB> asks for *admin* for *4 h*. <!subteam^S0SRE>");
    expect(card.text).toBe("Bob asks for admin for 4 h: OPS-123 roll back search rule");
    expect(buttons(card)).toEqual(["Approve", "Deny…"]);
    expect(buttonsIn(card.blocks)[0]?.accessibility_label).toBe("Approve, admin for Bob, R-7K2Q9FXT");
    expect(seen(card)).toContain("Allows: Change & delete everything");
    expect(plainDates(seen(card))).toContain(
      "lapses 2026-11-25 17:57 UTC · anyone in <!subteam^S0SRE> except Bob · R-7K2Q9FXT",
    );
  });

  test("a card without pings mentions no approver at all", () => {
    const card = drawMessage(pendingOne, "card", "pending", view("en", []), true);
    expect([...mentions(card).groups, ...mentions(card).users]).toEqual(["U0BOB"]);
    expect(seen(card)).toContain("any approver except Bob");
    const other = UserId.parse("U0CAROL");
    const partly = { ...pendingOne, approvers: [SRE, other] };
    expect([...mentions(drawMessage(partly, "card", "pending", view("en"), true)).users]).toEqual(["U0BOB"]);
  });

  test("a card later", () => {
    const says = (what: string) => {
      const { r, key, shows } = drawn(what);
      return plainDates(first(drawMessage(r, key, shows, view("en"), false)));
    };
    expect(says("card:setting-up")).toBe(
      "*Setting up:* admin for 4 h for <@U0BOB>. Approved by <@U0ALICE> at 2026-11-25 14:01 UTC.",
    );
    expect(says("card:active")).toBe(
      "*Active until 2026-11-25 18:02 UTC:* admin for <@U0BOB>. Approved by <@U0ALICE> at 2026-11-25 14:01 UTC.",
    );
    expect(says("card:unproven")).toBe(
      "*Removing:* admin for <@U0BOB>. Production does not answer; still trying.",
    );
    expect(says("card:ended")).toBe(
      "*Ended 2026-11-25 14:01 UTC:* admin for <@U0BOB>; time ran out; token refused by the hub.",
    );
    expect(says("waiting:pending")).toBe("*Waiting:* admin for 4 h, for one of <!subteam^S0SRE>.");
    expect(says("token:outage")).toBe(
      "*Approved, not ready yet:* production does not answer. You have no access yet; we keep trying.",
    );
    expect(says("unproven:open")).toBe(
      "*Ending, not yet confirmed:* production does not answer. Your token may still work; we keep trying.",
    );
    expect(says("notice:ended")).toBe(
      "*Ended:* your admin access to production. The hub refuses the token since 2026-11-25 14:01:59 UTC.",
    );
  });

  test("what is new since then is said where it matters", () => {
    const says = (what: string, change: object = {}) => {
      const { r, key, shows } = drawn(what);
      return plainDates(first(drawMessage({ ...r, ...change } as typeof r, key, shows, view("en"), false)));
    };
    expect(says("waiting:not-delivered")).toBe(
      "*Waiting, nobody was asked yet:* admin for 4 h. Slack does not take the message to the approvers; the administrators are told, and we keep trying.",
    );
    const refusal = { kind: "terms-changed", role: "admin", what: "too-long", max: 30 * 60_000 };
    expect(says("notice:closed", { refusal })).toBe(
      "*Closed, the rules changed* while this waited: admin for 4 h; it lasts at most 30 min now.",
    );
    expect(says("alert:token-left")).toBe(
      "*A token is left in Slack, dead:* admin for <@U0BOB> on production. Slack refuses to edit or delete its message; it was tried for a week.",
    );
    const verification = { method: "expiry", deletedAt: NOW - 12_000, at: NOW };
    expect(says("notice:ended", { verification })).toBe(
      "*Ended:* your admin access to production. That the hub refuses the token could not be shown; the token's own time has run out.",
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
      "*Ready:* admin on *production* until *2026-11-25 18:02 UTC*. Approved by <@U0ALICE>.",
    );
    expect(message.text).toBe("Ready: admin on production for 4 h. Approved by Alice.");
    expect(buttons(message)).toEqual(["Open dashboard", "Hide token", "Release now"]);
    expect(seen(message)).toContain("Copy it, open the dashboard, paste, Login. Do not forward it.");
    expect(seen(message)).not.toContain("earlier than you asked");
  });

  test("a shortened token says how much the hub gives", () => {
    const grant = {
      ...deliveringOne.grant,
      shortened: true,
      tokenExpiresAt: deliveringOne.decision.at + 24 * 3_600_000,
    };
    expect(seen(drawToken({ ...deliveringOne, grant }, "TOKEN", view("en")))).toContain(
      "The hub allows at most 1 d, so this ends earlier than you asked.",
    );
  });

  test("a reminder says how long is left, and loses its button with the next", () => {
    const open = drawMessage(activeOne, "reminder:3600000", "open", view("en"), true);
    expect(open.text).toBe("Ends in 1 h: your admin access to production.");
    expect(plainDates(first(open))).toBe(
      "*Ends in 1 h:* your admin access to production, at 2026-11-25 18:02 UTC.",
    );
    expect(buttons(open)).toEqual(["Release now"]);
    expect(buttons(drawMessage(activeOne, "reminder:3600000", "closed", view("en"), false))).toEqual([]);
    const zh = drawMessage(activeOne, "reminder:3600000", "open", view("zh"), true);
    expect(zh.text).toBe("1 小时后结束：你在 production 上的 admin 权限。");
  });

  test("the requester hears why it ended, and may ask again where that can help", () => {
    const told = records
      .filter((r) => r.state === "ended" && r.verification.method === "probe")
      .map((r) => {
        const shows = displayStatus(r) === "failed" ? "failed" : "ended";
        const message = drawMessage(r, "notice", shows, view("en"), true);
        return [mrkdwnIn(message.blocks).at(-1), buttons(message).join()];
      });
    expect(told).toEqual([
      ["time ran out · R-7K2Q9FXT", "Ask again"],
      ["you released it · R-7K2Q9FXT", "Ask again"],
      ["revoked by <@U0ALICE>: incident &lt;over&gt; · R-7K2Q9FXT", "Ask again"],
      ["the hub no longer had it whole · R-7K2Q9FXT", "Ask again"],
      ["another version of the bot ended it: incident · R-7K2Q9FXT", "Ask again"],
      ["R-7K2Q9FXT", "Ask again"],
      ["R-7K2Q9FXT", "Ask again"],
      ["R-7K2Q9FXT", "Ask again"],
      ["R-7K2Q9FXT", ""],
      ["R-7K2Q9FXT", "Ask again"],
      ["R-7K2Q9FXT", "Ask again"],
      ["R-7K2Q9FXT", "Ask again"],
    ]);
  });

  test("only approvers' cards of live grants can be revoked; the modal asks once more", () => {
    const active = drawMessage(activeOne, "card", "active", view("zh"), false);
    expect(buttons(active)).toEqual(["撤销…"]);
    expect(buttonsIn(active.blocks)[0]).not.toHaveProperty("style");
    expect(active.text).toBe("生效中，还有 4 小时：Bob 的 admin 权限。由 Alice 1 分钟前批准。");
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
