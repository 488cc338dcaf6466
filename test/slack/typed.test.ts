/** Slack's escaping of a command line, undone. */
import { expect, test } from "vitest";
import { leadingMention, typed } from "../../src/slack/inbound/typed.ts";

test.each([
  ["a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"],
  ["&amp;lt;", "&lt;"],
  ["ask <@U0BOB|bob> or <@W0EVE> in <#C0OPS|ops>", "ask @bob or @W0EVE in #ops"],
  ["<!subteam^S0SRE|@sre> <!here>", "@sre @here"],
  ["see <https://x.io/?a=1&amp;b=2> <mailto:a@b.io|a@b.io>", "see https://x.io/?a=1&b=2 a@b.io"],
])("%s", (given, read) => expect(typed(given)).toBe(read));

test("a mention is told from what only looks like one", () => {
  expect(leadingMention("<@U0BOB|bob>  leaked &amp; old")).toEqual({
    user: "U0BOB",
    name: "bob",
    rest: "leaked &amp; old",
  });
  expect(leadingMention("<@U0BOB>")).toEqual({ user: "U0BOB", name: "", rest: "" });
  expect(leadingMention("&lt;@U0BOB&gt;")).toBeNull();
  expect(leadingMention("<@not-one|bob>")).toBeNull();
  expect(leadingMention("R-7K2Q9FXT <@U0BOB|bob>")).toBeNull();
});
