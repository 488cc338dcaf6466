/** What was allowed beforehand, on real parts: it holds until the token is minted, on two replicas, and after Redis was lost or restored. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { visibleText } from "../../sandbox/slack/index.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import type { AllowanceId, RequestId, UserId } from "../../src/domain/ids.ts";
import type { In } from "../../src/domain/request.ts";
import { allowPerson, allowToo } from "../../src/flow/allowances/allow.ts";
import { withdrawAllowance } from "../../src/flow/allowances/withdraw-allowance.ts";
import { askMoreTime } from "../../src/flow/ask-more-time.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import { confirmRestore } from "../../src/flow/operator/confirm-restore.ts";
import { type Ports, TroubleOutside } from "../../src/flow/ports.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { releaseGrant } from "../../src/flow/revoke.ts";
import { waitingFor } from "../../src/flow/seen/waiting-for.ts";
import { carryOutMassEnds } from "../../src/flow/together/mass-end.ts";
import { revokeAll } from "../../src/flow/together/revoke-all.ts";
import { validateRequester } from "../../src/flow/validate.ts";
import { withdrawRequest } from "../../src/flow/withdraw.ts";
import { ALICE, APPROVALS, BOB, CAROL, catalog, startWorld, type World } from "../helpers/bot.ts";
import { copyRedis, restoreRedis } from "../helpers/copy.ts";
import { scene } from "../helpers/scene.ts";
import { openSteps, type Steps } from "../helpers/steps.ts";

let world: World;
let steps: Steps;
beforeEach(async () => {
  const both = { ...catalog.guest, approval: { by: ["S0SRE"], count: 2, within: "4h" } };
  world = await startWorld({ roles: { ...catalog, both } });
  steps = await openSteps(world);
});
afterEach(async () => {
  await steps[Symbol.asyncDispose]();
  await world.close();
});

let asked = 0;
const allow = async (ports = steps.ports, by = ALICE, role = "guest") => {
  asked += 1;
  const terms = { role, duration: 4 * HOUR, period: 3 * DAY, reason: "release" };
  const who = { by: by as UserId, person: BOB as UserId, triggerId: `a${asked}` };
  return (await allowPerson(ports, { ...terms, ...who })).id;
};
const withdraw = (id: AllowanceId, by = CAROL) => withdrawAllowance(steps.ports, { id, by: by as UserId });
/** Asked for, and vetted; what comes then is left to its jobs. */
async function ask(line = "guest 1h OPS-1", ports: Ports = steps.ports): Promise<RequestId> {
  asked += 1;
  const requester = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
  const { id } = await makeRequest(ports, { requester, text: line, triggerId: `t${asked}` });
  await steps.work(ports).catch(() => {});
  return id;
}
const record = (id: RequestId) => steps.ports.requests.get(id);
const away = async (): Promise<never> => {
  throw new TroubleOutside("hub", "away");
};
const withoutHub = (): Ports => ({ ...steps.ports, grants: { ...steps.ports.grants, create: away } });
const dms = () => world.slack.dm(BOB).map(visibleText).join("\n");

test("used, the trail and the hub say by whom", async () => {
  const id = await allow();
  const request = await ask();
  expect(await record(request)).toMatchObject({ state: "active", decision: { allowance: id } });
  const { serviceAccounts } = await world.hub.objects();
  const account = serviceAccounts.find(({ metadata }) => metadata.name.includes(request.toLowerCase()));
  expect(JSON.stringify(account?.metadata.annotations)).toContain(`allowed ${id}: U0ALICE via S0SRE`);
});

test("a role that two must approve is allowed by two", async () => {
  const id = await allow(steps.ports, ALICE, "both");
  const first = await ask("both 1h OPS-1");
  expect(await record(first)).toMatchObject({ state: "pending", count: 2 });
  await withdrawRequest(steps.ports, { id: first, by: BOB as UserId });
  await allowToo(steps.ports, { id, by: CAROL as UserId });
  const second = await ask("both 1h OPS-2");
  expect(await record(second)).toMatchObject({ state: "active", decision: { allowance: id } });
});

test.each<[string, (id: AllowanceId) => unknown]>([
  ["it was withdrawn", (id) => withdraw(id)],
  ["who allowed it is no approver any more", () => world.slack.people.setGroup("S0SRE", [CAROL])],
  ["who allowed it has left", () => world.slack.people.deactivate(ALICE)],
])("approved, and before the token is minted %s: there is none", async (_, change) => {
  const id = await allow();
  const request = await ask("guest 1h OPS-1", withoutHub());
  expect(await record(request)).toMatchObject({ state: "approved", decision: { allowance: id } });
  await change(id);
  world.clock.jump(11 * SECOND);
  await steps.sweep();
  await steps.finish();
  expect(await record(request)).toMatchObject({ state: "ended", end: { failure: "allowance-gone" } });
  expect(await scene(world).standing()).toEqual([]);
  expect(dms()).toContain("What was allowed beforehand");
});

test("approved within its time, it is set up after that all the same", async () => {
  await allow();
  world.clock.jump(3 * DAY - MINUTE);
  const request = await ask("guest 1h OPS-1", withoutHub());
  world.clock.jump(2 * MINUTE);
  await steps.sweep();
  await steps.work();
  expect(await record(request)).toMatchObject({ state: "active" });
  expect(await record(await ask("long 1h x"))).toMatchObject({ state: "pending" });
});

test("what passed by it may need it for as long as it lasts, and it is listed no longer than before", async () => {
  const id = await allow();
  const keptTill = world.clock.now() + (await world.commands.pttl(world.keys.allowance(id)));
  world.clock.jump(3 * DAY - MINUTE);
  const long = await ask();
  const more = { id: long, by: BOB as UserId, duration: 6 * DAY, reason: "", triggerId: "more" };
  const { id: extension } = await askMoreTime(steps.ports, more);
  await validateRequester(steps.ports, extension);
  const verdict = { approve: true } as const;
  await decideRequest(steps.ports, { id: extension, terms: 1, by: ALICE as UserId, verdict });
  await steps.work();
  const held = await record(long);
  expect(held).toMatchObject({ state: "active", extensions: [{ ms: 6 * DAY }] });
  expect(keptTill).toBeGreaterThan((held as In<"active">).expiresAt);
  await releaseGrant(steps.ports, { id: long, by: BOB as UserId });
  await steps.finish();
  const request = await ask("guest 4h OPS-1", withoutHub());
  expect(await steps.ports.allowances.of(BOB as UserId)).toHaveLength(1);
  world.clock.jump(DAY + 2 * MINUTE);
  expect(await steps.ports.allowances.of(BOB as UserId)).toEqual([]);
  expect(await steps.ports.allowances.get(id)).toMatchObject({ id });
  expect(await record(request)).toMatchObject({ state: "approved" });
});

test("all access of its person is revoked: it is withdrawn with that, by whoever did it", async () => {
  const [id, waiting] = [await allow(), await allow(steps.ports, ALICE, "both")];
  const request = await ask();
  const scope = { what: "person", person: BOB as UserId } as const;
  const all = { by: ALICE as UserId, scope, reason: "laptop stolen" };
  expect(await revokeAll(steps.ports, { ...all, triggerId: "r1" })).toMatchObject({ grants: 1, allowed: 2 });
  await world.until(async () => {
    await carryOutMassEnds(steps.ports);
    await steps.finish();
    return (await record(request))?.state === "ended";
  });
  for (const one of [id, waiting])
    expect(await steps.ports.allowances.get(one)).toMatchObject({ withdrawn: { by: { id: ALICE } } });
  expect(await record(await ask("guest 1h again"))).toMatchObject({ state: "pending" });
  const third = await allow();
  const { grants, allowed } = await revokeAll(steps.ports, { ...all, triggerId: "r2" });
  expect([grants, allowed]).toEqual([0, 1]);
  await world.until(async () => {
    await carryOutMassEnds(steps.ports);
    return (await steps.ports.allowances.get(third))?.withdrawn !== undefined;
  });
  await expect(revokeAll(steps.ports, { ...all, triggerId: "r3" })).rejects.toMatchObject({
    refusal: { kind: "nothing-in-scope" },
  });
});

test("live access goes on when it is withdrawn", async () => {
  const id = await allow();
  const request = await ask();
  await withdraw(id);
  await steps.sweep();
  await steps.work();
  expect(await record(request)).toMatchObject({ state: "active" });
});

test("on two replicas at once: withdrawn and used, nobody gets a token by it afterwards", async () => {
  const other = await openSteps(world);
  const id = await allow();
  const [request] = await Promise.all([
    ask("guest 1h OPS-1", { ...other.ports, jobs: steps.ports.jobs, grants: withoutHub().grants }),
    withdraw(id),
  ]);
  world.clock.jump(11 * SECOND);
  await steps.sweep();
  await steps.finish();
  expect(["pending", "ended"]).toContain((await record(request))?.state);
  expect(await scene(world).standing()).toEqual([]);
  await other[Symbol.asyncDispose]();
});

test("the line and the DM are posted once, and redrawn when it is over", async () => {
  await allow();
  await steps.sweep();
  const line = await scene(world).channel("Allowed beforehand:");
  const dm = await scene(world).dm(BOB, "Allowed by");
  world.clock.jump(3 * DAY);
  await steps.sweep();
  expect(visibleText(line)).toContain("Over ");
  expect(visibleText(dm)).toContain("the time was up");
  expect(world.slack.messages(APPROVALS)).toHaveLength(1);
});

test("an older edit of the line arrives over the other's, and its sender dies at once: drawn anew a minute later", async () => {
  const id = await allow(steps.ports, ALICE, "both");
  const line = await scene(world).channel("1 of 2");
  const [reached, sleeping] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { allowanceNotifier } = steps.ports;
  const redraw: typeof allowanceNotifier.redraw = async (...args) => {
    reached.resolve();
    await sleeping.promise;
    await allowanceNotifier.redraw(...args);
    return new Promise(() => {});
  };
  const dying = { ...steps.ports, allowanceNotifier: { ...allowanceNotifier, redraw } };
  void allowToo(dying, { id, by: CAROL as UserId });
  await reached.promise;
  await steps.loseLeases();
  await withdraw(id);
  expect(visibleText(line)).toContain("Withdrawn");
  sleeping.resolve();
  await vi.waitFor(() => expect(visibleText(line)).not.toContain("Withdrawn"));
  await steps.sweep();
  expect(visibleText(line)).not.toContain("Withdrawn");
  world.clock.jump(MINUTE);
  await steps.sweep();
  expect(visibleText(line)).toContain("Withdrawn");
  const calls = world.slack.calls.length;
  world.clock.jump(MINUTE);
  await steps.sweep();
  expect(world.slack.calls).toHaveLength(calls);
});

/** The process starts anew, on what Redis is then. */
async function restored(from: Awaited<ReturnType<typeof copyRedis>>): Promise<void> {
  await steps[Symbol.asyncDispose]();
  await restoreRedis(world.commands, from);
  steps = await openSteps(world);
  await steps.ports.epoch.settle();
}
async function goOn(): Promise<void> {
  const epoch = (await steps.ports.epoch.look()) === null ? await hubEpoch() : 0;
  if (epoch) await confirmRestore(steps.ports, { by: ALICE as UserId, epoch });
  world.clock.jump(10 * SECOND);
}
async function hubEpoch(): Promise<number> {
  const { serviceAccounts } = await world.hub.objects();
  const own = serviceAccounts.find(({ metadata }) => metadata.name === "karpor-access-instance-test");
  return Number(own?.metadata.annotations?.["karpor-access.io/epoch"]);
}

/** Withdrawn, and Redis is as it was before. */
async function forgetWithdrawal(id: AllowanceId): Promise<void> {
  await steps.ports.epoch.settle();
  const before = await copyRedis(world.commands);
  await withdraw(id);
  await steps.ports.epoch.settle();
  await restored(before);
}

test("withdrawn, and Redis restored from before: it does not come back", async () => {
  const id = await allow();
  await forgetWithdrawal(id);
  expect(await steps.ports.allowances.get(id)).not.toMatchObject({ withdrawn: {} });
  expect(await record(await ask())).toMatchObject({ state: "pending" });
  await goOn();
  expect(await record(await ask("long 1h x"))).toMatchObject({ state: "pending" });
  // What is allowed from now on counts.
  await allow();
  await steps.sweep();
  for (const r of await world.records())
    if (r.state === "pending") await withdrawRequest(steps.ports, { id: r.id, by: BOB as UserId });
  expect(await record(await ask())).toMatchObject({ state: "active" });
});

test("withdrawn while held back, and then a newer copy put in its place: it lets nothing pass", async () => {
  const id = await allow();
  await steps.ports.epoch.settle();
  const older = await copyRedis(world.commands);
  await withdrawRequest(steps.ports, { id: (await ask("long 1h x")) as never, by: BOB as UserId });
  await steps.ports.epoch.settle();
  const newest = await copyRedis(world.commands);
  await restored(older);
  await withdraw(id);
  await steps.ports.epoch.settle();
  await restored(newest);
  expect(await steps.ports.allowances.get(id)).not.toMatchObject({ withdrawn: {} });
  await goOn();
  expect(await record(await ask())).toMatchObject({ state: "pending" });
});

test("waiting for one more, and Redis restored from before: nobody allows it too, and who types it again begins anew", async () => {
  const id = await allow(steps.ports, ALICE, "both");
  await forgetWithdrawal(await allow());
  await goOn();
  const among = async () => true;
  expect((await waitingFor(steps.ports, CAROL as UserId, among)).allowances).toEqual([]);
  const refusal = { kind: "changed-since", role: "both", what: "restored", of: "allowance" };
  await expect(allowToo(steps.ports, { id, by: CAROL as UserId })).rejects.toMatchObject({ refusal });
  const anew = await allow(steps.ports, CAROL, "both");
  expect(await steps.ports.allowances.get(id)).toMatchObject({ withdrawn: { by: { id: CAROL } } });
  expect(await steps.ports.allowances.get(anew)).toMatchObject({ allowedBy: [{ by: { id: CAROL } }] });
  expect(dms()).not.toContain("Allowed by");
  await allowToo(steps.ports, { id: anew, by: ALICE as UserId });
  expect(await record(await ask("both 1h OPS-1"))).toMatchObject({
    state: "active",
    decision: { allowance: anew },
  });
});

test("with Redis lost, what was allowed is lost: every request is asked for", async () => {
  await allow();
  await steps.ports.epoch.settle();
  await restored([]);
  await goOn();
  expect(await record(await ask())).toMatchObject({ state: "pending" });
});
