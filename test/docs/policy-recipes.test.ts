/** Each recipe of docs/policy.md, in both languages: what its table says is what the bot decides. */
import { describe, expect, test } from "vitest";
import { decide } from "./decide.ts";
import { type Case, recipesIn } from "./recipes.ts";

const english = recipesIn("policy.md");
const chinese = recipesIn("zh/policy.md");

describe.each(english.map((recipe, i) => [recipe.title, recipe, chinese[i]] as const))(
  "%s",
  (_title, recipe, other) => {
    test("is the same in Chinese", () => {
      expect(other).toEqual({ ...recipe, title: other?.title, before: other?.before });
      expect(other?.before).toHaveLength(recipe.before.length);
    });

    test.each([recipe, other ?? recipe].flatMap((it) => it.cases.map((c) => [...named(c), it, c] as const)))(
      "%s · %s → %s",
      (_who, _types, _decision, it, c) => {
        const { decision, channel, because } = c;
        expect(decide(it, c)).toMatchObject({ decision, because, ...(channel && { channel }) });
      },
    );
  },
);

test("there are ten", () => {
  expect(english).toHaveLength(10);
  expect(chinese).toHaveLength(10);
});

const named = ({ who, types, decision }: Case) => [who.join(" ") || "anybody", types, decision] as const;
