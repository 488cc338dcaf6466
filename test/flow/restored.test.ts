/** Redis is restored from an older copy, or emptied: nobody gets anything again, ends do not wait, and an administrator's word goes on. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { buttonsOf, visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import type { RequestId, UserId } from "../../src/domain/ids.ts";
import { formatMoment } from "../../src/domain/moment.ts";
import { Refused } from "../../src/domain/refusal.ts";
import type { AccessRequest, In } from "../../src/domain/request.ts";
import { askMoreTime } from "../../src/flow/ask-more-time.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import { endGrant } from "../../src/flow/end.ts";
import { confirmRestore } from "../../src/flow/operator/confirm-restore.ts";
import { endByOperator } from "../../src/flow/operator/end-by-operator.ts";
import { TroubleOutside } from "../../src/flow/ports.ts";
import { provisionGrant } from "../../src/flow/provision.ts";
import { askFreshToken, refreshToken } from "../../src/flow/refresh-token.ts";
import { renewToken } from "../../src/flow/renew-token.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { releaseGrant, revokeGrant } from "../../src/flow/revoke.ts";
import { startGrant } from "../../src/flow/start.ts";
import { load } from "../../src/flow/support/load.ts";
import { timeOutRequest } from "../../src/flow/time-out.ts";
import { createExpiry } from "../../src/flow/together/expire-together.ts";
import { lockDown } from "../../src/flow/together/lockdown.ts";
import { beginMassEnd, carryOutMassEnds } from "../../src/flow/together/mass-end.ts";
import { revokeAll } from "../../src/flow/together/revoke-all.ts";
import { vetRequest } from "../../src/flow/validate.ts";
import { withdrawRequest } from "../../src/flow/withdraw.ts";
import { ALICE, APPROVALS, BOB, CAROL, startWorld, type World } from "../helpers/bot.ts";
import { copyRedis, restoreRedis } from "../helpers/copy.ts";
import { login } from "../helpers/login.ts";
import { scene, TOKEN } from "../helpers/scene.ts";
import { openSteps, type Steps } from "../helpers/steps.ts";

let world: World;
let steps: Steps;
let it: ReturnType<typeof scene>;

beforeEach(async () => {
  world = await startWorld();
  steps = await openSteps(world);
  it = scene(world);
});
afterEach(async () => {
  await steps[Symbol.asyncDispose]();
  await world.close();
});

const people = { [BOB]: "Bob", [CAROL]: "Carol" };
let asked = 0;

async function pending(line = "guest 4h because", user: keyof typeof people = BOB): Promise<RequestId> {
  asked += 1;
  const requester = { id: user as UserId, name: people[user] ?? "", locale: "en" } as const;
  const { id } = await makeRequest(steps.ports, { requester, text: line, triggerId: `t${asked}` });
  await steps.work();
  return id;
}

const decide = (id: RequestId, approve = true) =>
  decideRequest(steps.ports, {
    id,
    terms: 1,
    by: ALICE as UserId,
    verdict: approve ? { approve } : { approve: false, why: "no" },
  });
const revoke = (id: RequestId) => revokeGrant(steps.ports, { id, by: ALICE as UserId });
const record = (id: RequestId): Promise<AccessRequest | null> => steps.ports.requests.get(id);
/** The epoch of the hub is raised in the background: nobody waits for it. */
const settled = () => steps.ports.epoch.settle();
const copy = () => copyRedis(world.commands);
/** The process starts anew, on what Redis is then: it remembers nothing. */
async function restored(from: Awaited<ReturnType<typeof copy>>): Promise<void> {
  await steps[Symbol.asyncDispose]();
  await restoreRedis(world.commands, from);
  steps = await openSteps(world);
  await settled();
}
/** Jobs of the copy: the sweep finds what they would do. */
async function goOn(): Promise<void> {
  world.clock.jump(MINUTE);
  await steps.sweep();
  await steps.work();
}
async function grant(line?: string, user?: keyof typeof people): Promise<RequestId> {
  const id = await pending(line, user);
  await decide(id);
  await steps.work();
  expect(await record(id)).toMatchObject({ state: "active" });
  return id;
}
/** Given by the next job, as everything that `work` does. */
async function prolong(id: RequestId, duration: number): Promise<number> {
  const more = { id, by: BOB as UserId, duration, reason: "", triggerId: `more ${id}` };
  const { id: extension } = await askMoreTime(steps.ports, more);
  await vetRequest(steps.ports, await load(steps.ports, extension));
  await decide(extension);
  await steps.work();
  return ((await record(id)) as In<"active">).expiresAt;
}
const toAdmin = () => it.dm(ALICE, "New access waits for you");
async function confirm(by = ALICE): Promise<void> {
  await settled();
  const message = await toAdmin();
  const { value } =
    (message.blocks ?? []).flatMap(
      (block) => (block as { elements?: { value?: string }[] }).elements ?? [],
    )[0] ?? {};
  await confirmRestore(steps.ports, { by: by as UserId, epoch: Number(value) });
}
const bearing = (user: string) => world.slack.dm(user).filter((m) => TOKEN.test(JSON.stringify(m.blocks)));
/** No end waits for what its record does not know. */
const noneBears = () => vi.waitFor(() => expect(bearing(BOB).map(visibleText)).toEqual([]));
const tokens = (user: string) => it.everShown(user).match(new RegExp(TOKEN, "g")) ?? [];

/** The copy is of before it was made. */
async function approvedThenRevoked() {
  const id = await pending();
  await decide(id);
  const before = await copy();
  await steps.work();
  await revoke(id);
  await settled();
  await steps.finish();
  return { id, before };
}

test("approved in the copy and revoked since: held back, and not made when an administrator goes on", async () => {
  const { id, before } = await approvedThenRevoked();
  expect(await it.standing()).toEqual([]);
  const shown = tokens(BOB).length;

  await restored(before);
  await goOn();
  expect(await record(id)).toMatchObject({ state: "approved", outage: { what: "held-back" } });
  expect(visibleText(await it.channel("New access waits until"))).toContain("Approved, not ready yet:");
  expect(steps.ports.heldBack()).toMatchObject({
    cause: "redis-behind",
    fix: expect.stringContaining("confirm-restore"),
  });
  expect(buttonsOf(await toAdmin())).toEqual(["Go on with this Redis"]);

  await confirm();
  expect(steps.ports.heldBack()).toBeNull();
  await goOn();
  await steps.finish();
  expect(await record(id)).toMatchObject({ state: "ended", end: { cause: "failed", failure: "restored" } });
  expect(tokens(BOB)).toHaveLength(shown);
  expect(await it.standing()).toEqual([]);
  // What is asked for from now on is granted as ever.
  world.clock.jump(10 * SECOND);
  await grant("guest 4h again");
});

test("approved in the copy and revoked since: while held back the hub lists what stands of it once a minute", async () => {
  const { id, before } = await approvedThenRevoked();
  await restored(before);
  await goOn();
  const { grants } = steps.ports;
  const standingOf = vi.fn(grants.standingOf);
  for (let passed = 0; passed < 2 * MINUTE; passed += 5 * SECOND) {
    world.clock.jump(5 * SECOND);
    await steps.work({ ...steps.ports, grants: { ...grants, standingOf } });
  }
  expect(await record(id)).toMatchObject({ state: "approved", outage: { what: "held-back" } });
  expect(standingOf.mock.calls.filter(([of]) => of === id)).toHaveLength(2);
});

test("denied and withdrawn since the copy: asked for no more, whoever presses Approve", async () => {
  const denied = await pending();
  const withdrawn = await pending("guest 4h too", CAROL);
  const before = await copy();
  await decide(denied, false);
  await withdrawRequest(steps.ports, { id: withdrawn, by: CAROL as UserId });
  await settled();

  await restored(before);
  await goOn();
  for (const id of [denied, withdrawn]) await expect(decide(id)).rejects.toBeInstanceOf(Refused);
  await steps.work();
  expect(await record(denied)).toMatchObject({ state: "refused", refusal: { what: "restored" } });
  expect(visibleText(await it.channel("Closed:"))).toContain("restored from an older copy");
  await confirm();
  await goOn();
  expect(await it.standing()).toEqual([]);
});

test("a copy of a moment before the revoke is told apart as well", async () => {
  const id = await grant();
  await settled();
  const before = await copy();
  await revoke(id);
  await settled();
  await restored(before);
  world.clock.jump(10 * SECOND);
  const next = await pending("guest 4h too", CAROL);
  await decide(next);
  await steps.work();
  expect(await record(next)).toMatchObject({ state: "approved", outage: { what: "held-back" } });
});

describe.each([
  ["a bot that starts anew", false],
  ["the running bot", true],
])("held back, something ends, and then the newest copy is put in its place, under %s", (_, isRunning) => {
  const replaced = async (by: Awaited<ReturnType<typeof copy>>) => {
    if (!isRunning) return restored(by);
    await restoreRedis(world.commands, by);
    await settled();
  };

  test("what was ended is not begun, and an administrator is asked once more", async () => {
    const at = world.clock.now() + 2 * HOUR;
    const id = await pending(`guest 2h from ${formatMoment({ at })} because`);
    await decide(id);
    await settled();
    const older = await copy();
    await decide(await pending("guest 4h too", CAROL), false);
    await settled();
    const newest = await copy();
    await replaced(older);
    expect(steps.ports.heldBack()).toMatchObject({ cause: "redis-behind" });
    world.clock.jump(MINUTE);
    await revoke(id);
    await settled();
    await replaced(newest);
    expect(steps.ports.heldBack()).toMatchObject({ cause: "redis-behind" });
    expect(await record(id)).toMatchObject({ state: "scheduled" });
    await settled();
    const asked = () => world.slack.dm(ALICE).filter((m) => visibleText(m).includes("New access waits for"));
    await expect.poll(asked).toHaveLength(2);
    const values = asked().map((m) => /"value":"(\d+)"/.exec(JSON.stringify(m.blocks))?.[1]);
    const press = (value: unknown) =>
      confirmRestore(steps.ports, { by: ALICE as UserId, epoch: Number(value) });
    // The one that was about the older copy.
    await expect(press(values[0])).rejects.toMatchObject({ refusal: { kind: "nothing-restored" } });
    await press(values[1]);
    expect(steps.ports.heldBack()).toBeNull();
    world.clock.jump(2 * HOUR);
    await goOn();
    expect(await it.standing()).toEqual([]);
    expect(tokens(BOB)).toEqual([]);
    await grant("guest 4h again", CAROL);
  });

  test("where nothing ended meanwhile, the bot goes on by itself", async () => {
    await settled();
    const older = await copy();
    await decide(await pending("guest 4h too", CAROL), false);
    await settled();
    const newest = await copy();
    await replaced(older);
    await settled();
    await replaced(newest);
    expect(steps.ports.heldBack()).toBeNull();
  });
});

test("ended while held back: what was asked for since the restore is granted all the same, by the button that stands", async () => {
  const id = await pending();
  const older = await copy();
  await decide(await pending("guest 4h too", CAROL), false);
  await settled();
  world.clock.jump(MINUTE);
  await restored(older);
  await expect.poll(() => toAdmin()).toBeTruthy();
  const next = await pending("guest 4h because", CAROL);
  await decide(next);
  await steps.work();
  expect(await record(next)).toMatchObject({ outage: { what: "held-back" } });
  world.clock.jump(MINUTE);
  await withdrawRequest(steps.ports, { id, by: BOB as UserId });
  await confirm();
  await goOn();
  expect(await record(next)).toMatchObject({ state: "active" });
});

test("granted and live since the copy: it goes on, whatever the copy calls it, and ends on time", async () => {
  const wasPending = await pending();
  const wasApproved = await pending("guest 4h too", CAROL);
  await decide(wasApproved);
  const before = await copy();
  await decide(wasPending);
  await steps.work();
  const [bobs, carols] = [tokens(BOB).length, tokens(CAROL).length];
  world.clock.jump(2 * MINUTE);
  await settled();

  await restored(before);
  await goOn();
  await confirm();
  await goOn();
  for (const id of [wasPending, wasApproved]) expect(await record(id)).toMatchObject({ state: "active" });
  expect(await it.standing()).toHaveLength(4);
  expect([tokens(BOB).length, tokens(CAROL).length]).toEqual([bobs, carols]);
  expect(world.slack.dm(CAROL).filter((m) => visibleText(m).includes("held back"))).toEqual([]);
  world.clock.jump(4 * HOUR);
  await steps.sweep();
  await steps.finish();
  expect(await it.standing()).toEqual([]);
  for (const user of [BOB, CAROL])
    expect(world.slack.dm(user).filter((m) => TOKEN.test(visibleText(m)))).toEqual([]);
});

test("given more time since the copy: it lasts for as long as that, and then its token is seen no more", async () => {
  const id = await grant();
  world.clock.jump(3 * HOUR + MINUTE);
  await steps.work();
  expect(await record(id)).toMatchObject({ reminded: [HOUR] });
  const before = await copy();
  const expiresAt = await prolong(id, 2 * HOUR);
  world.clock.jump(2 * MINUTE);
  await settled();

  await restored(before);
  await goOn();
  expect(await record(id)).toMatchObject({ state: "active", expiresAt, reminded: [] });
  await confirm();
  world.clock.jump(2 * HOUR);
  await steps.sweep();
  await steps.work();
  expect(await record(id)).toMatchObject({ state: "active", reminded: [HOUR] });
  world.clock.jump(HOUR);
  await steps.sweep();
  await steps.finish();
  expect(await record(id)).toMatchObject({ state: "ended", end: { cause: "expired" } });
  expect(world.slack.dm(BOB).filter((m) => TOKEN.test(visibleText(m)))).toEqual([]);
});

test("approved for less since the copy: it is known as what stands on the hub, and its end is real", async () => {
  const id = await pending("admin 4h because");
  const before = await copy();
  const verdict = { approve: true, less: { role: "guest", duration: 2 * HOUR } } as const;
  await decideRequest(steps.ports, { id, terms: 1, by: ALICE as UserId, verdict });
  await steps.work();
  expect(await record(id)).toMatchObject({ state: "active", role: "guest" });
  await settled();

  await restored(before);
  await goOn();
  expect(await record(id)).toMatchObject({
    ...{ state: "active", role: "guest", clusterRole: "karpor-guest", duration: 2 * HOUR },
  });
  await revoke(id);
  await steps.work();
  expect(await it.standing()).toEqual([]);
  await steps.finish();
  expect(await record(id)).toMatchObject({ state: "ended" });
});

test("approved for less since the copy, in which another waits for that role: it is known, and can be ended", async () => {
  const id = await pending("admin 4h because");
  const other = await pending("guest 4h too");
  const before = await copy();
  await decide(other, false);
  const verdict = { approve: true, less: { role: "guest", duration: 2 * HOUR } } as const;
  await decideRequest(steps.ports, { id, terms: 1, by: ALICE as UserId, verdict });
  await steps.work();
  await settled();

  await restored(before);
  await goOn();
  expect(await record(id)).toMatchObject({ state: "active", role: "guest", duration: 2 * HOUR });
  expect(await record(other)).toMatchObject({ state: "pending", role: "guest" });
  await revoke(id);
  await steps.work();
  expect(await it.standing()).toEqual([]);
});

test("the copy is too young to be told apart, and what it calls approved was delivered since: one message with one token", async () => {
  const id = await pending();
  await decide(id);
  await settled();
  const before = await copy();
  await steps.work();
  expect(tokens(BOB)).toHaveLength(1);

  await restored(before);
  await goOn();
  expect(await record(id)).toMatchObject({ state: "active" });
  expect(bearing(BOB)).toHaveLength(1);
  await releaseGrant(steps.ports, { id, by: BOB as UserId });
  await steps.finish();
  expect(bearing(BOB)).toEqual([]);
});

test.each([
  ["too young to be told apart", 0],
  ["told apart", 2 * MINUTE],
])(
  "a fresh token was to come in the copy, which is %s, and came since: one message bears a token, and none when it is over",
  async (_what, later) => {
    const id = await grant();
    world.clock.jump(2 * SECOND);
    await askFreshToken(steps.ports, id, "upgraded");
    await settled();
    const before = await copy();
    await steps.work();
    world.clock.jump(later);
    await settled();

    await restored(before);
    // Its job was copied too.
    await refreshToken(steps.ports, id);
    await goOn();
    expect(bearing(BOB)).toHaveLength(1);
    await releaseGrant(steps.ports, { id, by: BOB as UserId });
    await steps.finish();
    expect(bearing(BOB)).toEqual([]);
  },
);

test("Redis was emptied: what lives goes on and can be ended, what is new waits for an administrator", async () => {
  const live = await grant();
  await settled();
  await restored([]);
  await goOn();
  expect(await record(live)).toMatchObject({ state: "active" });
  world.clock.jump(10 * SECOND);
  const next = await pending("guest 4h too", CAROL);
  await decide(next);
  await steps.work();
  expect(await record(next)).toMatchObject({ outage: { what: "held-back" } });
  await releaseGrant(steps.ports, { id: live, by: BOB as UserId });
  await steps.finish();
  await expect.poll(() => record(live)).toMatchObject({ state: "ended" });
  await confirm();
  world.clock.jump(5 * SECOND);
  await steps.work();
  expect(await record(next)).toMatchObject({ state: "active" });
});

test("Redis was emptied while a token was on its way: it ends, and whoever asked is told to ask again", async () => {
  const id = await pending();
  await decide(id);
  const annotate = () => Promise.reject(new TroubleOutside("hub", "away"));
  const dying = { ...steps.ports, grants: { ...steps.ports.grants, annotate } };
  await expect(provisionGrant(dying, id)).rejects.toThrow("away");
  expect(await it.standing()).toHaveLength(2);
  await settled();

  await restored([]);
  await goOn();
  await steps.finish();
  expect(await record(id)).toMatchObject({ state: "ended", end: { cause: "failed", failure: "restored" } });
  expect(await it.standing()).toEqual([]);
  expect(tokens(BOB)).toEqual([]);
  expect(visibleText(await it.dm(BOB, "restored from an older copy"))).toContain("Ask again");
});

test("only an administrator of this moment goes on, and once", async () => {
  await grant();
  await settled();
  await restored([]);
  await expect(confirm(CAROL)).rejects.toMatchObject({ refusal: { kind: "not-approver" } });
  expect(steps.ports.heldBack()).not.toBeNull();
  await confirm();
  await expect(confirm()).rejects.toMatchObject({ refusal: { kind: "nothing-restored" } });
});

test("the hub is away at a revoke: it is told when it is back", async () => {
  const id = await grant();
  await settled();
  const before = await copy();
  const unsaid = await remembered();
  away(true);
  await revoke(id);
  await settled();
  expect(await remembered()).toBe(unsaid);
  away(false);
  await settled();
  expect(await remembered()).toBeGreaterThan(unsaid);
  await restored(before);
  expect(steps.ports.heldBack()).toMatchObject({ cause: "redis-behind" });
});

test("a bot that runs on sees it by itself, though the hub was never told", async () => {
  const id = await pending();
  await decide(id);
  await settled();
  const before = await copy();
  await steps.work();
  away(true);
  await revoke(id);
  await settled();
  await restoreRedis(world.commands, before);
  away(false);
  await goOn();
  expect(steps.ports.heldBack()).toMatchObject({ cause: "redis-behind" });
  expect(await record(id)).toMatchObject({ state: "ending", end: { cause: "revoked" } });
});

test("a bot that runs on ends once more what it ended, though Redis forgot, and the hub still has it", async () => {
  const id = await grant();
  await settled();
  const before = await copy();
  away(true);
  await revoke(id);
  await restoreRedis(world.commands, before);
  away(false);
  await goOn();
  await steps.finish();
  expect(await record(id)).toMatchObject({ state: "ended", end: { cause: "revoked", by: { id: ALICE } } });
  expect(await it.standing()).toEqual([]);
});

test("not covered: a revoke that the hub never heard of, by a bot that died before Redis was restored", async () => {
  const id = await pending();
  await decide(id);
  await settled();
  const before = await copy();
  away(true);
  await revoke(id);
  await settled();
  away(false);
  await restored(before);
  await goOn();
  expect(await record(id)).toMatchObject({ state: "active" });
});

/** It stands as the hub has it, its one message bears its token, and then it ends as any other. */
async function goesOn(id: RequestId, expiresAt: number): Promise<void> {
  expect(await record(id)).toMatchObject({ state: "active", expiresAt });
  expect(await it.standing()).toHaveLength(2);
  expect(bearing(BOB)).toHaveLength(1);
  expect(world.slack.dm(BOB).map(visibleText).join()).not.toMatch(/[Nn]obody decided|time was up/);
  world.clock.jump(expiresAt - world.clock.now());
  await steps.sweep();
  await steps.finish();
  expect(await record(id)).toMatchObject({ state: "ended", end: { cause: "expired" } });
  expect(await it.standing()).toEqual([]);
  expect(bearing(BOB)).toEqual([]);
}

describe("restored after what the copy waits for is over, and its jobs were copied too", () => {
  test.each([
    ["", undefined],
    [" for less", { role: "guest" }],
  ] as const)(
    "asked for in the copy, and approved%s since: nobody says that nobody decided",
    async (_, less) => {
      const id = await pending(less ? "admin 8h because" : "guest 8h because");
      const before = await copy();
      await decideRequest(steps.ports, {
        ...{ id, terms: 1, by: ALICE as UserId },
        verdict: { approve: true, ...(less && { less: { ...less, duration: 7 * HOUR } }) },
      });
      await steps.work();
      const { expiresAt } = (await record(id)) as In<"active">;
      world.clock.jump(4 * HOUR + MINUTE);
      await settled();
      await restored(before);
      await timeOutRequest(steps.ports, id);
      await steps.work();
      await goesOn(id, expiresAt);
    },
  );

  test.each(["active", "with a new token since"])(
    "%s in the copy, and given more time since",
    async (since) => {
      const id = await grant();
      const before = await copy();
      world.clock.jump(HOUR);
      if (since !== "live") {
        await renewToken(steps.ports, { id, by: BOB as UserId, why: "lost" });
        await steps.finish();
      }
      const expiresAt = await prolong(id, 4 * HOUR);
      world.clock.jump(3 * HOUR + MINUTE);
      await settled();
      await restored(before);
      await endGrant(steps.ports, id);
      await steps.work();
      await goesOn(id, expiresAt);
    },
  );

  test("approved in the copy, and given more time since", async () => {
    const id = await pending();
    await decide(id);
    const before = await copy();
    await steps.work();
    const expiresAt = await prolong(id, 4 * HOUR);
    world.clock.jump(4 * HOUR + MINUTE);
    await settled();
    await restored(before);
    await provisionGrant(steps.ports, id);
    await endGrant(steps.ports, id);
    await steps.work();
    await goesOn(id, expiresAt);
  });

  test("for later in the copy, live since and given more time", async () => {
    const at = world.clock.now() + 2 * HOUR;
    const id = await pending(`guest 2h from ${formatMoment({ at })} because`);
    await decide(id);
    const before = await copy();
    world.clock.jump(at - world.clock.now());
    await steps.work();
    const expiresAt = await prolong(id, 4 * HOUR);
    world.clock.jump(3 * HOUR);
    await settled();
    await restored(before);
    await startGrant(steps.ports, id);
    await steps.work();
    await goesOn(id, expiresAt);
  });
});

/** Pending or approved in the copy, and its token stands since; the hub has heard of it. */
async function liveSince(copied: "pending" | "approved" = "pending") {
  const id = await pending();
  if (copied === "approved") await decide(id);
  const before = await copy();
  if (copied === "pending") await decide(id);
  await steps.work();
  const { expiresAt } = (await record(id)) as In<"active">;
  world.clock.jump(2 * MINUTE);
  await settled();
  return { id, before, expiresAt, token: tokens(BOB).at(-1) ?? "" };
}

test.each([
  ["approves", (id: RequestId) => decide(id)],
  ["denies", (id: RequestId) => decide(id, false)],
  ["withdraws", (id: RequestId) => withdrawRequest(steps.ports, { id, by: BOB as UserId })],
])("whoever %s what is pending in the copy, and live since, hears that it was approved", async (_, act) => {
  const { id, before, expiresAt } = await liveSince();
  await restored(before);
  await expect(act(id)).rejects.toMatchObject({ refusal: { kind: "late", did: "approved" } });
  await steps.work();
  await goesOn(id, expiresAt);
});

test("approved in the copy and live since: its record follows while new access waits", async () => {
  const { id, before, expiresAt } = await liveSince("approved");
  await restored(before);
  await goOn();
  expect(steps.ports.heldBack()).toMatchObject({ cause: "redis-behind" });
  expect(world.slack.dm(BOB).map(visibleText).join()).not.toContain("held back");
  await goesOn(id, expiresAt);
});

/** Live in the copy, and another token of it since. */
async function renewedSince() {
  const id = await grant();
  const before = await copy();
  await renewToken(steps.ports, { id, by: BOB as UserId, why: "lost" });
  await steps.finish();
  world.clock.jump(2 * MINUTE);
  await settled();
  return { id, before, token: tokens(BOB).at(-1) ?? "" };
}

test.each([
  ["pending in the copy, and live since", () => liveSince()],
  ["approved in the copy, and live since", () => liveSince("approved")],
  ["live in the copy, and another token since", renewedSince],
])("%s: its holder says that it leaked before anybody looked, and it stops", async (_, since) => {
  const { id, before, token } = await since();
  world.clock.jump(MINUTE);
  await restored(before);
  expect(await login(world.hub, token)).toBe(200);
  const on = bearing(BOB).at(-1)?.ts;
  await renewToken(steps.ports, { id, by: BOB as UserId, why: "leaked", on });
  await steps.finish();
  expect(await login(world.hub, token)).toBe(401);
  expect(await it.standing()).toEqual([]);
  expect(bearing(BOB)).toEqual([]);
  await confirm();
  world.clock.jump(5 * SECOND);
  await steps.finish();
  expect(await record(id)).toMatchObject({ state: "active" });
  expect(await login(world.hub, tokens(BOB).at(-1) ?? "")).toBe(200);
});

test("approved in the copy and live since, and locked down before anybody looked: it ends as what it is", async () => {
  const { id, before, token } = await liveSince("approved");
  await restored(before);
  const by = { id: ALICE as UserId, name: "Alice", locale: "en" } as const;
  await steps.ports.lockdown.set({ by, qualified: ALICE, reason: "stolen", at: world.clock.now() });
  await provisionGrant(steps.ports, id);
  await steps.finish();
  expect(await login(world.hub, token)).toBe(401);
  expect(await record(id)).toMatchObject({ state: "ended", grant: expect.anything() });
  expect(bearing(BOB)).toEqual([]);
});

test.each([true, false])(
  "restored under a bot that runs on, and decided before it looks: it hears that it was approved (approve: %s)",
  async (approve) => {
    const { id, before, expiresAt } = await liveSince();
    await restoreRedis(world.commands, before);
    const late = { refusal: { kind: "late", did: "approved" } };
    await expect(decide(id, approve)).rejects.toMatchObject(late);
    await steps.work();
    await goesOn(id, expiresAt);
  },
);

test("approved in the copy, live since and its token another by now: going on with this Redis takes nothing away", async () => {
  const id = await pending();
  await decide(id);
  const before = await copy();
  await steps.work();
  await renewToken(steps.ports, { id, by: BOB as UserId, why: "lost" });
  await steps.finish();
  const { expiresAt } = (await record(id)) as In<"active">;
  world.clock.jump(2 * MINUTE);
  await settled();
  await restored(before);
  await confirm();
  await provisionGrant(steps.ports, id);
  await steps.work();
  await goesOn(id, expiresAt);
});

test.each([
  ["revoked", revoke],
  ["released", (id: RequestId) => releaseGrant(steps.ports, { id, by: BOB as UserId })],
])("a new token since the copy, and %s: what is proved is the end of that token", async (_, endIt) => {
  const { id, before, token } = await renewedSince();
  expect(await login(world.hub, token)).toBe(200);
  await restored(before);
  await endIt(id);
  await steps.finish();
  expect(await record(id)).toMatchObject({ state: "ended", generation: 2 });
  expect(await login(world.hub, token)).toBe(401);
  expect(bearing(BOB)).toEqual([]);
});

test.each(["under a bot that runs on", "while the hub is away"])(
  "a new token since the copy, restored %s, and revoked: ended is said when that token is refused",
  async (how) => {
    const id = await grant();
    await settled();
    const before = await copy();
    await renewToken(steps.ports, { id, by: BOB as UserId, why: "lost" });
    await steps.finish();
    const token = tokens(BOB).at(-1) ?? "";
    world.clock.jump(2 * MINUTE);
    await settled();
    if (how.startsWith("while")) {
      await restored(before);
      away(true);
    } else await restoreRedis(world.commands, before);
    await revoke(id);
    away(false);
    // The end of the copy's token is looked at first, and then counts from anew.
    await steps.finish();
    await steps.finish();
    expect(await record(id)).toMatchObject({ state: "ended" });
    expect(await login(world.hub, token)).toBe(401);
    await noneBears();
  },
);

test("given more time since the copy, and ended by that while the hub is away: the message that came since goes too", async () => {
  const id = await grant();
  const { expiresAt } = (await record(id)) as In<"active">;
  world.clock.jump(2 * MINUTE);
  const before = await copy();
  await prolong(id, 4 * HOUR);
  const since = bearing(BOB).map(({ ts }) => ts);
  expect((await load(steps.ports, id)).messages).toMatchObject({ token: { ts: since[0] } });
  world.clock.jump(2 * MINUTE);
  await settled();
  away(true);
  await restored(before);
  expect((await load(steps.ports, id)).messages).not.toMatchObject({ token: { ts: since[0] } });
  world.clock.jump(expiresAt - world.clock.now());
  await endGrant(steps.ports, id).catch(() => {});
  expect(await record(id)).toMatchObject({ state: "ending", end: { cause: "expired" } });
  away(false);
  world.clock.jump(SECOND);
  await endGrant(steps.ports, id);
  await steps.finish();
  expect(await record(id)).toMatchObject({ state: "ended" });
  await noneBears();
});

test.each([
  ["live in the copy, and revoked", renewedSince, revoke],
  ["pending in the copy, and denied", () => liveSince(), (id: RequestId) => decide(id, false)],
  [
    "pending in the copy, and withdrawn",
    () => liveSince(),
    (id: RequestId) => withdrawRequest(steps.ports, { id, by: BOB as UserId }),
  ],
])(
  "%s while the hub is away: the message of the token that came since goes with what a sweep removes",
  async (_, since, close) => {
    const { id, before, token } = await since();
    away(true);
    await restored(before);
    await close(id);
    away(false);
    steps.forgetJobs();
    await steps.sweep();
    expect(await login(world.hub, token)).toBe(401);
    await noneBears();
  },
);

test("for later in the copy and live since: while the hub is away nobody says that it never began", async () => {
  const at = world.clock.now() + 2 * HOUR;
  const id = await pending(`guest 2h from ${formatMoment({ at })} because`);
  await decide(id);
  const before = await copy();
  world.clock.jump(at - world.clock.now());
  await steps.work();
  const token = tokens(BOB).at(-1) ?? "";
  world.clock.jump(2 * MINUTE);
  await settled();
  await restored(before);
  away(true);
  for (const end of [
    () => revoke(id),
    () => releaseGrant(steps.ports, { id, by: BOB as UserId }),
    () => endByOperator(steps.ports, { id, operator: "nightshift" }),
  ])
    await expect(end()).rejects.toMatchObject({ refusal: { kind: "stands-unknown" } });
  away(false);
  await revoke(id);
  await steps.finish();
  const ended = await record(id);
  expect(ended).toMatchObject({ state: "ended" });
  expect(ended).not.toMatchObject({ verification: { method: "unstarted" } });
  expect(await login(world.hub, token)).toBe(401);
});

test.each([
  ["more time", async () => {}],
  ["a new token", async (id: RequestId) => renewToken(steps.ports, { id, by: BOB as UserId, why: "lost" })],
] as const)(
  "given more time since the copy, and %s, and locked down before a sweep: no token stays in sight",
  async (_, also) => {
    const id = await grant();
    const before = await copy();
    await prolong(id, 2 * HOUR);
    await also(id);
    await steps.finish();
    world.clock.jump(2 * MINUTE);
    await settled();
    await restored(before);
    await lockDown(steps.ports, { by: ALICE as UserId, reason: "stolen" });
    await carriedOut();
    await goOn();
    expect(await record(id)).toMatchObject({ state: "ended" });
    expect(bearing(BOB)).toEqual([]);
  },
);

const carriedOut = () =>
  vi.waitFor(
    async () => {
      await carryOutMassEnds(steps.ports);
      await steps.finish();
      expect(await steps.ports.massEnds.open()).toEqual([]);
    },
    { timeout: 20_000 },
  );

test.each(["pending", "approved"] as const)(
  "%s in the copy, live since, and locked down before a sweep: it ends as what it is, and is counted",
  async (copied) => {
    const { id, token, before } = await liveSince(copied);
    await restored(before);
    await lockDown(steps.ports, { by: ALICE as UserId, reason: "stolen" });
    await carriedOut();
    expect(await login(world.hub, token)).toBe(401);
    expect(await record(id)).toMatchObject({ state: "ended", grant: expect.anything() });
    expect(bearing(BOB)).toEqual([]);
    const told = visibleText(await it.channel("Locked down by"));
    expect(told).toContain("It is confirmed: Karpor refuses the token.");
    const said = [...world.slack.dm(BOB), ...world.slack.messages(APPROVALS)].map((m) => visibleText(m));
    expect(said.filter((text) => /no token was given out/i.test(text))).toEqual([]);
  },
);

describe.each([
  ["a person", { what: "person", person: BOB as UserId }],
  ["a role", { what: "role", role: "guest" }],
] as const)("all of %s is revoked after a restore, before a sweep", (_, scope) => {
  const revokeThem = () =>
    revokeAll(steps.ports, { by: ALICE as UserId, scope, reason: "stolen", triggerId: "all" });

  test("what is live since the copy ends with the others, and is told", async () => {
    const { id, token, before } = await liveSince();
    await restored(before);
    expect(await revokeThem()).toMatchObject({ grants: 1 });
    await carriedOut();
    await goOn();
    expect(await login(world.hub, token)).toBe(401);
    expect(await record(id)).toMatchObject({ state: "ended", end: { cause: "revoked" } });
    expect(bearing(BOB)).toEqual([]);
  });

  test.each([
    ["with the others", async () => void (await revokeThem())],
    ["by an operator", (id: RequestId) => endByOperator(steps.ports, { id, operator: "nightshift" })],
  ])("what the copy calls approved, and is live since, ends %s as what it is", async (_, endIt) => {
    const { id, token, before } = await liveSince("approved");
    await restored(before);
    await endIt(id);
    await carriedOut();
    await goOn();
    await steps.finish();
    expect(await login(world.hub, token)).toBe(401);
    expect(await record(id)).toMatchObject({ state: "ended", grant: expect.anything() });
    expect(bearing(BOB)).toEqual([]);
    const said = [...world.slack.dm(BOB), ...world.slack.dm(ALICE)].map((m) => visibleText(m));
    expect(said.filter((text) => text.includes("no token was given out"))).toEqual([]);
  });

  test("so does what a Redis that was emptied does not know", async () => {
    const { id, token } = await liveSince();
    await steps[Symbol.asyncDispose]();
    await world.commands.flushall();
    steps = await openSteps(world);
    expect(await revokeThem()).toMatchObject({ grants: 1 });
    await carriedOut();
    expect(await login(world.hub, token)).toBe(401);
    expect(await record(id)).toMatchObject({ state: "ended", end: { cause: "revoked" } });
  });

  test("while the hub is away nobody says that nothing stands; what is begun takes its binding when the hub is back", async () => {
    const { token, before } = await liveSince();
    await restored(before);
    away(true);
    await expect(revokeThem()).rejects.toMatchObject({ refusal: { kind: "stands-unknown" } });
    away(false);
    const by = { id: ALICE as UserId, name: "Alice", locale: "en" } as const;
    await beginMassEnd(steps.ports, {
      ...{ id: "begun", scope, by, qualified: "admins", reason: "stolen", at: world.clock.now() },
      ...{ left: [], stripped: false, troubled: 0 },
    });
    await carriedOut();
    expect(await login(world.hub, token)).not.toBe(200);
  });
});

test("restored under a bot that runs on: what was given more time goes on, also where many are over at once", async () => {
  const id = await grant();
  await settled();
  const before = await copy();
  const expiresAt = await prolong(id, 4 * HOUR);
  world.clock.jump(4 * HOUR + MINUTE);
  await settled();
  await restoreRedis(world.commands, before);
  await createExpiry(steps.ports)(id, async () => [id]);
  expect(await it.standing()).toHaveLength(2);
  await endGrant(steps.ports, id);
  await steps.work();
  await goesOn(id, expiresAt);
});

test.each([true, false])(
  "the copy is too young to be told apart, and what it asks for is live since: a late click closes nothing (approve: %s)",
  async (approve) => {
    const id = await pending("guest 7d because");
    const before = await copy();
    await decide(id);
    await steps.work();
    await steps[Symbol.asyncDispose]();
    await restoreRedis(world.commands, before);
    steps = await openSteps(world);
    const { closesAt } = await load(steps.ports, id);
    world.clock.jump(closesAt - world.clock.now());
    await expect(decide(id, approve)).rejects.toMatchObject({ refusal: { kind: "late", did: "timedOut" } });
    expect((await record(id))?.state).toBe("pending");
    await goOn();
    expect((await record(id))?.state).toBe("active");
    expect(await it.standing()).toHaveLength(2);
  },
);

test("while the hub is away, what the copy grants ends on time, and of what is undecided nobody says that nobody decided", async () => {
  const id = await grant();
  const other = await pending("guest 20h because", CAROL);
  const before = await copy();
  await decide(other);
  await steps.work();
  world.clock.jump(4 * HOUR + MINUTE);
  await settled();
  away(true);
  await restored(before);
  await endGrant(steps.ports, id).catch(() => {});
  expect(await timeOutRequest(steps.ports, other)).toEqual({ again: expect.any(Number) });
  expect(await record(id)).toMatchObject({ state: "ending", end: { cause: "expired" } });
  expect(await record(other)).toMatchObject({ state: "pending" });
  away(false);
  await goOn();
  await steps.finish();
  expect(await record(id)).toMatchObject({ state: "ended" });
  expect(await record(other)).toMatchObject({ state: "active" });
});

/** The hub's own trouble, as long as it lasts. */
const away = (on: boolean) =>
  world.localHub?.meddle({
    before: async () => (on ? { status: 503 } : undefined),
    after: async () => true,
  });

/** The epoch on the hub. */
async function remembered(): Promise<number> {
  const { serviceAccounts } = await world.hub.objects();
  const own = serviceAccounts.find(({ metadata }) => metadata.name === "karpor-access-instance-test");
  return Number(own?.metadata.annotations?.["karpor-access.io/epoch"]);
}
