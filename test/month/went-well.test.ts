/** What `npm run month` ends with. */
import { expect, test } from "vitest";
import { wentWell } from "../../month/play.ts";

const tokens = { tried: 9, dead: [], alive: [] };

test.each([
  ["well", { unanswered: [], tokens }, true],
  ["ill where somebody was not answered", { unanswered: ["U0BOB asks: guest"], tokens }, false],
  [
    "ill where a token worked after its end",
    { unanswered: [], tokens: { ...tokens, alive: ["R-1"] } },
    false,
  ],
])("the month went %s", (_, played, good) => expect(wentWell(played)).toBe(good));
