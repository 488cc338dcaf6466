/** The bot's own account on the hub and its rights, which are the least that it works with. */
import type { Config } from "../../config.ts";
import { STREAM_RULE } from "../../hub/anonymous.ts";
import { LOGIN, RBAC_GROUP } from "../../hub/grants.ts";
import { botAccount, MANAGED_BY } from "../../hub/names.ts";

export interface HubObject {
  apiVersion: string;
  kind: "Namespace" | "ServiceAccount" | "Role" | "RoleBinding" | "ClusterRole" | "ClusterRoleBinding";
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  [field: string]: unknown;
}

export const SETUP_INSTANCE = "app.kubernetes.io/instance";
export const CLUSTER_ROLES = `/apis/${RBAC_GROUP}/v1/clusterroles`;

type RoleCatalog = Pick<Config, "instance" | "hub" | "roles">;

export const clusterRolesIn = ({ roles }: RoleCatalog): string[] => [
  ...new Set(Object.values(roles).map(({ clusterRole }) => clusterRole)),
];

/** In the order in which they are made. */
export function objectsFor(config: RoleCatalog): HubObject[] {
  // Not the labels of grants: a list of those must not show the bot's own rights.
  const labels = { [MANAGED_BY]: "karpor-access", [SETUP_INSTANCE]: config.instance };
  const { namespace } = config.hub;
  const bot = botAccount(config.hub);
  const core = (kind: HubObject["kind"], metadata: HubObject["metadata"]): HubObject => ({
    apiVersion: "v1",
    kind,
    metadata,
  });
  const rbac = (kind: HubObject["kind"], place: HubObject["metadata"], rest: object): HubObject => ({
    apiVersion: `${RBAC_GROUP}/v1`,
    kind,
    metadata: { ...place, labels },
    ...rest,
  });
  const bound = (kind: "Role" | "ClusterRole", place: HubObject["metadata"], rules: object[]) => [
    rbac(kind, place, { rules }),
    rbac(`${kind}Binding`, place, {
      roleRef: { apiGroup: RBAC_GROUP, kind, name: place.name },
      subjects: [{ kind: "ServiceAccount", ...bot }],
    }),
  ];
  return [
    core("Namespace", { name: namespace }),
    core("Namespace", { name: bot.namespace }),
    core("ServiceAccount", { ...bot, labels }),
    ...bound("Role", { name: `${namespace}-grants`, namespace }, GRANT_RULES),
    // Enough to renew its own token; it makes none for any other account.
    ...bound("Role", { name: `${bot.name}-own-token`, namespace: bot.namespace }, [
      { apiGroups: [""], resources: ["serviceaccounts/token"], resourceNames: [bot.name], verbs: ["create"] },
    ]),
    ...definedClusterRoles(config).map(([name, rules]) => rbac("ClusterRole", { name }, { rules })),
    ...bound("ClusterRole", { name: bot.name }, clusterRules(config)),
  ];
}

const GRANT_RULES = [
  {
    apiGroups: [""],
    resources: ["serviceaccounts"],
    verbs: ["create", "get", "list", "patch", "delete"],
  },
  { apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] },
];

const clusterRules = (config: RoleCatalog) => [
  {
    apiGroups: [RBAC_GROUP],
    resources: ["clusterrolebindings"],
    verbs: ["create", "get", "list", "delete"],
  },
  { apiGroups: [RBAC_GROUP], resources: ["clusterroles"], verbs: ["get"] },
  {
    apiGroups: [RBAC_GROUP],
    resources: ["clusterroles"],
    resourceNames: clusterRolesIn(config),
    verbs: ["bind"],
  },
  { nonResourceURLs: [LOGIN, "/server-configs"], verbs: ["get"] },
];

/** Those that the configuration has `rules` for. With a gateway each role opens pod logs, events and AI. */
const definedClusterRoles = ({ hub, roles }: RoleCatalog) => [
  ...new Map(
    Object.values(roles).flatMap(({ clusterRole, rules }) =>
      rules ? [[clusterRole, hub.gateway ? [...rules, STREAM_RULE] : rules] as const] : [],
    ),
  ),
];
