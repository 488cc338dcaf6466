/** A real kube-apiserver set up like a Karpor hub: what the stand-in is measured against. */
import { generateKeyPairSync } from "node:crypto";
import { accessSync, constants, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../src/domain/clock.ts";
import { type Child, freePort, scratch, startChild } from "../child.ts";
import type { AuditFiles } from "./audit.ts";
import { type HubCaller, hubClient } from "./client.ts";
import { chartKubeconfig } from "./kubeconfig.ts";
import { anonymousBinding, karporRoles } from "./roles.ts";
import { startTimedFront } from "./timed-front.ts";
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

/** With a clock, its answers name that clock's time; it goes on living in this machine's. */
export async function startEnvtest(clock?: Clock, audit?: AuditFiles): Promise<TestHub> {
  const dir = scratch("karpor-access-envtest");
  const children: Child[] = [];
  const stop = async () => {
    await Promise.all(children.map((child) => child.kill()));
    dir.remove();
  };
  try {
    return await boot(dir.path, children, stop, { clock, audit });
  } catch (error) {
    await stop();
    throw error;
  }
}

async function boot(
  dir: string,
  children: Child[],
  stop: () => Promise<void>,
  { clock, audit }: { clock: Clock | undefined; audit: AuditFiles | undefined },
): Promise<TestHub> {
  const [client, peer, port] = await Promise.all([freePort(), freePort(), freePort()]);
  children.push(await startChild(binary("etcd"), etcdArgs(dir, client, peer)));
  const flags = audit ? auditFlags(dir, audit) : [];
  const serve = () => startServer(dir, { etcd: client, port, flags }, children);
  let now = await serve();
  await createKarporRoles(now.ask);
  let front = clock && (await startTimedFront({ ...now, clock }));
  const url = front?.url ?? now.server.url;
  const shutdown = async () => {
    await Promise.all([now.ask.close(), front?.close()]);
    await stop();
  };
  return {
    url,
    etcd: `http://127.0.0.1:${client}`,
    get ca() {
      return now.server.ca;
    },
    get admin() {
      return now.admin;
    },
    get adminKubeconfig() {
      return chartKubeconfig(url, now.admin);
    },
    supports: { clock: clock !== undefined, karpor: false },
    objects: () => listObjects(now.ask),
    async upgrade() {
      await Promise.all([now.child.kill(), now.ask.close(), front?.close()]);
      children.splice(children.indexOf(now.child), 1);
      now = await serve();
      await createKarporRoles(now.ask);
      front = clock && (await startTimedFront({ ...now, clock, port: Number(new URL(url).port) }));
    },
    stop: shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

/** With keys of its own, none of which was there before. */
async function startServer(
  dir: string,
  at: { etcd: number; port: number; flags: string[] },
  children: Child[],
) {
  const authority = await createAuthority("karpor-ca");
  writeKeys(
    dir,
    authority.certificate,
    await authority.issue({ commonName: "hub", hosts: ["localhost", "127.0.0.1"] }),
  );
  const args = [...apiserverArgs(dir, at.etcd, at.port), ...at.flags];
  const child = await startChild(binary("kube-apiserver"), args);
  children.push(child);
  const admin = await authority.issue({ commonName: "karpor-admin", organization: "system:masters" });
  const server = { url: `https://127.0.0.1:${at.port}`, ca: authority.certificate };
  const ask = hubClient(server, admin);
  await ready(ask, children);
  return { authority, child, admin, server, ask };
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

function auditFlags(dir: string, { policy, webhook }: AuditFiles): string[] {
  writeFileSync(join(dir, "audit-policy.yaml"), policy);
  writeFileSync(join(dir, "audit-webhook.yaml"), webhook);
  return [
    `--audit-policy-file=${join(dir, "audit-policy.yaml")}`,
    `--audit-webhook-config-file=${join(dir, "audit-webhook.yaml")}`,
    "--audit-webhook-batch-max-wait=250ms",
    "--audit-webhook-initial-backoff=1s",
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
