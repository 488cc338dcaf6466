/** Every message about what was allowed beforehand, in every state and language, by the rules of how the bot speaks. */
import { describe, expect, test } from "vitest";
import { type Allowance, statusOf } from "../../../src/domain/allowance.ts";
import { UserId } from "../../../src/domain/ids.ts";
import { Locale } from "../../../src/domain/person.ts";
import {
  allowanceDm,
  allowanceLine,
  allowedListReply,
  allowedReply,
  disallowedReply,
} from "../../../src/slack/views/index.ts";
import { allower, anna, NOW, one, person } from "../../domain/allowances.ts";
import { buttonsIn, expectSpeech, mrkdwnIn } from "../../helpers/speech.ts";
import { view } from "../records.ts";

const nasty = { ...person("U0NASTY"), name: `${"Bob <!channel> & ".repeat(5)}` };
const long: Partial<Allowance> = {
  ...{ person: nasty, role: "a-role-with-a-long-name-of-30-x", reason: "<!here> & bold ".repeat(29) },
  allowedBy: Array.from({ length: 10 }, (_, i) => allower({ ...nasty, id: UserId.parse(`U0N${i}`) })),
};
const states: Allowance[] = [
  one,
  { ...one, count: 2 },
  { ...one, count: 3, allowedBy: [allower(anna), allower(nasty)] },
  { ...one, withdrawn: { by: anna, at: NOW } },
  { ...one, withdrawn: { by: one.person, at: NOW } },
  { ...one, until: NOW - 1 },
].flatMap((a) => [a, { ...a, ...long }]);

describe.each(Locale.options)("in %s", (locale) => {
  const ctx = { ...view(locale), now: NOW };
  const readers = [undefined, one.person.id, anna.id];

  test("the line, the DM, the answers and the list", () => {
    for (const a of states)
      for (const reader of readers) {
        const mine = { ...ctx, ...(reader ? { reader } : {}) };
        const all = [
          ...[true, false].map((first) => allowanceLine(a, mine, first)),
          ...[allowanceDm, allowedReply, disallowedReply].map((draw) => draw(a, mine)),
          ...[[], [a], Array.from({ length: 120 }, () => a)].map((list) => allowedListReply(list, mine)),
        ];
        for (const message of all) {
          expectSpeech(message);
          expect(JSON.stringify(message)).not.toMatch(/undefined|NaN|\[object/);
        }
      }
  });

  test("nothing is left to press on what is not open, and nobody is pinged but who must allow it too", () => {
    for (const a of states) {
      const open = ["waiting", "standing"].includes(statusOf(a, NOW));
      const drawn = allowanceLine(a, ctx, false);
      expect(buttonsIn(drawn.blocks).length > 0).toBe(open);
      expect(buttonsIn(allowanceDm(a, ctx).blocks).length > 0).toBe(open);
      expect(mrkdwnIn(drawn.blocks).join(" ")).not.toMatch(/<[@!](?!date)/);
      const pings = mrkdwnIn(allowanceLine(a, ctx, true).blocks)
        .join(" ")
        .includes("<!subteam");
      expect(pings).toBe(statusOf(a, NOW) === "waiting" && ctx.pings(a.role).length > 0);
    }
  });
});
