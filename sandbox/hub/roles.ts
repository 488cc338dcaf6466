/** What karpor-server makes at start: three ClusterRoles, and the binding that opens reads to everybody. */
import type { PolicyRule } from "./types.ts";

const PAGES = [
  "/",
  "/rest-api/*",
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
const INSIGHT = ["aggregator", "issue", "yaml"].map((part) => `/rest-api/v1/insight/${part}/*`);

const may = (verb: string, ...nonResourceURLs: string[]): PolicyRule => ({ nonResourceURLs, verbs: [verb] });

const RBAC = "rbac.authorization.k8s.io";
const clusterRole = (name: string, ...rules: PolicyRule[]) => ({
  apiVersion: `${RBAC}/v1`,
  kind: "ClusterRole",
  metadata: { name },
  rules,
});

export const karporRoles = [
  clusterRole("karpor-guest", may("get", ...RULES, ...CLUSTERS, AUTHN, ...PAGES)),
  clusterRole(
    "karpor-admin",
    may("*", ...RULES, ...CLUSTERS),
    may("get", ...PAGES, AUTHN, "/livez", "/readyz"),
  ),
  clusterRole("anonymous", may("get", ...PAGES), may("*", ...INSIGHT)),
];

export const anonymousBinding = {
  apiVersion: `${RBAC}/v1`,
  kind: "ClusterRoleBinding",
  metadata: { name: "anonymous" },
  roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: "anonymous" },
  subjects: [{ apiGroup: RBAC, kind: "User", name: "system:anonymous" }],
};
