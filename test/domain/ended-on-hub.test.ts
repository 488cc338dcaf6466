/** What the hub remembers of operators' ends fits an annotation, whatever they end. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { EndedAll, type EndedOnHub, endsOf, remembered } from "../../src/domain/ended-on-hub.ts";
import type { RequestId } from "../../src/domain/ids.ts";
import { T0 } from "./records.ts";

const MOST_BYTES = 256 * 1024;
const idOf = (n: number) => `R-${String(n).padStart(8, "0")}` as RequestId;
const note = (first: number, count: number, at: number): EndedOnHub => ({
  ...{ ids: Array.from({ length: count }, (_, i) => idOf(first + i)), at },
  ...{ operator: "operator dana", reason: "界".repeat(500) },
});

test("it fits an annotation, and the last that was ended is remembered before all else", () => {
  const counts = fc.array(fc.integer({ min: 1, max: 12_000 }), { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(counts, (all) => {
      let kept: EndedOnHub[] = [];
      let first = 0;
      for (const [i, count] of all.entries()) {
        kept = remembered(kept, note(first, count, T0 + i));
        expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThan(MOST_BYTES);
        expect(endsOf(kept).get(idOf(first))).toMatchObject({ cause: "revoked", at: T0 + i });
        first += count;
      }
    }),
    { numRuns: 30 },
  );
});

test("small ones are remembered for a month, fifty of them", () => {
  const many = Array.from({ length: 60 }, (_, i) => note(i, 1, T0 + i));
  const kept = many.reduce<EndedOnHub[]>(remembered, []);
  expect(kept).toEqual(many.slice(10));
  const later = note(99, 1, T0 + 31 * 24 * 3_600_000);
  expect(remembered(kept, later)).toEqual([later]);
});

test("one that cannot be read leaves the others, and what another version added stays with its own", () => {
  const good = { ...note(1, 1, T0), approvedBy: "two of them" };
  const odd = { ...note(2, 1, T0), operator: { id: "U0BOB" }, reason: ["why"] };
  const all = EndedAll.parse([
    good,
    { what: "of the next version" },
    odd,
    { ...note(3, 1, T0), ids: [7, idOf(3)] },
  ]);
  expect(all.map(({ ids }) => ids)).toEqual([[idOf(1)], [idOf(2)], [idOf(3)]]);
  expect(remembered(all, note(4, 1, T0))[0]).toEqual(good);
  expect(endsOf(all).get(idOf(2))).toMatchObject({ operator: "?" });
  expect(EndedAll.parse("nonsense")).toEqual([]);
});
