/** What karpor-server makes at start: three ClusterRoles, and the binding that opens reads to everybody; and the roles closed. */
import type { PolicyRule } from "./types.ts";

const PAGES = [
  "/",
  "/endpoints",
  "/public/*",
  "/docs/*",
  "/server-configs",
  "/search",
  "/search/*",
  "/insight",
  "/insight/*",
  "/insightDetail",
  "/insightDetail/*",
  "/cluster",
  "/cluster/*",
  "/login",
];
const RULES = ["/rest-api/v1/resource-group-rule", "/rest-api/v1/resource-group-rule/*"];
const CLUSTERS = ["/rest-api/v1/cluster", "/rest-api/v1/cluster/*"];
const AUTHN = "/rest-api/v1/authn";
const REST = "/rest-api/*";
const HEALTH = ["/livez", "/readyz"];
const INSIGHT = ["aggregator", "issue", "yaml"].map((part) => `/rest-api/v1/insight/${part}/*`);

const may = (verb: string, ...nonResourceURLs: string[]): PolicyRule => ({ nonResourceURLs, verbs: [verb] });

const RBAC = "rbac.authorization.k8s.io";
const clusterRole = (name: string, ...rules: PolicyRule[]) => ({
  apiVersion: `${RBAC}/v1`,
  kind: "ClusterRole",
  metadata: { name },
  rules,
});

const GUEST = [may("get", ...RULES, ...CLUSTERS, AUTHN, REST, ...PAGES)];
const ADMIN = [may("*", ...RULES, ...CLUSTERS), may("get", REST, ...PAGES, AUTHN, ...HEALTH)];
const STREAMS = may("*", ...INSIGHT);

export const karporRoles = [
  clusterRole("karpor-guest", ...GUEST),
  clusterRole("karpor-admin", ...ADMIN),
  clusterRole("anonymous", may("get", REST, ...PAGES), STREAMS),
];

/** As they are behind a gateway: nobody reads without a token, and pod logs, events and AI are the holders'. */
export const closedRoles = [
  clusterRole("karpor-guest", ...GUEST, STREAMS),
  clusterRole("karpor-admin", ...ADMIN, STREAMS),
  clusterRole("anonymous", may("get", ...PAGES, ...HEALTH)),
];

export const anonymousBinding = {
  apiVersion: `${RBAC}/v1`,
  kind: "ClusterRoleBinding",
  metadata: { name: "anonymous" },
  roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: "anonymous" },
  subjects: [{ apiGroup: RBAC, kind: "User", name: "system:anonymous" }],
};
