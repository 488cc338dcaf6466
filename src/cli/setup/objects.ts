/** The bot's own account on the hub and the rights it works with, no more; deploy/hub-rbac.yaml is the same for the example's catalog. Pure. */
import type { Config } from "../../config.ts";
import { type Catalog, clusterRolesOf } from "../../domain/catalog.ts";
import { botAccountName, botClusterRole, botNamespace, setupLabels } from "../../hub/bot-account.ts";

export interface Manifest {
  apiVersion: string;
  kind: "Namespace" | "ServiceAccount" | "Role" | "RoleBinding" | "ClusterRole" | "ClusterRoleBinding";
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  [field: string]: unknown;
}

type Kind = Manifest["kind"];
const RBAC = "rbac.authorization.k8s.io";
const core = (kind: Kind, metadata: Manifest["metadata"]): Manifest => ({ apiVersion: "v1", kind, metadata });
const rbac = (kind: Kind, metadata: Manifest["metadata"], rest: object): Manifest => ({
  apiVersion: `${RBAC}/v1`,
  kind,
  metadata,
  ...rest,
});

/** In the order in which they are made. `generations`: of the bot's accounts, each with all its rights; see bot-account.ts. */
export function objectsFor(
  { instance, hub: { namespace }, roles }: Pick<Config, "instance" | "hub" | "roles">,
  generations: readonly number[] = [1],
): Manifest[] {
  const labels = setupLabels(instance);
  const system = botNamespace(namespace);
  const names = generations.map((generation) => botAccountName(namespace, generation));
  const bots = names.map((name) => ({ kind: "ServiceAccount", name, namespace: system }));
  const bound = (kind: "Role" | "ClusterRole", of: Place, rules: object[], subjects = bots) => [
    rbac(kind, { ...of, labels }, { rules }),
    rbac(`${kind}Binding`, { ...of, labels }, { roleRef: { apiGroup: RBAC, kind, name: of.name }, subjects }),
  ];
  const role = botClusterRole(namespace);
  return [
    core("Namespace", { name: namespace }),
    core("Namespace", { name: system }),
    ...names.map((name) => core("ServiceAccount", { name, namespace: system, labels })),
    ...bound("Role", { name: `${namespace}-grants`, namespace }, GRANTS),
    // Each its own alone: whoever stole the token of one makes none for the next.
    ...bots.flatMap((bot) =>
      bound("Role", { name: `${bot.name}-own-token`, namespace: system }, [ownTokens(bot.name)], [bot]),
    ),
    ...catalogRoles(roles, labels),
    ...bound("ClusterRole", { name: role }, [...BINDINGS, mayBind(roles), PATHS]),
  ];
}

type Place = Pick<Manifest["metadata"], "name" | "namespace">;

const GRANTS = [
  {
    apiGroups: [""],
    resources: ["serviceaccounts"],
    verbs: ["create", "get", "list", "watch", "patch", "delete"],
  },
  { apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] },
];

const ownTokens = (name: string) => ({
  apiGroups: [""],
  resources: ["serviceaccounts/token"],
  resourceNames: [name],
  verbs: ["create"],
});

const BINDINGS = [
  {
    apiGroups: [RBAC],
    resources: ["clusterrolebindings"],
    verbs: ["create", "get", "list", "watch", "delete"],
  },
  { apiGroups: [RBAC], resources: ["clusterroles"], verbs: ["get"] },
];

const mayBind = (roles: Catalog) => ({
  apiGroups: [RBAC],
  resources: ["clusterroles"],
  resourceNames: clusterRolesOf(roles),
  verbs: ["bind"],
});

const PATHS = {
  nonResourceURLs: ["/rest-api/v1/authn", "/server-configs", "/version"],
  verbs: ["get"],
};

function catalogRoles(roles: Catalog, labels: Record<string, string>): Manifest[] {
  const own = new Map(
    Object.values(roles).flatMap(({ clusterRole, rules }) => (rules ? [[clusterRole, rules] as const] : [])),
  );
  return [...own].map(([name, rules]) => rbac("ClusterRole", { name, labels }, { rules }));
}
