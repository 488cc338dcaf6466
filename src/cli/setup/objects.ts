/** The bot's own account on the hub and the rights it works with, no more; deploy/hub-rbac.yaml is the same for the example's catalog. Pure. */
import { type Catalog, clusterRolesOf } from "../../domain/catalog.ts";

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

/** Of the grants' namespace: who may make tokens for every account of a namespace must not have one there. */
export const ownAccount = (namespace: string) => ({ name: namespace, namespace: `${namespace}-system` });

/** Marks the ClusterRoles that setup made of a role's `rules`: it changes no others. */
export const OURS = { "app.kubernetes.io/managed-by": "karpor-access" };

/** In the order in which they are made. */
export function objectsFor(namespace: string, roles: Catalog): Manifest[] {
  const own = ownAccount(namespace);
  const bot = { kind: "ServiceAccount", ...own };
  const bound = (kind: "Role" | "ClusterRole", metadata: Manifest["metadata"], rules: object[]) => [
    rbac(kind, metadata, { rules }),
    rbac(`${kind}Binding`, metadata, {
      roleRef: { apiGroup: RBAC, kind, name: metadata.name },
      subjects: [bot],
    }),
  ];
  return [
    core("Namespace", { name: namespace }),
    core("Namespace", { name: own.namespace }),
    core("ServiceAccount", own),
    ...bound("Role", { name: `${namespace}-grants`, namespace }, GRANTS),
    ...bound("Role", { name: `${namespace}-own-token`, namespace: own.namespace }, [ownToken(own.name)]),
    ...catalogRoles(roles),
    ...bound("ClusterRole", { name: namespace }, [...BINDINGS, mayBind(roles), PATHS]),
  ];
}

const GRANTS = [
  {
    apiGroups: [""],
    resources: ["serviceaccounts"],
    verbs: ["create", "get", "list", "watch", "patch", "delete"],
  },
  { apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] },
];

const ownToken = (name: string) => ({
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
  nonResourceURLs: ["/rest-api/v1/authn", "/server-configs", "/livez", "/version"],
  verbs: ["get"],
};

function catalogRoles(roles: Catalog): Manifest[] {
  const own = new Map(
    Object.values(roles).flatMap(({ clusterRole, rules }) => (rules ? [[clusterRole, rules] as const] : [])),
  );
  return [...own].map(([name, rules]) => rbac("ClusterRole", { name, labels: OURS }, { rules }));
}
