/** What the configuration says of the hub: one kubeconfig, one way to it. Pure. */
import { z } from "zod";
import { Instance } from "../domain/instance.ts";
import { LabelValue } from "../domain/label.ts";

/** As Karpor's chart names it. */
const CHART = { namespace: "karpor", service: "karpor-server", port: 7443 } as const;
export const IN_CLUSTER_SERVER = `https://${CHART.service}.${CHART.namespace}.svc:${CHART.port}`;
/** In the bot's own namespace; as deploy/kubernetes names it. */
export const IN_CLUSTER_SECRET = { name: "karpor-access-hub", key: "kubeconfig" } as const;

const name = z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, "must be the name of an object");

export const KubeconfigSecret = z.strictObject({
  namespace: name,
  name,
  key: z.string().regex(/^[-._a-zA-Z0-9]{1,253}$/, "must be a key of the Secret's data"),
});
export type KubeconfigSecret = z.infer<typeof KubeconfigSecret>;

const Known = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
    "must be namespace/name",
  );

export const PortForward = z.strictObject({
  context: z.string().min(1).describe("Context of your own kubeconfig ($KUBECONFIG, ~/.kube/config)."),
  namespace: name.default(CHART.namespace),
  service: name.default(CHART.service),
  port: z.int().min(1).max(65535).default(CHART.port).describe("The Service's port."),
});
export type PortForward = z.infer<typeof PortForward>;

const Shape = z.strictObject({
  name: z.string().min(1).max(60).describe("What people call this hub; shown in messages."),
  kubeconfig: z
    .string()
    .min(1)
    .optional()
    .describe("Path of the bot's kubeconfig, relative to this file. Renewed tokens are written back to it."),
  kubeconfigSecret: KubeconfigSecret.optional().describe(
    "Instead of kubeconfig: the Secret that holds it, in the cluster the bot runs in. Read, and written back to when the token is renewed, as the pod's own ServiceAccount.",
  ),
  inCluster: z
    .literal(true)
    .optional()
    .describe(
      `The bot runs in the cluster that runs Karpor: it reaches the hub at ${IN_CLUSTER_SERVER} (another address: server), and finds its kubeconfig in the Secret ${IN_CLUSTER_SECRET.name}, key ${IN_CLUSTER_SECRET.key}, of its own namespace, unless kubeconfig or kubeconfigSecret names another.`,
    ),
  portForward: PortForward.optional().describe(
    "The bot runs outside the cluster that runs Karpor: it reaches the hub as `kubectl port-forward` does, by a ready pod of this Service, found anew for each connection, with your own kubeconfig's context. The hub's certificate must name 127.0.0.1, or the hub's kubeconfig must have tls-server-name.",
  ),
  server: z
    .url({ protocol: /^https$/, error: "must be a whole URL such as https://karpor.example.com:7443" })
    .optional()
    .describe("Replaces the kubeconfig's server."),
  namespace: LabelValue.optional().describe(
    "Where the grants' ServiceAccounts stand, and what setup names all after that it makes: karpor-access-INSTANCE when left out. Not the namespace of the bot's own account, nor another bot's.",
  ),
  instances: z
    .array(Instance)
    .default([])
    .describe("Other bots of this hub, by their instance. Without it their grants are reported."),
  known: z
    .array(Known)
    .default([])
    .describe(
      "Accounts made by hand, as namespace/name, that may stay bound to the catalog's ClusterRoles. Without it each such binding is reported.",
    ),
  anonymous: z
    .literal("closed")
    .optional()
    .describe(
      "Whoever shows no token reads nothing, as `npm run setup -- --close-anonymous` leaves it: doctor fails and the admins are told while that is not so.",
    ),
  dashboard: z.url({ protocol: /^https?$/ }).describe("The dashboard's address, as people open it."),
});

type Given = Partial<z.infer<typeof Shape>>;

// Said beside other mistakes, not after them.
const when = ({ value }: { value: unknown }) => typeof value === "object" && value !== null;
const rule = (holds: (hub: Given) => boolean, path: keyof Given, message: string) =>
  [holds, { path: [path] as PropertyKey[], message, when }] as const;

/** As the file says it. */
export const HubGiven = Shape.refine(
  ...rule(
    (hub) => !(hub.kubeconfig && hub.kubeconfigSecret),
    "kubeconfigSecret",
    "is a second source beside hub.kubeconfig; keep one of them",
  ),
)
  .refine(
    ...rule(
      (hub) => Boolean(hub.kubeconfig || hub.kubeconfigSecret || hub.inCluster),
      "kubeconfig",
      "is missing; give kubeconfig (a file), kubeconfigSecret, or inCluster: true",
    ),
  )
  .refine(
    ...rule(
      (hub) => !(hub.portForward && (hub.server || hub.inCluster || hub.kubeconfigSecret)),
      "portForward",
      "is a way in from outside the cluster; remove it, or hub.server, hub.inCluster and hub.kubeconfigSecret",
    ),
  );
export type HubGiven = z.infer<typeof HubGiven>;
export type HubSettings = HubGiven & { namespace: string };
