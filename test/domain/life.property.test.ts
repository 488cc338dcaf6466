/** Whatever happens in whatever order: no way leads out of a final state, to access without a decision, or past an end. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { transition } from "../../src/domain/audit.ts";
import { MINUTE } from "../../src/domain/duration.ts";
import { faces, isSettled, undrawn } from "../../src/domain/faces.ts";
import { Refused } from "../../src/domain/refusal.ts";
import { AccessRequest, isFinal, type State } from "../../src/domain/request.ts";
import { stepDue } from "../../src/domain/schedule.ts";
import * as to from "../../src/domain/transitions.ts";
import { requestedRecord, T0 } from "./records.ts";

const alice = { id: "U0ALICE", name: "Alice", locale: "en" } as never;
const req = { name: "Req", locale: "en" } as const;
const uids = { accountUid: "a", bindingUid: "b" };

type Step = (r: AccessRequest, now: number) => AccessRequest | null;
const STEPS: Record<string, Step> = {
  vet: (r, now) => (r.state === "requested" ? to.vetted(r, req, null, now) : null),
  refuse: (r, now) => (r.state === "requested" ? to.vetted(r, req, { kind: "store-down" }, now) : null),
  approve: (r, now) => to.decided(r, { approve: true }, alice, "S0SRE", now),
  deny: (r, now) => to.decided(r, { approve: false, why: "no" }, alice, "S0SRE", now),
  withdraw: to.withdrawn,
  lapse: to.timedOut,
  deliver: (r, now) => to.delivering(r, { ...uids, tokenExpiresAt: now + 5 * MINUTE, shortened: true }),
  activate: (r) => to.active(r),
  hide: (r) => to.hidden(r),
  remind: (r) => to.reminded(r, MINUTE),
  trouble: (r, now) => to.troubled(r, "hub", now),
  release: (r, at) => to.endingOrLate(r, { cause: "released", by: alice, at }),
  fail: (r, now) => to.failed(r, "dm-closed", now),
  prove: (r, now) => to.ended(r, { method: "probe", deletedAt: now, at: now }),
};

const ALLOWED: Record<State, State[]> = {
  requested: ["pending", "approved", "refused", "withdrawn", "timedOut"],
  pending: ["approved", "denied", "withdrawn", "timedOut"],
  approved: ["delivering", "ending"],
  delivering: ["active", "ending"],
  active: ["ending"],
  ending: ["ended"],
  refused: [],
  withdrawn: [],
  timedOut: [],
  denied: [],
  ended: [],
};

const moves = fc.array(
  fc.record({
    step: fc.constantFrom(...Object.keys(STEPS)),
    wait: fc.integer({ min: 0, max: 300 }),
    draw: fc.boolean(),
  }),
  { maxLength: 40 },
);

test("a request's life keeps its rules", () => {
  fc.assert(
    fc.property(moves, fc.boolean(), (steps, byPolicy) => {
      let record: AccessRequest = requestedRecord({ approvers: byPolicy ? [] : (["S0SRE"] as never) });
      let now = T0;
      for (const { step, wait, draw } of steps) {
        now += wait * MINUTE;
        const before = record;
        const next = attempt(() => STEPS[step]?.(before, now) ?? null);
        if (next) record = next;
        if (draw) record = drawAll(record);
        check(before, record, now);
      }
    }),
    { numRuns: 500 },
  );
});

function attempt(move: () => AccessRequest | null): AccessRequest | null {
  try {
    return move();
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

/** What the notifier does: every wanted face is on a message. */
function drawAll(r: AccessRequest): AccessRequest {
  const sent = [...faces(r)].map(([slot, face]) => [slot, { channel: "D1", ts: "1.1", face }]);
  return { ...r, messages: { ...r.messages, ...Object.fromEntries(sent) } };
}

function check(before: AccessRequest, after: AccessRequest, now: number): void {
  expect(AccessRequest.parse(JSON.parse(JSON.stringify(after)))).toEqual(JSON.parse(JSON.stringify(after)));
  if (before.state !== after.state) expect(ALLOWED[before.state]).toContain(after.state);
  expect(transition(before, after, now) === null).toBe(before.state === after.state);
  if ("expiresAt" in after) expect(after.expiresAt).toBeLessThanOrEqual(after.decision.at + after.duration);
  if ("expiresAt" in before && "expiresAt" in after)
    expect(after.expiresAt).toBeLessThanOrEqual(before.expiresAt);
  if ("decision" in after && after.decision.by !== "policy")
    expect(after.decision.by.id).not.toBe(after.requester.id);
  expect(undrawn(drawAll(after))).toEqual([]);
  if (isFinal(after)) expect(isSettled(drawAll(after))).toBe(true);
  else expect(isSettled(after)).toBe(false);
  // Nothing that is not final can be forgotten: sooner or later the sweep finds a step for it.
  if (!isFinal(after)) expect(stepDue(after, [], now + 366 * 24 * 60 * MINUTE)).not.toBeNull();
}
