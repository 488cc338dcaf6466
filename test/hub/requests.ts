/** Approved requests to grant, each with an id of its own. */
import { randomBytes } from "node:crypto";
import { HOUR } from "../../src/domain/duration.ts";
import { requestId, UserId } from "../../src/domain/ids.ts";
import type { In } from "../../src/flow/ports.ts";

export function approved(over: Partial<In<"approved">> = {}): In<"approved"> {
  const at = Date.UTC(2026, 10, 25, 9);
  return {
    state: "approved",
    id: requestId(randomBytes(5)),
    version: 3,
    revision: 3,
    requester: { id: UserId.parse("U0ALICE"), name: "Alice Ågren 李", locale: "zh" },
    role: "guest",
    clusterRole: "karpor-guest",
    reason: '调试搜索页 — "why": <!channel> 🙂\nsecond line',
    duration: HOUR,
    requestedAt: at - 60_000,
    enteredAt: at,
    closesAt: at + 4 * HOUR,
    approvers: [],
    policy: "0".repeat(64),
    terms: 1,
    generation: 1,
    messages: {},
    decision: {
      by: { id: UserId.parse("U0BOB"), name: "Bob", locale: "en" },
      qualified: "S0SRE",
      at: at + 123,
    },
    expiresAt: at + HOUR + 123,
    ...over,
  };
}
