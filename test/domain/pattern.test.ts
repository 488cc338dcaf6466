/** Patterns for reasons: what JavaScript says, in linear time; what cannot be had so is refused when the file is read. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { matcherOf, Pattern } from "../../src/domain/pattern/pattern.ts";

test.each([
  ["[A-Z]+-\\d+", "OPS-123: roll back", true],
  ["[A-Z]+-\\d+", "ops-123", false],
  ["^(?:OPS|DEV)-\\d{3,5}\\b", "OPS-1234 look", true],
  ["^(?:OPS|DEV)-\\d{3,5}\\b", "OPS-123456", false],
  ["^[A-Z]+-\\d+$", "OPS-1 and more", false],
  ["工单\\p{Nd}+", "见工单１２", true],
  ["(?<ticket>\\w{2,})!?", "a", false],
  ["😀{2}", "😀😀", true],
  ["a|", "b", true],
  ["(a*)*b", "aaac", false],
  ["\\u{1F600}|\\x41", "A", true],
])("%s on %j", (pattern, text, expected) => {
  expect(Pattern.safeParse(pattern).error).toBeUndefined();
  expect(matcherOf(pattern)(text)).toBe(expected);
});

test.each([
  ["[A-Z", /Unterminated/],
  ["(a", /Unterminated/],
  ["a**", /Nothing to repeat/],
  ["(?=a)b", /ahead or behind/],
  ["(?<!a)b", /ahead or behind/],
  ["(a)\\1", /found before/],
  ["(?<a>b)\\k<a>", /found before/],
  ["(?:a{50}){50}", /too large/],
  ["(((a{99}){99}){99}){99}", /too large/],
])("%s is refused", (pattern, why) =>
  expect(Pattern.safeParse(pattern).error?.issues[0]?.message).toMatch(why),
);

const atom = fc.constantFrom(
  "a",
  "b",
  ".",
  "[ab]",
  "[^a]",
  "\\d",
  "\\w",
  "\\s",
  "\\b",
  "\\B",
  "^",
  "$",
  "-",
  "é",
);
const quantifier = fc.constantFrom("", "", "*", "+", "?", "{2}", "{1,2}", "{0,}", "*?");
const { pattern } = fc.letrec<{ pattern: string; piece: string }>((tie) => ({
  piece: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(atom, quantifier).map(([a, q]) => (/^(\\[bB]|[\^$])$/.test(a) ? a : a + q)),
    fc.tuple(tie("pattern"), quantifier).map(([inner, q]) => `(${inner})${q}`),
  ),
  pattern: fc
    .array(fc.array(tie("piece"), { maxLength: 3 }), { minLength: 1, maxLength: 2 })
    .map((all) => all.map((pieces) => pieces.join("")).join("|")),
}));
const text = fc.string({ unit: fc.constantFrom("a", "b", "1", " ", "-", "é", "\n"), maxLength: 6 });

test("it is what JavaScript says", () =>
  fc.assert(
    fc.property(pattern, text, (source, words) => {
      fc.pre(source.length > 0 && Pattern.safeParse(source).success);
      expect(matcherOf(source)(words)).toBe(new RegExp(source, "u").test(words));
    }),
    { numRuns: 1_000 },
  ));

test.each(["(a+)+$", "^(a|a)*$", "(a|aa)+$", "(.*a){12}$", "(\\w*\\d*)*!"])(
  "%s takes no longer on what would never end",
  (source) => expect(matcherOf(source)(`${"a".repeat(499)}!x`)).toBe(source.endsWith("!")),
);
