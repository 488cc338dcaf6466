/** Work of timers never keeps waiting what people wait for. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { systemClock } from "../../sandbox/clock.ts";
import type { HubCall } from "../../sandbox/hub/faults.ts";
import { type LocalHub, startLocalHub } from "../../sandbox/hub/index.ts";
import { secret } from "../../src/domain/secret.ts";
import { createHubClient, type HubClient } from "../../src/hub/client/client.ts";
import { createGrants } from "../../src/hub/grants/grants.ts";
import { parseKubeconfig } from "../../src/hub/kubeconfig/kubeconfig.ts";
import { botKubeconfig, GRANTS_NAMESPACE } from "../helpers/bot-account.ts";
import { approved } from "./requests.ts";

const { signal } = new AbortController();
const clock = systemClock();
let hub: LocalHub;
let client: HubClient;
beforeEach(async () => {
  hub = await startLocalHub({ clock });
  client = createHubClient(parseKubeconfig(await botKubeconfig(hub)), { timeout: 60_000 });
});
afterEach(async () => {
  await client.close();
  await hub.stop();
});

const grantsIn = (lane: "urgent" | "timers") =>
  createGrants({
    client: client.lane(lane),
    instance: "production",
    namespace: GRANTS_NAMESPACE,
    clock,
  });
const isRead = ({ method }: HubCall) => method === "GET";

/** Holds back every request of that kind until released. */
function holdBack(which: (call: HubCall) => boolean) {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  let held = 0;
  hub.meddle({
    async before(call) {
      if (!which(call)) return undefined;
      held += 1;
      await released;
      return undefined;
    },
    after: async () => true,
  });
  return { held: () => held, release };
}

it("a binding goes at once while thousands of timers' calls wait for a hub that hangs", async () => {
  const [urgent, timers] = [grantsIn("urgent"), grantsIn("timers")];
  const request = approved();
  const made = await urgent.create(request, signal);
  const { held, release } = holdBack(isRead);
  const over = new AbortController();
  const ends = Array.from({ length: 2_000 }, () => timers.find(approved(), {}, over.signal));
  const probes = Array.from({ length: 2_000 }, () => timers.check(secret("a.b.c"), over.signal));
  await expect.poll(held, { interval: 5, timeout: 30_000 }).toBe(64);
  await urgent.removeBinding(request, made, signal);
  expect((await hub.objects()).clusterRoleBindings.map(({ metadata }) => metadata.uid)).not.toContain(
    made.bindingUid,
  );
  expect(held()).toBe(64);
  over.abort();
  await Promise.allSettled([...ends, ...probes]);
  release();
});

it("who waits for a turn leaves at the signal, with its reason, and takes nobody's place", async () => {
  const timers = grantsIn("timers");
  const { held, release } = holdBack(isRead);
  const busy = Array.from({ length: 32 }, () => timers.find(approved(), {}, signal));
  await expect.poll(held, { interval: 5, timeout: 30_000 }).toBe(64);
  const stop = new AbortController();
  const reason = new Error("the lease is lost");
  const waiting = timers.list(stop.signal);
  stop.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  release();
  await Promise.all(busy);
  expect(await timers.list(signal)).toEqual([]);
});
