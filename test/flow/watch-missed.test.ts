/** What went while the hub was not watched ends its grant when it is watched again, and not a minute later. */
import { expect, test } from "vitest";
import { hubClient } from "../../sandbox/hub/client.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import type { UserId } from "../../src/domain/ids.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import { makeRequest } from "../../src/flow/request.ts";
import type { HoldFound } from "../../src/flow/support/holds.ts";
import { watchEnds } from "../../src/flow/watch/watch-ends.ts";
import { watchHub } from "../../src/flow/watch/watch-hub.ts";
import { ALICE, BOB, startWorld } from "../helpers/bot.ts";
import { scene } from "../helpers/scene.ts";
import { openSteps } from "../helpers/steps.ts";

const BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";

test("a binding that went unseen is missed by a sweep at once", async () => {
  await using opened = new AsyncDisposableStack();
  const world = opened.adopt(await startWorld(), (w) => w.close());
  const steps = opened.use(await openSteps(world));
  const admin = opened.adopt(hubClient(world.hub, world.hub.admin), (a) => a.close());
  const requester = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
  const { id } = await makeRequest(steps.ports, { requester, text: "guest 4h because", triggerId: "t" });
  await steps.work();
  await decideRequest(steps.ports, { id, terms: 1, by: ALICE as UserId, verdict: { approve: true } });
  await steps.work();
  const state = async () => (await steps.ports.requests.get(id))?.state;
  expect(await state()).toBe("active");

  const { clusterRoleBindings } = await world.hub.objects();
  const name = clusterRoleBindings.find(({ metadata }) => metadata.name.includes(id.toLowerCase()))?.metadata
    .name;
  expect((await admin("DELETE", `${BINDINGS}/${name}`)).status).toBe(200);
  let sweeps = 0;
  // What each sweep does last.
  const lists = { ...steps.ports.lists, follow: async () => void sweeps++ };
  const ports = { ...steps.ports, lists };
  const watch = watchHub(ports, { run: async ({ missed }) => missed() }, () => {});
  await watch(new AbortController().signal);
  await world.until(async () => (await state()) === "ending" && sweeps > 0);

  const isFree = async () => (await ports.lease.hold("sweep", async () => {})) !== null;
  await world.until(isFree);

  // What ends again and again is left to each minute's: none is under way.
  for (let i = 0; i < 2; i++) {
    world.clock.jump(20 * SECOND);
    await watch(new AbortController().signal);
    expect(await isFree()).toBe(true);
  }
  world.clock.jump(20 * SECOND);
  await watch(new AbortController().signal);
  await world.until(async () => sweeps > 1);
  expect(sweeps).toBe(2);
});

test("a watch that breaks every minute hides no queue that runs nothing: the hub alone ends what is over", async () => {
  await using opened = new AsyncDisposableStack();
  const world = opened.adopt(await startWorld(), (w) => w.close());
  const steps = opened.use(await openSteps(world));
  const requester = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
  const { id } = await makeRequest(steps.ports, { requester, text: "guest 2m because", triggerId: "t" });
  await steps.work();
  await decideRequest(steps.ports, { id, terms: 1, by: ALICE as UserId, verdict: { approve: true } });
  await steps.work();
  expect(await scene(world).standing()).toHaveLength(2);

  let [sweeps, elapsed] = [0, 0];
  const lists = { ...steps.ports.lists, follow: async () => void sweeps++ };
  const watch = watchHub({ ...steps.ports, lists }, { run: async ({ missed }) => missed() }, () => {});
  let found: readonly HoldFound[] = [];
  const report = (name: string, now: readonly HoldFound[]) => {
    if (name === "ends") found = now;
  };
  const ends = watchEnds({ ...steps.ports, holds: { report }, invite: "", elapsed: () => elapsed });
  const { signal } = new AbortController();
  for (let minute = 1; minute <= 6; minute++) {
    world.clock.jump(MINUTE);
    elapsed += MINUTE;
    await watch(signal);
    await world.until(async () => sweeps === minute);
    await world.until(async () => (await steps.ports.lease.hold("sweep", async () => {})) !== null);
    await ends(signal);
  }
  expect(found).toMatchObject([{ cause: "sweep" }]);
  expect(await scene(world).standing()).toEqual([]);
});

test("whoever slept takes what did not run meanwhile for no standstill; where nothing runs then either, it is one", async () => {
  await using opened = new AsyncDisposableStack();
  const world = opened.adopt(await startWorld(), (w) => w.close());
  const steps = opened.use(await openSteps(world));
  let elapsed = 0;
  let found: readonly HoldFound[] = [];
  const report = (name: string, now: readonly HoldFound[]) => {
    if (name === "ends") found = now;
  };
  const ends = watchEnds({ ...steps.ports, holds: { report }, invite: "", elapsed: () => elapsed });
  const causes: string[][] = [];
  for (const passed of [0, 30 * SECOND, HOUR, 30 * SECOND, 30 * SECOND, 30 * SECOND]) {
    elapsed += passed;
    await ends(new AbortController().signal);
    causes.push(found.map(({ cause }) => cause));
  }
  expect(causes).toEqual([[], [], [], [], [], ["sweep"]]);
});
