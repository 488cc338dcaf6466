/** What the bot may do on the hub: tried, since no API of the hub tells; dry, or on what does not exist. */
import type { HubClient } from "../../hub/client/client.ts";
import { answered, isHubs } from "../../hub/client/errors.ts";
import type { HubAnswer } from "../../hub/client/request.ts";
import type { TokenIdentity } from "../../hub/kubeconfig/identity.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";
import { SETUP } from "./setup-fix.ts";

export interface Rights {
  client: HubClient;
  /** Of the grants. */
  namespace: string;
  clusterRoles: readonly string[];
  self: TokenIdentity | null;
}

interface Try {
  right: string;
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  body?: unknown;
}

const NOBODY = "karpor-access-doctor";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const accounts = (namespace: string) => `/api/v1/namespaces/${namespace}/serviceaccounts`;
const dry = (path: string) => `${path}?dryRun=All`;
const named = { metadata: { name: NOBODY } };
// Refused as too short where it may be asked for: no token comes of it.
const tooShort = { spec: { expirationSeconds: 1 } };

const mint = (right: string, namespace: string, name: string): Try => ({
  right,
  method: "POST",
  path: `${accounts(namespace)}/${name}/token`,
  body: tooShort,
});

const bind = (right: string, clusterRole: string): Try => ({
  right,
  method: "POST",
  path: dry(`${RBAC}/clusterrolebindings`),
  body: {
    ...named,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: clusterRole },
  },
});

const needed = ({ namespace, clusterRoles, self }: Rights): Try[] => [
  { right: "create serviceaccounts", method: "POST", path: dry(accounts(namespace)), body: named },
  { right: "get serviceaccounts", path: `${accounts(namespace)}/${NOBODY}` },
  {
    right: "patch serviceaccounts",
    method: "PATCH",
    path: dry(`${accounts(namespace)}/${NOBODY}`),
    body: named,
  },
  { right: "delete serviceaccounts", method: "DELETE", path: dry(`${accounts(namespace)}/${NOBODY}`) },
  mint("create serviceaccounts/token", namespace, NOBODY),
  {
    right: "delete clusterrolebindings",
    method: "DELETE",
    path: dry(`${RBAC}/clusterrolebindings/${NOBODY}`),
  },
  ...clusterRoles.map((name) => bind(`bind ${name}`, name)),
  ...(self ? [mint("renew its own token", self.namespace, self.name)] : []),
  { right: "get /rest-api/v1/authn", path: "/rest-api/v1/authn" },
];

const excess = ({ self }: Rights): Try[] => [
  { right: "read Secrets", path: "/api/v1/secrets?limit=1" },
  {
    right: "make accounts in any namespace",
    method: "POST",
    path: dry(accounts("kube-system")),
    body: named,
  },
  {
    right: "make ClusterRoles",
    method: "POST",
    path: dry(`${RBAC}/clusterroles`),
    body: { ...named, rules: [] },
  },
  bind("bind every ClusterRole", "cluster-admin"),
  ...(self ? [mint("make tokens for others in its own namespace", self.namespace, NOBODY)] : []),
  mint("make tokens in any namespace", "kube-system", NOBODY),
];

/** Of these ClusterRoles. Throws HubError. */
export async function mayNotBind(client: HubClient, clusterRoles: readonly string[]): Promise<string[]> {
  const may = await Promise.all(
    clusterRoles.map(async (name) => (await statusOf(client, bind(`bind ${name}`, name))) !== 403),
  );
  return clusterRoles.filter((_, i) => !may[i]);
}

/** Of a right: a proxy says nothing of it, nor does a hub that fails, has no time, or does not know the bot. */
const tells = (answer: HubAnswer): boolean =>
  isHubs(answer) && answer.status < 500 && ![401, 429].includes(answer.status);

async function statusOf(client: HubClient, { right, path, method, body }: Try): Promise<number> {
  const answer = await client.request(path, { method, body });
  if (!tells(answer)) throw answered(`try to ${right}`, answer);
  return answer.status;
}

/** Throws HubError. */
export async function checkRights(rights: Rights): Promise<Finding[]> {
  const sorted = async (tries: Try[], wanted: (status: number) => boolean) => {
    const all = await Promise.all(
      tries.map(async (one) => [one.right, await statusOf(rights.client, one)] as const),
    );
    return all.flatMap(([right, status]) => (wanted(status) ? [right] : []));
  };
  const [missing, more] = await Promise.all([
    sorted(needed(rights), (status) => status === 403),
    // 404 for a role that does not exist is no right to bind it.
    sorted(excess(rights), (status) => status === 200 || status === 201 || status === 422),
  ]);
  return [judgeMissing(missing), judgeExcess(more)];
}

function judgeMissing(missing: string[]): Finding {
  if (missing.length === 0) return ok("hub rights", "all it needs");
  return fail("hub rights", `the bot may not ${missing.join(", nor ")}`, SETUP);
}

function judgeExcess(more: string[]): Finding {
  if (more.length === 0) return ok("hub least rights", "none it does not need, as far as can be tried");
  return warn(
    "hub least rights",
    `the bot may also ${more.join(", ")}`,
    `kubectl get clusterrolebindings,rolebindings -A -o wide | grep karpor-access, on the hub; delete what setup did not make`,
  );
}
