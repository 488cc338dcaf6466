/** How much longer a grant may last. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { mostMore, wholeOf } from "../../src/domain/extension.ts";

const role = (max: number, total?: number) => ({ duration: { default: MINUTE, max, total } });

test.each([
  ["up to its max, where no total is said", 3 * HOUR, role(8 * HOUR), 5 * HOUR],
  ["nothing, where it lasts that long", 8 * HOUR, role(8 * HOUR), 0],
  ["at once no more than its max", 3 * HOUR, role(8 * HOUR, 24 * HOUR), 8 * HOUR],
  ["up to its total", 20 * HOUR, role(8 * HOUR, 24 * HOUR), 4 * HOUR],
  ["nothing, where a later file says less", 30 * HOUR, role(8 * HOUR, 24 * HOUR), 0],
  ["whole minutes alone", HOUR - 1, role(HOUR), 0],
])("%s", (_what, had, duration, most) => expect(mostMore({ from: 0, until: had }, duration)).toBe(most));

test("however it is added, it never lasts longer than its total", () => {
  const times = fc.integer({ min: 1, max: 10_000 }).map((n) => n * MINUTE);
  fc.assert(
    fc.property(times, times, times, fc.array(times), (max, more, first, pieces) => {
      const its = role(max, max + more);
      let until = Math.min(first, max);
      for (const piece of pieces) {
        const duration = Math.min(piece, mostMore({ from: 0, until }, its));
        expect(wholeOf({ duration, extends: { from: 0, until } })).toBeLessThanOrEqual(max + more);
        until += duration;
      }
      expect(until).toBeLessThanOrEqual(max + more);
    }),
  );
});
