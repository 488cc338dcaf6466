/** More time is given to what is surely not over yet. */
import { expect, test } from "vitest";
import { HOUR, SECOND } from "../../src/domain/duration.ts";
import { prolonged } from "../../src/domain/transitions.ts";
import { EXPIRES_AT, each } from "./records.ts";

test.each([
  ["while it lasts", -HOUR, true],
  ["shortly before its end", -6 * SECOND, true],
  ["where a replica's clock may say that it is over", -5 * SECOND, false],
  ["at its end", 0, false],
  ["after it", HOUR, false],
])("%s", (_when, ms, given) => {
  const after = prolonged(each.active, each.extending, EXPIRES_AT + ms);
  expect(after?.expiresAt ?? null).toBe(given ? each.extending.expiresAt : null);
});
