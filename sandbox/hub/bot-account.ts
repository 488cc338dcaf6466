/** The bot's own account on a hub, with the rights of deploy/hub-rbac.yaml and no others; of no instance, as setup made it once. */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { parseAllDocuments, stringify } from "yaml";
import { type HubCaller, hubClient } from "./client.ts";
import type { TestHub } from "./types.ts";

export const GRANTS_NAMESPACE = "karpor-access";
const OWN_NAMESPACE = "karpor-access-system";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";

const YEAR_SECONDS = 31_536_000;

/** Applies the rights as an administrator, and resolves to a kubeconfig of the bot once they are in force. */
export async function botKubeconfig(hub: TestHub): Promise<string> {
  const admin = hubClient(hub, hub.admin);
  try {
    for (const object of rights()) await apply(admin, object);
    const token = await mintOwn(admin);
    await inForce(hub, token);
    return kubeconfig(hub, token);
  } finally {
    await admin.close();
  }
}

export function kubeconfig(hub: Pick<TestHub, "url" | "ca">, token: string): string {
  const ca = Buffer.from(hub.ca).toString("base64");
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "hub", cluster: { server: hub.url, "certificate-authority-data": ca } }],
    users: [{ name: "bot", user: { token } }],
    contexts: [{ name: "hub", context: { cluster: "hub", user: "bot" } }],
    "current-context": "hub",
  });
}

interface Manifest {
  kind: string;
  metadata: { name: string; namespace?: string };
}

/** As the file, for GRANTS_NAMESPACE. */
function rights(): Manifest[] {
  const file = readFileSync(new URL("../../deploy/hub-rbac.yaml", import.meta.url), "utf8")
    .replaceAll(", app.kubernetes.io/instance: production", "")
    .replaceAll("karpor-access-production", GRANTS_NAMESPACE);
  return parseAllDocuments(file).map((document) => document.toJS() as Manifest);
}

const PATHS: Record<string, (namespace: string) => string> = {
  Namespace: () => "/api/v1/namespaces",
  ServiceAccount: (namespace) => `/api/v1/namespaces/${namespace}/serviceaccounts`,
  Role: (namespace) => `${RBAC}/namespaces/${namespace}/roles`,
  RoleBinding: (namespace) => `${RBAC}/namespaces/${namespace}/rolebindings`,
  ClusterRole: () => `${RBAC}/clusterroles`,
  ClusterRoleBinding: () => `${RBAC}/clusterrolebindings`,
};

async function apply(admin: HubCaller, object: Manifest): Promise<void> {
  const path = PATHS[object.kind]?.(object.metadata.namespace ?? "");
  if (!path) throw new Error(`Nothing says where a ${object.kind} is made.`);
  const { status, body } = await admin("POST", path, { body: object });
  if (status !== 201 && status !== 409)
    throw new Error(`The hub refused ${object.kind} ${object.metadata.name}: ${status} ${body.message}`);
}

async function mintOwn(admin: HubCaller): Promise<string> {
  const path = `/api/v1/namespaces/${OWN_NAMESPACE}/serviceaccounts/karpor-access/token`;
  const { body } = await admin("POST", path, { body: { spec: { expirationSeconds: YEAR_SECONDS } } });
  const { token } = (body.status ?? {}) as { token?: string };
  if (!token) throw new Error(`The hub gave the bot no token: ${body.message}`);
  return token;
}

// The hub's authorizer learns of new bindings a moment later.
async function inForce(hub: TestHub, token: string): Promise<void> {
  const ask = hubClient(hub);
  const paths = [`/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts`, `${RBAC}/clusterrolebindings`];
  try {
    for (const deadline = Date.now() + 10_000; Date.now() < deadline; await delay(20)) {
      const replies = await Promise.all(paths.map((path) => ask("GET", `${path}?limit=1`, { token })));
      if (replies.every((reply) => reply.status === 200)) return;
    }
    throw new Error("The rights of deploy/hub-rbac.yaml did not come into force within 10 s.");
  } finally {
    await ask.close();
  }
}
