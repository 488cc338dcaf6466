/** The configuration's fields about reaching the hub. */
import { z } from "zod";

/** Defaults of Karpor's Helm chart. */
const CHART = { namespace: "karpor", service: "karpor-server", port: 7443 };
export const IN_CLUSTER_SERVER = `https://${CHART.service}.${CHART.namespace}.svc:${CHART.port}`;
/** The Secret that our own chart creates. */
export const IN_CLUSTER_SECRET = { name: "karpor-access-hub", key: "kubeconfig" };

const ObjectName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, "must be the name of a Kubernetes object");

export const KubeconfigSecret = z.strictObject({
  namespace: ObjectName,
  name: ObjectName,
  key: z.string().regex(/^[-._a-zA-Z0-9]{1,253}$/, "must be a key of the Secret's data"),
});
export type KubeconfigSecret = z.infer<typeof KubeconfigSecret>;

export const PortForwardSettings = z.strictObject({
  context: z.string().min(1).describe("Context of your own kubeconfig ($KUBECONFIG, ~/.kube/config)."),
  namespace: ObjectName.default(CHART.namespace),
  service: ObjectName.default(CHART.service),
  port: z.int().min(1).max(65535).default(CHART.port).describe("The port that the Service's pods listen on."),
});
export type PortForwardSettings = z.infer<typeof PortForwardSettings>;

export const hubFields = {
  kubeconfig: z
    .string()
    .min(1)
    .optional()
    .describe("Path of the bot's kubeconfig, relative to this file. Renewed tokens are written to it."),
  kubeconfigSecret: KubeconfigSecret.optional().describe(
    "Instead of kubeconfig: the Secret that holds it, in the bot's cluster. The pod's ServiceAccount reads and writes it.",
  ),
  inCluster: z
    .literal(true)
    .optional()
    .describe(
      `The bot runs in Karpor's cluster. Unless other fields say otherwise, the hub is at ${IN_CLUSTER_SERVER}, and the kubeconfig in the pod's namespace: Secret ${IN_CLUSTER_SECRET.name}, key ${IN_CLUSTER_SECRET.key}.`,
    ),
  portForward: PortForwardSettings.optional().describe(
    "The bot runs outside of Karpor's cluster, and reaches the hub as `kubectl port-forward` does.",
  ),
  server: z
    .url({ protocol: /^https$/, error: "must be a whole URL such as https://karpor.example.com:7443" })
    .optional()
    .describe("Replaces the kubeconfig's server."),
  namespace: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "must be the name of a namespace")
    .optional()
    .describe("Namespace of the grants' ServiceAccounts: karpor-access-INSTANCE when left out."),
};
const HubFields = z.object(hubFields);
type HubFields = z.infer<typeof HubFields>;

export function checkHubFields(hub: HubFields, ctx: z.RefinementCtx): void {
  const complain = (field: keyof HubFields, message: string) =>
    ctx.addIssue({ code: "custom", path: [field], message });
  if (hub.kubeconfig && hub.kubeconfigSecret)
    complain("kubeconfigSecret", "is a second source beside hub.kubeconfig; keep one of them");
  if (!hub.kubeconfig && !hub.kubeconfigSecret && !hub.inCluster)
    complain("kubeconfig", "is missing; give kubeconfig (a file), kubeconfigSecret, or inCluster: true");
  if (hub.portForward && (hub.server || hub.inCluster || hub.kubeconfigSecret))
    complain(
      "portForward",
      "is a way in from outside the cluster; remove it, or server, inCluster and kubeconfigSecret",
    );
}

export type HubSettings = HubFields & { namespace: string };
