/** What an approver is told of the requester, by what they asked for in the last 30 days. */
import { expect, test } from "vitest";
import { backgroundOf } from "../../src/domain/background.ts";
import { DAY, HOUR } from "../../src/domain/duration.ts";
import { requestId } from "../../src/domain/ids.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import {
  active,
  decided,
  delivering,
  ending,
  endingOrLate,
  withdrawn,
} from "../../src/domain/transitions.ts";
import { approver, requestedRecord, T0 } from "./records.ts";

const now = T0 + 20 * DAY;
const nobody = { title: undefined, timeZone: undefined };
let ids = 0;
const pending = (role: string, at: number): AccessRequest => ({
  ...requestedRecord({
    id: requestId(new Uint8Array([0, 0, 0, 0, ++ids])),
    role,
    requestedAt: at,
    enteredAt: at,
    closesAt: at + DAY,
  }),
  state: "pending",
});
const granted = (role: string, at: number) =>
  decided(pending(role, at), { approve: true }, approver, "S0SRE", at) as AccessRequest;
const live = (role: string, at: number) => {
  const grant = { accountUid: "a", bindingUid: "b", tokenExpiresAt: at + HOUR, shortened: false };
  return active(delivering(granted(role, at), grant) as AccessRequest) as AccessRequest;
};
const denied = (role: string, at: number) =>
  decided(
    pending(role, at),
    { approve: false, why: "release freeze" },
    approver,
    "S0SRE",
    at,
  ) as AccessRequest;
const asked = pending("admin", now);
const of = (...recent: AccessRequest[]) => backgroundOf(asked, nobody, [asked, ...recent], now);

test("nothing is known of somebody new, nor of the request itself", () => {
  expect(of()).toEqual({ holds: [], grants: 0 });
});

test("what they hold, how much they had, and the latest of it", () => {
  const [held, had] = [live("guest", now - HOUR), granted("admin", now - DAY)];
  expect(of(had, held, withdrawn(pending("peek", now), now) as AccessRequest)).toMatchObject({
    holds: [{ role: "guest", until: (held as { expiresAt?: number }).expiresAt }],
    grants: 2,
    last: { role: "guest", at: now - HOUR, by: { name: approver.name } },
  });
});

test("what they still hold of longer ago is told, and is no grant of the last 30 days; what could not be made is none at all", () => {
  const old = live("admin", now - 40 * DAY);
  const failed = ending(live("guest", now - DAY), {
    cause: "failed",
    failure: "hub-refuses",
    at: now,
  }) as AccessRequest;
  const of90 = { ...old, expiresAt: now + 50 * DAY } as AccessRequest;
  expect(of(of90, failed)).toEqual({ holds: [{ role: "admin", until: now + 50 * DAY }], grants: 0 });
});

test("what was taken back before it began is no grant", () => {
  const later = { ...pending("admin", now - DAY), startsAt: now + DAY, closesAt: now + DAY };
  const approved = decided(later, { approve: true }, approver, "S0SRE", now - HOUR);
  expect(approved.state).toBe("scheduled");
  expect(of(endingOrLate(approved, { cause: "revoked", by: approver, at: now }))).toEqual({
    holds: [],
    grants: 0,
  });
});

test("what nobody approved is told from what policy did", () => {
  const had = granted("admin", now - DAY) as Extract<AccessRequest, { state: "approved" }>;
  const byPolicy = { ...had, decision: { ...had.decision, by: "policy" as const } };
  const emergency = { review: [], reviews: [] };
  expect(of(byPolicy).last).toEqual({ role: "admin", at: now - DAY, by: "policy" });
  expect(of({ ...byPolicy, emergency }).last).toMatchObject({ by: "policy", emergency: true });
});

test.each([
  ["the same role, an hour ago", denied("admin", now - HOUR), true],
  ["another role", denied("guest", now - HOUR), false],
  ["longer ago than a day", denied("admin", now - DAY), false],
] as const)("denied: %s", (_, request, told) => {
  expect(of(request).denied).toEqual(
    told
      ? { at: now - HOUR, by: expect.objectContaining({ name: approver.name }), why: "release freeze" }
      : undefined,
  );
});

test("who they are, where Slack says it", () => {
  const profile = { title: "Developer", timeZone: "Asia/Shanghai" };
  expect(backgroundOf(asked, profile, [], now)).toMatchObject(profile);
});
