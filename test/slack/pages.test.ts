/** Where a list goes on when others left it meanwhile. */
import { expect, test } from "vitest";
import { restOf } from "../../src/slack/inbound/pages/rest.ts";

const all = Array.from({ length: 30 }, (_, i) => `R-${i + 1}`);
const id = (one: string) => one;
const at = { from: 12, after: "R-12" } as Parameters<typeof restOf>[1];

test("after what stood last, wherever that is by now", () => {
  expect(restOf(all, at, id).items[0]).toBe("R-13");
  expect(restOf(all.slice(5), at, id).items[0]).toBe("R-13");
});

test("where that is gone nothing is skipped, though some is shown again", () => {
  for (const gone of [["R-12"], ["R-10", "R-11", "R-12"], all.slice(0, 12)]) {
    const left = all.filter((one) => !gone.includes(one));
    const page = restOf(left, at, id);
    expect(page.items[0]).toBe(left[page.at.from]);
    expect(page.items).toContain("R-13");
  }
});

test("a page that is asked for by its number alone begins there", () =>
  expect(restOf(all, { from: 12 } as typeof at, id).items[0]).toBe("R-13"));
