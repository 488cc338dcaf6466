/** What gave way leaves the record an hour after it was proved gone: until then its messages are redrawn by it. */
import { expect, test } from "vitest";
import { HOUR, SECOND } from "../../src/domain/duration.ts";
import { leaksOf } from "../../src/domain/former.ts";
import { renewed } from "../../src/domain/generations.ts";
import { outdatedMessages } from "../../src/domain/messages.ts";
import type { AccessRequest, In } from "../../src/domain/request.ts";
import { DECIDED_AT, each, grant, sent } from "./records.ts";

/** Said an hour and a half before it was proved: the hub was away, and the channel reads that it may still work. */
function leaked(provedAt: number): In<"active"> {
  const at = provedAt - 1.5 * HOUR;
  const verification = { method: "absence" as const, deletedAt: provedAt - 13 * SECOND, at: provedAt };
  return {
    ...each.active,
    generation: 2,
    former: [{ generation: 1, grant, why: "leaked", at, verification }],
    messages: { "leak:1": sent("unproven") },
  };
}

const NOW = DECIDED_AT + 4 * HOUR;
const stillToSay = (r: AccessRequest) => outdatedMessages(r).filter(({ key }) => key === "leak:1");

test("a leak that was proved over a moment ago is told to be over, although another token is asked for first", () => {
  const next = renewed(leaked(NOW - SECOND), "lost", NOW);
  expect(stillToSay(next)).toEqual([{ key: "leak:1", shows: "proven" }]);
});

test("what was proved long ago leaves the record", () => {
  expect(leaksOf(renewed(leaked(NOW - 2 * HOUR), "lost", NOW))).toEqual([]);
});
