/** The port-forward through a real API server, which proxies it to a kubelet of ours: there is none in the tests. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { scratch } from "../../sandbox/child.ts";
import { systemClock } from "../../sandbox/clock.ts";
import { type HubCaller as Ask, hubClient } from "../../sandbox/hub/client.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../sandbox/hub/envtest.ts";
import { startLocalHub } from "../../sandbox/hub/index.ts";
import { chartKubeconfig } from "../../sandbox/hub/kubeconfig.ts";
import { openHub } from "../../src/hub/client/access.ts";
import { createHubClient } from "../../src/hub/client/client.ts";
import { HubGiven } from "../../src/hub/settings.ts";
import { createLog } from "../../src/log.ts";
import { botKubeconfig } from "../helpers/bot-account.ts";
import { silent } from "../helpers/silent.ts";
import { type Kubelet, startKubelet } from "./kubelet.ts";

const CORE = "/api/v1/namespaces/karpor";
const opened = new AsyncDisposableStack();

async function openAll(dir: string) {
  const [hub, host] = await Promise.all([startLocalHub({ clock: systemClock() }), startEnvtest()]);
  opened.adopt(hub, (h) => h.stop());
  opened.adopt(host, (h) => h.stop());
  const kubelet = opened.adopt(await startKubelet(hub.port), (k) => k.stop());
  const ask = opened.adopt(hubClient(host, host.admin), (a) => a.close());
  const bot = (await botKubeconfig(hub)).replace(hub.url, "https://karpor-server.karpor.svc:7443");
  writeFileSync(join(dir, "hub.kubeconfig"), bot);
  writeFileSync(join(dir, "operator"), chartKubeconfig(host.url, host.admin));
  return { kubelet, ask };
}

interface Named {
  metadata: { name: string; labels?: object };
  spec?: object;
}

async function create(ask: Ask, path: string, body: Named, status?: object): Promise<void> {
  const made = await ask("POST", path, { body });
  if (made.status !== 201) throw new Error(`${path}: ${made.status} ${made.body.message}`);
  if (!status) return;
  const type = "application/merge-patch+json";
  const set = await ask("PATCH", `${path}/${body.metadata.name}/status`, { body: { status }, type });
  if (set.status !== 200) throw new Error(`${path}: ${set.status} ${set.body.message}`);
}

async function createCluster(ask: Ask, kubelet: Kubelet): Promise<void> {
  await create(ask, "/api/v1/namespaces", { metadata: { name: "karpor" } });
  const spec = { selector: { app: "karpor" }, ports: [{ port: 7443, targetPort: "https" }] };
  await create(ask, `${CORE}/services`, { metadata: { name: "karpor-server" }, spec });
  await create(
    ask,
    "/api/v1/nodes",
    { metadata: { name: "node" } },
    {
      addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
      daemonEndpoints: { kubeletEndpoint: { Port: kubelet.port } },
    },
  );
}

function createPod(ask: Ask, name: string, ready: boolean): Promise<void> {
  const containers = [{ name: "server", image: "karpor", ports: [{ name: "https", containerPort: 6443 }] }];
  const pod = { metadata: { name, labels: { app: "karpor" } }, spec: { nodeName: "node", containers } };
  const conditions = [{ type: "Ready", status: ready ? "True" : "False" }];
  return create(ask, `${CORE}/pods`, pod, { phase: "Running", conditions });
}

describe.runIf(envtestAvailable())("through a real API server", () => {
  const dir = scratch("karpor-access-forward");
  let kubelet: Kubelet;
  let ask: Ask;

  beforeAll(async () => {
    ({ kubelet, ask } = await openAll(dir.path));
    vi.stubEnv("KUBECONFIG", join(dir.path, "operator"));
    await createCluster(ask, kubelet);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await opened.disposeAsync();
    dir.remove();
  });

  it("reaches the hub, and finds the next pod when its own is gone", async () => {
    await createPod(ask, "broken", false);
    await createPod(ask, "one", true);
    const hub = HubGiven.parse({
      name: "production",
      kubeconfig: join(dir.path, "hub.kubeconfig"),
      portForward: { context: "default" },
      namespace: "karpor-access",
      dashboard: "https://karpor.example.com",
    });
    const env = {} as Parameters<typeof openHub>[0]["env"];
    const through = opened.adopt(await openHub({ hub, env }, { log: createLog("warn", silent) }), (h) =>
      h.close(),
    );
    const client = opened.adopt(createHubClient(through.access), (c) => c.close());
    expect(through.access.insecure).toBe(false);
    expect((await client.request("/rest-api/v1/authn")).status).toBe(200);
    expect(kubelet.asked.at(-1)).toMatch(/^\/portForward\/karpor\/one\?port=6443/);

    await ask("DELETE", `${CORE}/pods/one?gracePeriodSeconds=0`);
    kubelet.breakAll();
    await createPod(ask, "two", true);
    await vi.waitUntil(() => client.request("/version").catch(() => null), { timeout: 15_000, interval: 20 });
    expect(kubelet.asked.at(-1)).toMatch(/^\/portForward\/karpor\/two\?/);
  });
});

if (!envtestAvailable())
  // Reporters show the names of skipped tests only when asked.
  process.stderr.write(`Skipped: the port-forward through a real API server. It ${envtestAdvice}.\n`);
