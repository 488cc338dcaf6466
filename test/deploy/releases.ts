/** Values of the chart as operators give them. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export const CONFIG_FILE = path("config.yml");
export const config = readFileSync(CONFIG_FILE, "utf8");
const image = { repository: "registry.example.com/karpor-access" };
export const least = { image, config };

/** All that the example of the configuration shows, as a mapping. */
export function exampleConfig() {
  const { hub, ...rest } = parse(readFileSync(path("../../examples/karpor-access.yml"), "utf8"));
  const { kubeconfig: _, ...kept } = hub;
  return { ...rest, hub: { ...kept, inCluster: true } };
}

const withGateway = ({ hub, ...rest }: ReturnType<typeof exampleConfig>) => ({
  ...rest,
  hub: { ...hub, gateway: true },
});
const inNamespace = (name: string) => [
  { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } },
];
const enabled = { enabled: true };
const ingress = { ...enabled, className: "nginx", annotations: { of: "it" }, tlsSecret: "web" };

/** The file's text with these lines under `hub`, and more at its end. */
export const configWith = (hub: string, more = "") => `${config.replace("hub: {", `hub: { ${hub}`)}${more}`;

export const RELEASES: Record<string, object> = {
  least,
  everything: {
    image: { ...image, tag: "moved", digest: `sha256:${"0a".repeat(32)}` },
    config: withGateway(exampleConfig()),
    ...{ imagePullSecrets: [{ name: "registry" }], existingSecret: "slack", caConfigMap: "authorities" },
    ...{ replicas: 5, redis: enabled, heal: enabled, canary: enabled, podDisruptionBudget: enabled },
    gateway: {
      ...enabled,
      ...{ ingress, replicas: 3, digest: `sha256:${"0b".repeat(32)}` },
      resources: { requests: { cpu: "20m" } },
    },
    extraEnv: [
      { name: "HTTPS_PROXY", value: "http://proxy.example.com:3128" },
      { name: "WEBHOOK_SECRET", valueFrom: { secretKeyRef: { name: "webhook", key: "secret" } } },
    ],
    serviceAccount: { annotations: { "example.com/role": "bot" } },
    ...{ podLabels: { team: "platform" }, podAnnotations: { "example.com/scrape": "none" } },
    priorityClassName: "system-cluster-critical",
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "DoNotSchedule" },
    ],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "pool", operator: "In", values: ["a"] }] }],
        },
      },
    },
    networkPolicy: {
      ...enabled,
      ...{ metricsFrom: inNamespace("monitoring"), gatewayFrom: inNamespace("ingress") },
    },
    serviceMonitor: { ...enabled, interval: "1m", labels: { release: "kube-prometheus-stack" } },
    prometheusRule: { ...enabled, labels: { release: "kube-prometheus-stack" } },
    nodeSelector: { "kubernetes.io/arch": "arm64" },
    tolerations: [{ key: "spot", operator: "Exists" }],
  },
  "HTTP, a proxy, and Karpor elsewhere": {
    ...least,
    config: {
      ...parse(config),
      hub: {
        ...parse(config).hub,
        kubeconfigSecret: { namespace: "vault", name: "hub", key: "config" },
      },
    },
    ...{ redis: { url: "rediss://redis.data:6379" }, karpor: { namespace: "observability" }, heal: enabled },
    ...{ replicas: 6, slackIngress: { ...ingress, host: "bot.example.com" } },
    networkPolicy: {
      ...enabled,
      httpFrom: inNamespace("ingress"),
      extraEgress: [{ ports: [{ port: 3128 }] }],
    },
  },
  "the hub's audit log over TLS": {
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
    ...{ hubAudit: { tlsSecret: "karpor-access-tls" }, networkPolicy: enabled },
  },
  "passkey pages": {
    ...least,
    config: configWith("", "web: https://access.example.com\n"),
    webIngress: ingress,
  },
  "a gateway with a certificate, for a Karpor with a certificate": {
    ...least,
    config: configWith("gateway: true,"),
    ...{ gateway: { ...enabled, tlsSecret: "web", caConfigMap: "authorities", serviceType: "LoadBalancer" } },
    karpor: { namespace: "observability" },
  },
};
