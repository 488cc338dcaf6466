/** Whatever people write in names, reasons and refusals: nobody is pinged, and every limit of Slack holds. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { mentionsIn } from "../../../sandbox/slack/read.ts";
import type { Block } from "../../../sandbox/slack/types.ts";
import { DAY, HOUR, MINUTE } from "../../../src/domain/duration.ts";
import { Locale } from "../../../src/domain/person.ts";
import { cut, foreign, oneLine, shorten } from "../../../src/slack/messages/text.ts";
import {
  activeReply,
  drawMessage,
  type Message,
  pendingReply,
  refusedReply,
  statusReply,
  vettedReply,
} from "../../../src/slack/views/index.ts";
import { expectSpeech, mrkdwnIn } from "../../helpers/speech.ts";
import { everyMessage, pendingOne, records, view } from "../records.ts";

const evil = fc.constantFrom(
  "<!channel>",
  "<@U0EVIL>",
  "<!subteam^S0EVIL>",
  "<https://evil.example|x>",
  "&lt;!here&gt;",
  "@here",
  "> ",
  "```",
  "\n",
  "\u202e",
  "👩‍👩‍👧",
  "审批",
);
const words = fc
  .array(fc.oneof(evil, fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" })), { maxLength: 60 })
  .map((parts) => cut(parts.join(""), 500));
const locale = fc.constantFrom(...Locale.options);
const PEOPLE = ["U0BOB", "U0ALICE", "U0CAROL", "U0MEI"];
const GROUPS = ["S0SRE", "S0ADMINS", "S0LEADS"];

function expectHarmless(message: Message): void {
  const blocks = message.blocks as unknown as Block[];
  for (const { users, groups, everyone } of [
    mentionsIn({ text: message.text, blocks }),
    mentionsIn({ text: message.text }),
  ]) {
    expect([...users].filter((user) => !PEOPLE.includes(user))).toEqual([]);
    expect([...groups].filter((group) => !GROUPS.includes(group))).toEqual([]);
    expect(everyone).toBe(false);
  }
  expect(mrkdwnIn(message.blocks).join()).not.toMatch(
    /<!(?!date|subteam\^S0(?:SRE|ADMINS|LEADS)>)|<@(?!U0BOB>|U0ALICE>|U0CAROL>|U0MEI>)/,
  );
}

// Names of one's own choice may hold an asterisk, which only spoils the look of that one line.
const tame = (text: string): string => text.replaceAll("*", "");

const role = fc.constantFrom("admin", "a", "r".repeat(30));
const duration = fc.constantFrom(MINUTE, 4 * HOUR, 364 * DAY + 23 * HOUR + 59 * MINUTE);

test("every message stays harmless and within limits", () => {
  const told = fc.record({ reason: words, name: words, hub: words, role, duration });
  fc.assert(
    fc.property(fc.constantFrom(...everyMessage), told, locale, fc.boolean(), (drawn, said, l, isFirst) => {
      const text = tame(said.reason);
      const requester = { ...drawn.r.requester, name: tame(said.name) };
      const r = { ...drawn.r, reason: text, requester, role: said.role, duration: said.duration };
      if (r.askedBy) r.askedBy = { ...r.askedBy, name: tame(said.name) };
      if ("why" in r) r.why = text;
      if ("end" in r) r.end = { ...r.end, reason: text };
      if ("decision" in r) r.decision = { ...r.decision, note: text };
      const ctx = { ...view(l), hub: { ...view(l).hub, name: tame(said.hub) || "hub" } };
      const message = drawMessage(r, drawn.key, drawn.shows, ctx, isFirst);
      expectSpeech(message);
      expectHarmless(message);
    }),
    { numRuns: 400 },
  );
});

test("so do answers", () => {
  fc.assert(
    fc.property(words, locale, (typed, l) => {
      const text = tame(typed);
      const r = { ...pendingOne, reason: text, requester: { ...pendingOne.requester, name: text } };
      const line = `guest 8h ${text}`;
      const all = [
        vettedReply(r)?.(view(l)) ?? refusedReply({ kind: "unsure" }, view(l)),
        statusReply({ items: [...records, r], total: 300, at: { list: "status", from: 0 } }, 1, view(l)),
        pendingReply(
          { items: [{ kind: "request", request: r }], total: 1, at: { list: "pending", from: 0 } },
          view(l),
        ),
        activeReply(
          { items: [{ request: r, place: "1" }], total: 30, at: { list: "active", from: 0, role: text } },
          new Set([r.id]),
          view(l),
        ),
        refusedReply({ kind: "unknown-role", role: text, roles: ["guest"], line }, view(l)),
        refusedReply({ kind: "bad-duration", text, line }, view(l)),
        refusedReply({ kind: "unknown-request", id: text }, view(l)),
      ];
      for (const message of all) {
        expectSpeech(message);
        expectHarmless(message);
      }
    }),
    { numRuns: 100 },
  );
});

test("a reason is quoted as it was written", () => {
  const reason = "<!channel> *now*\nsecond line & more";
  const card = drawMessage({ ...pendingOne, reason }, "card", "pending", view("en"), true);
  expect(JSON.stringify(card.blocks)).toContain(JSON.stringify(reason));
  expect(card.text).toBe("Bob asks for admin for 4 h: &lt;!channel&gt; *now* second line &amp; more");
});

test("cutting never halves a character or an entity", () => {
  expect(cut("👍👍👍", 4)).toBe("👍…");
  expect(cut("abc", 3)).toBe("abc");
  expect(foreign("a<b", 6)).toBe("a&lt;b");
  expect(foreign("a<bc", 6)).toBe("a&lt;…");
  expect(shorten("a&lt;b", 4)).toBe("a…");
  expect(oneLine(" a\u202e\n b ")).toBe("a b");
});
