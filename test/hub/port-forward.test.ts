import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { scratch } from "../../sandbox/child.ts";
import { systemClock } from "../../sandbox/clock.ts";
import { startLocalHub } from "../../sandbox/hub/index.ts";
import type { LocalHub } from "../../sandbox/hub/options.ts";
import { type OpenHub, openHub } from "../../src/hub/client/access.ts";
import { createHubClient, type HubClient } from "../../src/hub/client/client.ts";
import { HubGiven } from "../../src/hub/settings.ts";
import { createLog } from "../../src/log.ts";
import { botKubeconfig } from "../helpers/bot-account.ts";
import { silent } from "../helpers/silent.ts";
import { type HostStandIn, startHostStandIn } from "./in-cluster-stand-in.ts";

const dir = scratch("karpor-access-forward");
const log = createLog("warn", silent);
let hub: LocalHub;
let host: HostStandIn;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  hub = await startLocalHub({ clock: systemClock() });
  host = await startHostStandIn(hub.port);
  // The address in it leads nowhere from here, as the chart's does.
  const bot = (await botKubeconfig(hub)).replace(hub.url, "https://karpor-server.karpor.svc:7443");
  writeFileSync(join(dir.path, "hub.kubeconfig"), bot);
  writeFileSync(join(dir.path, "operator"), host.kubeconfig);
  vi.stubEnv("KUBECONFIG", join(dir.path, "operator"));
});
beforeEach(() => {
  for (const name of ["one", "two", "three"]) host.killPod(name);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  for (const one of opened.reverse()) await one.close();
  await host.stop();
  await hub.stop();
  dir.remove();
});

async function open(to: object = {}): Promise<{ client: HubClient; hub: OpenHub }> {
  const settings = HubGiven.parse({
    name: "production",
    kubeconfig: join(dir.path, "hub.kubeconfig"),
    portForward: { context: "kind", ...to },
    namespace: "karpor-access",
    dashboard: "https://karpor.example.com",
  });
  const env = { KUBERNETES_SERVICE_PORT: 443 } as Parameters<typeof openHub>[0]["env"];
  const through = await openHub({ hub: settings, env }, { log });
  opened.push(through);
  // A busy machine is slow at so many handshakes at once.
  const client = createHubClient(through.access, { timeout: 15_000 });
  opened.push(client);
  return { client, hub: through };
}

const answers = (client: HubClient) =>
  client.request("/rest-api/v1/authn").then(
    ({ status }) => status === 200,
    () => false,
  );

it("reaches the hub by the Service's ready pod, with its TLS verified end to end", async () => {
  host.addPod("one", { ready: false });
  host.addPod("two");
  const { client } = await open();
  expect(client.access.server).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  expect(client.access.insecure).toBe(false);
  expect((await client.request("/version")).status).toBe(200);
  expect(host.asked.at(-1)).toBe("/api/v1/namespaces/karpor/pods/two/portforward?ports=6443");
});

it("carries many calls at once", async () => {
  host.addPod("one");
  const { client } = await open();
  const path = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
  const all = await Promise.all(Array.from({ length: 50 }, () => client.request(path)));
  expect(all.every(({ status }) => status === 200)).toBe(true);
});

it("finds the next pod when its own is killed", async () => {
  host.addPod("one");
  const { client } = await open();
  expect((await client.request("/version")).status).toBe(200);
  host.killPod("one");
  await expect(client.request("/version")).rejects.toMatchObject({ name: "HubError", status: null });
  host.addPod("three");
  await vi.waitUntil(() => client.request("/version").catch(() => null), { timeout: 15_000, interval: 20 });
  expect(host.asked.at(-1)).toContain("/pods/three/portforward");
});

it.each([
  ["a context that is not there", { context: "prod" }, /no context "prod".*it has kind/],
  ["a Service that is not there", { service: "nope" }, /karpor\/nope:7443.*answered 404/],
  ["a port that the Service has not", { port: 80 }, /no port 80/],
  ["a Service without a ready pod", {}, /None of the Service's 1 pods is ready/],
])("says what is missing: %s", async (_, to, sentence) => {
  host.addPod("one", { ready: false });
  await expect(open(to)).rejects.toThrow(sentence);
});

it("closes its door", async () => {
  host.addPod("one");
  const { client, hub: through } = await open();
  await client.request("/version");
  await through.close();
  opened.splice(opened.indexOf(through), 1);
  expect(await answers(client)).toBe(false);
});
