/** The canary goes the whole way of a grant and leaves nothing, also when the hub fails in the middle. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { jumpClock } from "../../../sandbox/clock.ts";
import { type LocalHub, startLocalHub } from "../../../sandbox/hub/index.ts";
import { canary } from "../../../src/cli/doctor/canary.ts";
import type { Config } from "../../../src/config.ts";
import { createHubClient, type HubClient } from "../../../src/hub/client/client.ts";
import { parseKubeconfig } from "../../../src/hub/kubeconfig/kubeconfig.ts";
import { botKubeconfig, GRANTS_NAMESPACE } from "../../helpers/bot-account.ts";

const time = jumpClock();
/** Waits by jumping: ten seconds of the hub's cache take none of the test's. */
const clock = { now: time.now, sleep: async (ms: number) => time.jump(ms) };
let hub: LocalHub;
let client: HubClient;
beforeAll(async () => {
  hub = await startLocalHub({ clock: time });
  client = createHubClient(parseKubeconfig(await botKubeconfig(hub)));
});
afterAll(async () => {
  await client.close();
  await hub.stop();
});

const config = {
  instance: "test",
  hub: { namespace: GRANTS_NAMESPACE },
  roles: { guest: { clusterRole: "karpor-guest" } },
  digest: "",
} as unknown as Config;

const ours = async () => {
  const { serviceAccounts, clusterRoleBindings } = await hub.objects();
  const names = [...serviceAccounts, ...clusterRoleBindings].map(({ metadata }) => metadata.name);
  return names.filter((name) => name.startsWith("karpor-access-guest-"));
};

test("mint, use, end, refused: each timed, nothing left", async () => {
  const findings = await canary(client, config, clock);
  expect(findings.map(({ check, level }) => [check, level])).toEqual([
    ["canary mint", "ok"],
    ["canary use", "ok"],
    ["canary end", "ok"],
    ["canary refused", "ok"],
  ]);
  for (const { message } of findings) expect(message).toMatch(/^\d+\.\d\d s$/);
  expect(await ours()).toEqual([]);
});

test("a hub that fails in the middle is said, and nothing is left", async () => {
  hub.failNext(1, 503, (_, path) => path.endsWith("/token"));
  expect(await canary(client, config, clock)).toMatchObject([{ check: "canary", level: "fail" }]);
  expect(await ours()).toEqual([]);
});
