/** A real kube-apiserver set up like a Karpor hub: what the stand-in is measured against. */
import { generateKeyPairSync } from "node:crypto";
import { accessSync, constants, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Child, freePort, scratch, startChild } from "../child.ts";
import { type HubCaller, hubClient } from "./client.ts";
import { chartKubeconfig } from "./kubeconfig.ts";
import { anonymousBinding, karporRoles } from "./roles.ts";
import type { TestHub } from "./types.ts";
import { createAuthority } from "./x509.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const ADVICE = "needs etcd and kube-apiserver in KUBEBUILDER_ASSETS (setup-envtest fetches them)";

/** For the title of what is skipped: says what is missing. */
export const envtestAdvice = ADVICE;

/** Whether the real API server can be started; where CI is set, its absence is an error, never a skip. */
export function envtestAvailable(): boolean {
  const there = ["etcd", "kube-apiserver"].every((name) => runnable(binary(name)));
  if (!there && process.env.CI) throw new Error(`The test against a real API server ${ADVICE}.`);
  return there;
}

export async function startEnvtest(): Promise<TestHub> {
  const dir = scratch("karpor-access-envtest");
  const children: Child[] = [];
  const stop = async () => {
    await Promise.all(children.map((child) => child.kill()));
    dir.remove();
  };
  try {
    return await boot(dir.path, children, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function boot(dir: string, children: Child[], stop: () => Promise<void>): Promise<TestHub> {
  const [client, peer, port] = await Promise.all([freePort(), freePort(), freePort()]);
  children.push(await startChild(binary("etcd"), etcdArgs(dir, client, peer)));
  let server = await startServer(dir, { etcd: client, port }, children);
  await createKarporRoles(server.ask);
  const { url } = server;
  const shutdown = async () => {
    await server.ask.close();
    await stop();
  };
  return {
    url,
    get ca() {
      return server.ca;
    },
    get admin() {
      return server.admin;
    },
    get adminKubeconfig() {
      return chartKubeconfig(url, server.admin);
    },
    objects: () => listObjects(server.ask),
    async upgrade() {
      await Promise.all([server.child.kill(), server.ask.close()]);
      children.splice(children.indexOf(server.child), 1);
      server = await startServer(dir, { etcd: client, port }, children);
    },
    stop: shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

/** With keys of its own, none of which was there before. */
async function startServer(dir: string, { etcd, port }: { etcd: number; port: number }, children: Child[]) {
  const authority = await createAuthority("karpor-ca");
  const ca = authority.certificate;
  writeKeys(dir, ca, await authority.issue({ commonName: "hub", hosts: ["localhost", "127.0.0.1"] }));
  const child = await startChild(binary("kube-apiserver"), apiserverArgs(dir, etcd, port));
  children.push(child);
  const admin = await authority.issue({ commonName: "karpor-admin", organization: "system:masters" });
  const url = `https://127.0.0.1:${port}`;
  const ask = hubClient({ url, ca }, admin);
  await ready(ask, children);
  return { child, admin, url, ca, ask };
}

function etcdArgs(dir: string, client: number, peer: number): string[] {
  const [clientUrl, peerUrl] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`];
  return [
    ...["--data-dir", join(dir, "etcd"), "--unsafe-no-fsync", "--log-level", "error"],
    ...["--listen-client-urls", clientUrl, "--advertise-client-urls", clientUrl],
    ...["--listen-peer-urls", peerUrl, "--initial-advertise-peer-urls", peerUrl],
    ...["--initial-cluster", `default=${peerUrl}`],
  ];
}

function apiserverArgs(dir: string, etcd: number, port: number): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcd}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    `--tls-cert-file=${join(dir, "serving.crt")}`,
    `--tls-private-key-file=${join(dir, "serving.key")}`,
    `--client-ca-file=${join(dir, "ca.crt")}`,
    "--service-account-issuer=karpor",
    `--service-account-signing-key-file=${join(dir, "sa.key")}`,
    `--service-account-key-file=${join(dir, "sa.key")}`,
    "--service-account-max-token-expiration=8760h",
    "--authorization-mode=RBAC",
    "--disable-admission-plugins=ServiceAccount,NamespaceLifecycle",
    "--service-cluster-ip-range=10.0.0.0/24",
  ];
}

function writeKeys(dir: string, ca: string, serving: { certificate: string; key: string }): void {
  const signing = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  writeFileSync(join(dir, "ca.crt"), ca);
  writeFileSync(join(dir, "serving.crt"), serving.certificate);
  writeFileSync(join(dir, "serving.key"), serving.key);
  writeFileSync(join(dir, "sa.key"), signing.export({ type: "pkcs1", format: "pem" }));
}

async function ready(ask: HubCaller, children: Child[]): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await delay(50)) {
    const dead = children.find((child) => child.exited());
    if (dead) throw new Error(`The API server did not come up: ${dead.output().slice(-2000)}`);
    const reply = await ask("GET", "/readyz").catch(() => undefined);
    if (reply?.status === 200) return;
  }
  throw new Error("The API server was not ready within a minute.");
}

/** As karpor-server does at each start: what stands is left as it is. */
async function createKarporRoles(ask: HubCaller): Promise<void> {
  for (const role of karporRoles) await created(ask("POST", `${RBAC}/clusterroles`, { body: role }));
  await created(ask("POST", `${RBAC}/clusterrolebindings`, { body: anonymousBinding }));
}

async function created(asked: ReturnType<HubCaller>): Promise<void> {
  const { status, body } = await asked;
  if (status !== 201 && status !== 409)
    throw new Error(`The API server refused a Karpor role: ${status} ${body.message}`);
}

async function listObjects(ask: HubCaller) {
  const [accounts, bindings] = await Promise.all([
    ask("GET", "/api/v1/serviceaccounts"),
    ask("GET", `${RBAC}/clusterrolebindings`),
  ]);
  return { serviceAccounts: accounts.body.items ?? [], clusterRoleBindings: bindings.body.items ?? [] };
}

function binary(name: string): string {
  return join(resolve(process.env.KUBEBUILDER_ASSETS ?? "/usr/local/kubebuilder/bin"), name);
}

function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
