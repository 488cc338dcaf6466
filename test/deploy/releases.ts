/** The matrix: values of the chart as operators give them. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const CONFIG_FILE = root("deploy/kubernetes/config.yml");
export const config = readFileSync(CONFIG_FILE, "utf8");
const image = { repository: "registry.example.com/karpor-access" };
export const least = { image, config };

/** All that an example of the configuration shows, as a mapping. */
export function wholeConfig() {
  const { hub, ...rest } = parse(readFileSync(root("karpor-access.example.yml"), "utf8"));
  const { kubeconfig: _, ...kept } = hub;
  return { ...rest, hub: { ...kept, inCluster: true } };
}

const monitoring = [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } }];
const elsewhere = { namespace: "vault", name: "hub", key: "config" };

export const RELEASES: Record<string, object> = {
  least,
  "all that deploy/kubernetes has": {
    ...least,
    ...{ heal: { enabled: true }, podDisruptionBudget: { enabled: true }, networkPolicy: { enabled: true } },
  },
  "a Redis of its own": { ...least, redis: { enabled: true, storage: "5Gi" } },
  "the configuration as a mapping, and the image by its digest": {
    image: { ...image, tag: "moved", digest: `sha256:${"0a".repeat(32)}` },
    config: wholeConfig(),
  },
  "HTTP, a proxy, and Karpor elsewhere": {
    ...least,
    config: { ...parse(config), hub: { ...parse(config).hub, kubeconfigSecret: elsewhere } },
    redis: { url: "rediss+sentinel://one:26379,two:26379/primary" },
    karpor: { namespace: "observability" },
    heal: { enabled: true },
    networkPolicy: {
      enabled: true,
      httpFrom: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ingress" } } }],
      metricsFrom: monitoring,
      extraEgress: [{ ports: [{ port: 3128 }] }],
    },
  },
  "a hub that tells, over TLS, on a port of its own": {
    ...least,
    config: {
      ...parse(config),
      audit: {
        hub: {
          ...{ tokenEnv: "HUB_AUDIT_TOKEN", port: 9443 },
          tls: { cert: "/hub-audit/tls.crt", key: "/hub-audit/tls.key" },
        },
      },
    },
    hubAudit: { tlsSecret: "karpor-access-tls" },
    karpor: { namespace: "observability" },
    networkPolicy: { enabled: true },
  },
  "a house with rules of its own": {
    image: { ...image, tag: "0.2.0", pullPolicy: "Always" },
    config,
    imagePullSecrets: [{ name: "registry" }],
    existingSecret: "slack",
    caConfigMap: "authorities",
    replicas: 5,
    serviceMonitor: { enabled: true, interval: "1m", labels: { release: "kube-prometheus-stack" } },
    prometheusRule: { enabled: true, labels: { release: "kube-prometheus-stack" } },
    resources: { requests: { cpu: "1" }, limits: { memory: "1Gi" } },
    nodeSelector: { "kubernetes.io/arch": "arm64" },
    tolerations: [{ key: "spot", operator: "Exists" }],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "zone", operator: "Exists" }] }],
        },
      },
    },
    redis: { enabled: true, image: `redis@sha256:${"0b".repeat(32)}` },
    heal: { enabled: true },
  },
};
