/** What the hub remembers of operators' ends fits an annotation, whatever they end. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type EndedOnHub, endsOf, remembered } from "../../src/domain/ended-on-hub.ts";
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
