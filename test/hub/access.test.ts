/** Opening the hub from a file, and from a Secret of a real API server as the pod's own account. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scratch } from "../../local/child.ts";
import { systemClock } from "../../local/clock.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../local/envtest.ts";
import { kubeconfig } from "../../local/hub/bot-account.ts";
import { type HubClient as Ask, hubClient } from "../../local/hub/client.ts";
import { startLocalHub } from "../../local/hub/index.ts";
import type { LocalHub } from "../../local/hub/options.ts";
import { openHub } from "../../src/hub/access.ts";
import { createHubClient } from "../../src/hub/client.ts";
import { HubSettings, IN_CLUSTER_SERVER } from "../../src/hub/settings.ts";
import { createLog } from "../../src/log.ts";
import { botKubeconfig } from "../helpers/bot-account.ts";
import { silent } from "../helpers/silent.ts";

type Env = Parameters<typeof openHub>[0]["env"];

const dir = scratch("karpor-access-hub");
const stack = new AsyncDisposableStack();
const log = createLog("warn", silent);
const base = { name: "production", namespace: "karpor-access", dashboard: "https://karpor.example.com" };
let hub: LocalHub;
let good: string;
let dead: string;

beforeAll(async () => {
  hub = stack.adopt(await startLocalHub({ clock: systemClock() }), (h) => h.stop());
  await issue();
});
afterAll(async () => {
  await stack.disposeAsync();
  dir.remove();
});

async function issue(): Promise<void> {
  good = await botKubeconfig(hub);
  dead = kubeconfig(hub, "a.dead.token");
}

async function open(settings: object, env: object = {}, mount?: string) {
  const config = { hub: HubSettings.parse({ ...base, ...settings }), env: env as Env };
  return stack.adopt(await openHub(config, { log, ...(mount ? { mount } : {}) }), (h) => h.close());
}

const clientOf = ({ access, reread }: Awaited<ReturnType<typeof open>>) =>
  stack.adopt(createHubClient(access, { reread }), (c) => c.close());

describe("from a file", () => {
  const path = join(dir.path, "hub.kubeconfig");

  it("reads it again when the hub refuses the credential, for all calls refused at once", async () => {
    writeFileSync(path, dead);
    const client = clientOf(await open({ kubeconfig: path }));
    expect((await client.raw("/version")).status).toBe(401);
    writeFileSync(path, good);
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.raw("/version")));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
  });

  it("trusts a new authority once the kubeconfig names it", async () => {
    writeFileSync(path, good);
    const client = clientOf(await open({ kubeconfig: path }));
    expect((await client.raw("/version")).status).toBe(200);
    await hub.rotateKeys();
    await expect(client.raw("/version")).rejects.toMatchObject({ status: null });
    await issue();
    writeFileSync(path, good);
    expect((await client.raw("/version")).status).toBe(200);
  });

  it("keeps what it has when the file is gone or broken", async () => {
    writeFileSync(path, good);
    const opened = await open({ kubeconfig: path });
    writeFileSync(path, "{");
    expect(await opened.reread()).toBeNull();
    writeFileSync(path, good);
  });

  it("replaces it whole, for its owner's eyes only", async () => {
    writeFileSync(path, good, { mode: 0o644 });
    const opened = await open({ kubeconfig: path });
    await opened.source.save?.(dead);
    expect(await opened.source.read()).toBe(dead);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir.path).filter((name) => name.startsWith("hub.kubeconfig"))).toEqual([
      "hub.kubeconfig",
    ]);
  });

  it("lets server replace the address", async () => {
    writeFileSync(path, good);
    const { access } = await open({ kubeconfig: path, server: "https://10.0.0.1:7443" });
    expect(access.server).toBe("https://10.0.0.1:7443");
  });

  it("says what to do without a pod around it", async () => {
    const kubeconfigSecret = { namespace: "a", name: "b", key: "c" };
    await expect(open({ kubeconfigSecret })).rejects.toThrow(/runs in a pod.*give hub.kubeconfig/);
    await expect(open({ inCluster: true })).rejects.toThrow(/runs in a pod/);
  });
});

it.each([
  [
    "two kubeconfigs",
    { kubeconfig: "a", kubeconfigSecret: { namespace: "a", name: "b", key: "c" } },
    /second/,
  ],
  ["none", {}, /give kubeconfig \(a file\), kubeconfigSecret, or inCluster/],
  [
    "two ways",
    { kubeconfig: "a", server: "https://a", portForward: { context: "c" } },
    /way in from outside/,
  ],
  ["inside and outside", { inCluster: true, kubeconfig: "a", portForward: { context: "c" } }, /from outside/],
  ["inCluster: false", { inCluster: false }, /true/],
])("refuses %s", (_, settings, sentence) => {
  expect(() => HubSettings.parse({ ...base, ...settings })).toThrow(sentence);
});

const NAMESPACE = "karpor-access-bot";
const SECRETS = `/api/v1/namespaces/${NAMESPACE}/secrets`;
const RBAC = `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}`;
const NAME = "karpor-access-hub";

describe.runIf(envtestAvailable())("from a Secret of a real API server", () => {
  const mount = join(dir.path, "mount");
  let ask: Ask;
  let env: object;
  const from = (settings: object) => open(settings, env, mount);
  const secretOf = (key: string, name = NAME) => ({
    kubeconfigSecret: { namespace: NAMESPACE, name, key },
  });
  const put = async (text: string) => {
    const data = { kubeconfig: btoa(text) };
    const type = "application/merge-patch+json";
    const { status } = await ask("PATCH", `${SECRETS}/${NAME}`, { body: { data }, type });
    expect(status).toBe(200);
  };

  beforeAll(async () => {
    const host = stack.adopt(await startEnvtest(), (h) => h.stop());
    ask = stack.adopt(hubClient(host, host.admin), (a) => a.close());
    await prepare(ask);
    const minted = await ask("POST", `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/bot/token`, {
      body: { spec: { expirationSeconds: 3600 } },
    });
    mkdirSync(mount);
    writeFileSync(join(mount, "token"), (minted.body.status as { token: string }).token);
    writeFileSync(join(mount, "ca.crt"), host.ca);
    writeFileSync(join(mount, "namespace"), NAMESPACE);
    const { hostname, port } = new URL(host.url);
    env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: Number(port) };
  });

  it("reads it, and again when the hub refuses the credential", async () => {
    await put(dead);
    const client = clientOf(await from(secretOf("kubeconfig")));
    expect((await client.raw("/version")).status).toBe(401);
    await put(good);
    expect((await client.raw("/version")).status).toBe(200);
  });

  it("writes back only over what it read: of two replicas one wins", async () => {
    await put(dead);
    const [one, two] = [await from(secretOf("kubeconfig")), await from(secretOf("kubeconfig"))];
    await one.source.save?.(good);
    await expect(two.source.save?.("other")).rejects.toThrow(/changed meanwhile/);
    expect(await two.reread()).toMatchObject({ server: hub.url });
    await two.source.save?.(good);
  });

  it("finds it by inCluster alone, and the hub by its Service", async () => {
    await put(good);
    expect((await from({ inCluster: true })).access.server).toBe(IN_CLUSTER_SERVER);
    const elsewhere = await from({ inCluster: true, server: hub.url });
    expect((await clientOf(elsewhere).raw("/version")).status).toBe(200);
  });

  it("runs no command and reads no file that it names", async () => {
    await put(good.replace(/token: .*/, "exec: {command: sh}"));
    await expect(from(secretOf("kubeconfig"))).rejects.toThrow(/command/);
    await put(good.replace(/token: .*/, "tokenFile: /etc/passwd"));
    await expect(from(secretOf("kubeconfig"))).rejects.toThrow(/names a local file \(tokenFile\)/);
  });

  it("says what is missing, and names no value", async () => {
    await put(good);
    await expect(from(secretOf("other"))).rejects.toThrow(/has no key other/);
    await expect(from(secretOf("kubeconfig", "another"))).rejects.toThrow(/may not.*rbac\.yaml/);
    await ask("DELETE", `${SECRETS}/${NAME}`);
    await expect(from(secretOf("kubeconfig"))).rejects.toThrow(/does not exist\. Make it/);
    await expect(open({ inCluster: true }, env, join(mount, "none"))).rejects.toThrow(/automount/);
  });
});

/** The pod's account with the rights of deploy/kubernetes/rbac.yaml: on this Secret alone. */
async function prepare(ask: Ask): Promise<void> {
  const create = async (path: string, body: object) => {
    const { status, body: said } = await ask("POST", path, { body });
    if (status !== 201) throw new Error(`${path}: ${status} ${said.message}`);
  };
  await create("/api/v1/namespaces", { metadata: { name: NAMESPACE } });
  await create(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, { metadata: { name: "bot" } });
  await create(SECRETS, { metadata: { name: NAME } });
  const rules = [{ apiGroups: [""], resources: ["secrets"], resourceNames: [NAME], verbs: ["get", "patch"] }];
  await create(`${RBAC}/roles`, { metadata: { name: "bot" }, rules });
  await create(`${RBAC}/rolebindings`, {
    metadata: { name: "bot" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "bot" },
    subjects: [{ kind: "ServiceAccount", name: "bot", namespace: NAMESPACE }],
  });
}

if (!envtestAvailable())
  // Reporters show the names of skipped tests only when asked.
  process.stderr.write(`Skipped: the kubeconfig in a Secret of a real API server. It ${envtestAdvice}.\n`);
