/** The bot's own account on the hub and its rights, which are the least that it works with. */
import type { Config } from "../../config.ts";
import { STREAM_RULE } from "../../hub/anonymous.ts";
import { botAccount } from "../../hub/names.ts";

export interface Manifest {
  apiVersion: string;
  kind: "Namespace" | "ServiceAccount" | "Role" | "RoleBinding" | "ClusterRole" | "ClusterRoleBinding";
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  [field: string]: unknown;
}

export const MANAGED_BY = "app.kubernetes.io/managed-by";
export const SETUP_INSTANCE = "app.kubernetes.io/instance";

/** Not the labels of grants: a list of those must not show the bot's own rights. */
const setupLabels = (instance: string) => ({ [MANAGED_BY]: "karpor-access", [SETUP_INSTANCE]: instance });

export const clusterRolesIn = ({ roles }: Pick<Config, "roles">): string[] => [
  ...new Set(Object.values(roles).map(({ clusterRole }) => clusterRole)),
];

type Place = { name: string; namespace?: string };
const RBAC = "rbac.authorization.k8s.io";

/** In the order in which they are made. */
export function objectsFor(config: Pick<Config, "instance" | "hub" | "roles">): Manifest[] {
  const labels = setupLabels(config.instance);
  const { namespace } = config.hub;
  const bot = botAccount(config.hub);
  const core = (kind: Manifest["kind"], metadata: Manifest["metadata"]) => ({
    apiVersion: "v1",
    kind,
    metadata,
  });
  const rbac = (kind: Manifest["kind"], place: Place, rest: object): Manifest => ({
    ...{ apiVersion: `${RBAC}/v1`, kind, metadata: { ...place, labels } },
    ...rest,
  });
  const bound = (kind: "Role" | "ClusterRole", place: Place, rules: object[]) => [
    rbac(kind, place, { rules }),
    rbac(`${kind}Binding`, place, {
      roleRef: { apiGroup: RBAC, kind, name: place.name },
      subjects: [{ kind: "ServiceAccount", ...bot }],
    }),
  ];
  return [
    core("Namespace", { name: namespace }),
    core("Namespace", { name: bot.namespace }),
    core("ServiceAccount", { ...bot, labels }),
    ...bound("Role", { name: `${namespace}-grants`, namespace }, GRANT_RULES),
    ...bound("Role", { name: `${bot.name}-own-token`, namespace: bot.namespace }, ownTokenRules(bot.name)),
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

/** Enough to renew its own token; it makes none for any other account. */
const ownTokenRules = (name: string) => [
  { apiGroups: [""], resources: ["serviceaccounts/token"], resourceNames: [name], verbs: ["create"] },
];

const clusterRules = (config: Pick<Config, "roles">) => [
  {
    apiGroups: [RBAC],
    resources: ["clusterrolebindings"],
    verbs: ["create", "get", "list", "delete"],
  },
  { apiGroups: [RBAC], resources: ["clusterroles"], verbs: ["get"] },
  { apiGroups: [RBAC], resources: ["clusterroles"], resourceNames: clusterRolesIn(config), verbs: ["bind"] },
  { nonResourceURLs: ["/rest-api/v1/authn", "/server-configs"], verbs: ["get"] },
];

/** Those that the configuration has `rules` for. With a gateway each role opens pod logs, events and AI. */
const definedClusterRoles = ({ hub, roles }: Pick<Config, "hub" | "roles">) => [
  ...new Map(
    Object.values(roles).flatMap(({ clusterRole, rules }) =>
      rules ? [[clusterRole, hub.gateway ? [...rules, STREAM_RULE] : rules] as const] : [],
    ),
  ),
];
