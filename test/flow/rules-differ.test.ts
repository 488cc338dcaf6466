/** Another replica goes by another file when a grant is about to be made: it waits until they agree, and is not failed meanwhile. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { visibleText } from "../../sandbox/slack/index.ts";
import type { UserId } from "../../src/domain/ids.ts";
import type { Policy } from "../../src/domain/policy-file.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import type { Ports } from "../../src/flow/ports.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { ALICE, BOB, CAROL, startWorld, type World } from "../helpers/bot.ts";
import { TOKEN } from "../helpers/scene.ts";
import { openSteps, type Steps } from "../helpers/steps.ts";

let world: World;
let steps: Steps;
beforeAll(async () => {
  world = await startWorld();
  steps = await openSteps(world);
});
afterAll(async () => {
  await steps[Symbol.asyncDispose]();
  await world.close();
});

const of = (others: Policy[]): Ports => ({ ...steps.ports, policies: { others: async () => others } });
const without = (role: string): Policy => {
  const { roles, rules, limits, admins, reminders } = steps.ports.policy;
  const left = Object.fromEntries(Object.entries(roles).filter(([name]) => name !== role));
  return { roles: left, rules, limits, admins, reminders, digest: "0".repeat(64), source: "" };
};
const stateOf = async (reason: string) => (await world.records()).find((r) => r.reason === reason);
const tokens = () => world.slack.dm(BOB).filter((m) => TOKEN.test(visibleText(m)));

test("what was approved is told that it waits, has nothing on the hub, and is made once both allow it", async () => {
  const requester = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
  const { id } = await makeRequest(steps.ports, { requester, text: "guest 1h later", triggerId: "t1" });
  await steps.work();
  await decideRequest(steps.ports, { id, terms: 1, by: ALICE as UserId, verdict: { approve: true } });
  const stricter = of([without("guest")]);
  await steps.work(stricter);
  expect(await stateOf("later")).toMatchObject({ state: "approved", outage: { what: "rules-differ" } });
  const { clusterRoleBindings } = await world.hub.objects();
  expect(clusterRoleBindings.filter(({ metadata }) => metadata.name.includes("-r-"))).toEqual([]);
  expect(tokens()).toEqual([]);
  const told = world.slack.dm(BOB).map(visibleText).join(" ");
  expect(told).toContain("the rules of access were just changed");
  world.clock.jump(5_000);
  await steps.work(of([without("peek")]));
  expect((await stateOf("later"))?.state).toBe("active");
  expect(tokens()).toHaveLength(1);
});

test("a denial by a replica whose file is behind denies; it closes nothing in the name of rules", async () => {
  const requester = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
  const { id } = await makeRequest(steps.ports, { requester, text: "admin 1h denied", triggerId: "t2" });
  await steps.work();
  const behind = { ...of([steps.ports.policy]), policy: without("admin") };
  const no = { id, terms: 1, by: ALICE as UserId, verdict: { approve: false, why: "not today" } } as const;
  expect(await decideRequest(behind, no)).toMatchObject({ state: "denied", why: "not today" });
  expect((await stateOf("denied"))?.state).toBe("denied");
});

test("an approval that neither file allows, each for another reason, approves and closes nothing", async () => {
  const requester = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
  const { id } = await makeRequest(steps.ports, { requester, text: "admin 1h neither", triggerId: "t4" });
  await steps.work();
  const { roles } = steps.ports.policy;
  const admin = { ...roles.admin, approval: { ...(roles.admin?.approval as object), by: [CAROL] } };
  const others = {
    ...steps.ports.policy,
    roles: { ...roles, admin },
    digest: "1".repeat(64),
  } as unknown as Policy;
  const behind = { ...of([others]), policy: without("admin") };
  const yes = { id, terms: 1, by: ALICE as UserId, verdict: { approve: true } } as const;
  await expect(decideRequest(behind, yes)).rejects.toMatchObject({ refusal: { kind: "rules-differ" } });
  expect((await stateOf("neither"))?.state).toBe("pending");
});

test("a role that this file does not have yet is not refused while another has it", async () => {
  const requester = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
  await makeRequest(steps.ports, { requester, text: "long 1h new role", triggerId: "t3" });
  await steps.work({ ...of([steps.ports.policy]), policy: without("long") });
  expect((await stateOf("new role"))?.state).toBe("requested");
  world.clock.jump(5_000);
  await steps.work();
  expect((await stateOf("new role"))?.state).toBe("pending");
});

const ask = async (text: string, triggerId: string) => {
  const requester = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
  const { id } = await makeRequest(steps.ports, { requester, text, triggerId });
  return id;
};

test("a limit that only one file has is kept: by whom is asked, and by what needs nobody", async () => {
  const at = new Date(world.clock.now() + 50 * 3_600_000).toISOString().slice(0, 16);
  const first = await ask(`guest 4h from ${at}Z first`, "t5");
  const more = await ask(`admin 1h from ${at}Z more`, "t6");
  await steps.work();
  const yes = (id: typeof first) =>
    ({ id, terms: 1, by: ALICE as UserId, verdict: { approve: true } }) as const;
  expect(await decideRequest(steps.ports, yes(first))).toMatchObject({ state: "scheduled" });
  const limited: Policy = { ...steps.ports.policy, limits: { grantsPerPerson: 1 }, digest: "2".repeat(64) };
  await expect(decideRequest(of([limited]), yes(more))).rejects.toMatchObject({
    refusal: { kind: "rules-differ" },
  });
  expect((await stateOf("more"))?.state).toBe("pending");
  await ask(`peek 1h from ${at}Z unasked`, "t7");
  await steps.work(of([limited]));
  expect((await stateOf("unasked"))?.state).toBe("requested");
  world.clock.jump(5_000);
  await steps.work();
  expect((await stateOf("unasked"))?.state).toBe("scheduled");
  expect(await decideRequest(steps.ports, yes(more))).toMatchObject({ state: "scheduled" });
});

test("where one file shows the token at a click alone, it stands on no message", async () => {
  await ask("peek 1h at a click", "t8");
  const before = tokens().length;
  const { roles } = steps.ports.policy;
  const peek = { ...roles.peek, delivery: "reveal" };
  await steps.work(
    of([{ ...steps.ports.policy, roles: { ...roles, peek }, digest: "3".repeat(64) } as Policy]),
  );
  expect(await stateOf("at a click")).toMatchObject({ state: "active", delivery: "reveal" });
  expect(tokens()).toHaveLength(before);
});
