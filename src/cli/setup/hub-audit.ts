/** `setup --hub-audit`: what karpor-server needs to tell the bot what tokens are used for, an audit policy and a kubeconfig of the webhook. */
import { readFileSync } from "node:fs";
import { parseDocument, stringify } from "yaml";
import { z } from "zod";
import { type Config, hubAuditSecret } from "../../config.ts";
import type { Secret } from "../../domain/secret.ts";
import { HUB_AUDIT_PATH } from "../../http/hub-audit/door.ts";
import type { SetupMeans } from "./index.ts";
import { type KarporSecretOptions, putIntoKarpor, removeFromKarpor } from "./karpor-secret.ts";
import { kubeconfigText, trusting } from "./kubeconfig-text.ts";

const RBAC = "rbac.authorization.k8s.io";
/** The API server decodes their bodies before its log has them. A patch goes there as it came, and one that is no JSON costs all its batch. */
const DECODED = ["create", "update", "delete", "deletecollection"];
const WRITES = [...DECODED, "patch"];

export interface HubAuditOptions {
  /** Where the hub reaches the bot. */
  url: URL;
  /** The file of what the hub is to trust the bot's certificate by. */
  ca?: string;
  /** Into Karpor's Secret, or out of it; printed when left out. */
  into?: KarporSecretOptions;
}

type Means = Pick<SetupMeans, "say" | "confirm">;

/** Throws one sentence that says what to do. */
export async function setUpHubAudit(config: Config, options: HubAuditOptions, means: Means): Promise<void> {
  const { into } = options;
  if (!into) return means.say(printed(filesFor(config, options)));
  if (into.remove) return removeFromKarpor(Object.values(FILES), into, means);
  const { policy, webhook } = filesFor(config, options);
  const { origin } = options.url;
  const tells = [
    { name: FILES.policy, text: policy, of: "which requests are told" },
    {
      ...{ name: FILES.webhook, text: webhook, of: `to whom: ${origin}, with the secret` },
      lost: (replaced: string) => heardBefore(replaced, origin),
    },
  ];
  await putIntoKarpor(tells, into, means);
}

const Webhook = z.object({ clusters: z.tuple([z.object({ cluster: z.object({ server: z.url() }) })]) });

/** Its path may hold a secret. */
function heardBefore(webhook: string, origin: string): string | null {
  const found = Webhook.safeParse(parseDocument(webhook).toJS()).data;
  const before = found && new URL(found.clusters[0].cluster.server).origin;
  return before && before !== origin
    ? `until now ${before}: a hub tells one bot alone, and that one hears nothing more (docs/evidence.md)`
    : null;
}

/** In Karpor's Secret, and so below /etc/karpor in karpor-server. */
const FILES = { policy: "karpor-access-audit-policy.yaml", webhook: "karpor-access-audit-webhook.yaml" };

/** Throws one sentence. */
function filesFor(config: Config, { url, ca }: HubAuditOptions) {
  const { audit, hub } = config;
  if (!audit?.hub)
    throw new Error("The configuration has no audit.hub: docs/evidence.md says what to put there.");
  const secret = hubAuditSecret(config);
  if (!secret) throw new Error(`${audit.hub.tokenEnv} is not set: give it the secret that the bot has.`);
  const trusted = ca === undefined ? {} : { ca: readFileSync(ca, "utf8") };
  return { policy: auditPolicy(hub.namespace), webhook: auditWebhook({ url, secret, ...trusted }) };
}

const printed = ({ policy, webhook }: ReturnType<typeof filesFor>): string =>
  [
    `# ${FILES.policy}`,
    policy.trimEnd(),
    "---",
    `# ${FILES.webhook}: it holds the secret`,
    webhook.trimEnd(),
  ].join("\n");

/** The narrowest that tells it: `namespace` is the grants'. */
export const auditPolicy = (namespace: string): string =>
  stringify({
    apiVersion: "audit.k8s.io/v1",
    kind: "Policy",
    // Of each request the end alone, which has its result.
    omitStages: ["RequestReceived", "ResponseStarted"],
    omitManagedFields: true,
    rules: [
      // Which role a binding gives, and to whom, stands in its body alone; none of these holds a secret.
      {
        level: "Request",
        verbs: DECODED,
        resources: [{ group: RBAC, resources: ["clusterrolebindings"] }],
      },
      {
        level: "Metadata",
        verbs: WRITES,
        resources: [
          { group: RBAC, resources: ["clusterrolebindings", "clusterroles"] },
          { group: "", resources: ["serviceaccounts", "serviceaccounts/token"] },
        ],
      },
      { level: "Metadata", userGroups: [`system:serviceaccounts:${namespace}`] },
      { level: "None" },
    ],
  });

export interface WebhookOptions {
  /** Where the hub reaches the bot. */
  url: URL;
  secret: Secret;
  /** What the hub is to trust the bot's certificate by, PEM; its system's own when left out. */
  ca?: string | undefined;
}

/** Over plain HTTP the hub leaves a token out: there the secret stands in the path. */
export function auditWebhook({ url, secret, ca }: WebhookOptions): string {
  const at = `${url.origin}${url.pathname === "/" ? HUB_AUDIT_PATH : url.pathname.replace(/\/$/, "")}`;
  const isPlain = url.protocol === "http:";
  const name = "karpor-access";
  return kubeconfigText(
    { name, server: isPlain ? `${at}/${secret.reveal()}` : at, ...trusting(ca) },
    { name, ...(isPlain ? {} : { token: secret.reveal() }) },
  );
}
