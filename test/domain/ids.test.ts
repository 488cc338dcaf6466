/** Request ids can be said, and are read back forgivingly. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { RequestId, readRequestId, requestId } from "../../src/domain/ids.ts";

test("five bytes make an id, and different bytes different ids", () => {
  const bytes = fc.uint8Array({ minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      expect(RequestId.safeParse(requestId(a)).success).toBe(true);
      expect(requestId(a) === requestId(b)).toBe(a.every((byte, i) => byte === b[i]));
    }),
  );
});

test.each([
  ["R-7K2Q9FXT", "R-7K2Q9FXT"],
  ["r-7k2q9fxt", "R-7K2Q9FXT"],
  ["R-OIL00000", "R-01100000"],
  ["R-7K2Q9FX", null],
  ["7K2Q9FXT", null],
  ["R-7K2Q9FXU", null],
])("%s reads as %s", (text, id) => expect(readRequestId(text)).toBe(id));
