/** `setup --hub-audit URL`: by two files karpor-server tells the bot how each access is used. */
import { readFile } from "node:fs/promises";
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { stringify } from "yaml";
import { type Config, loadForHub } from "../../config.ts";
import { HUB_AUDIT_PATH } from "../../evidence/webhook.ts";
import { RBAC_GROUP } from "../../hub/grants.ts";
import type { Secret } from "../../request/secret.ts";
import { type CommandMeans, UsageError } from "../options.ts";
import { askCluster } from "./administrator.ts";
import { kubeconfigText } from "./kubeconfig-text.ts";
import { mayWrite, type SetupOptions } from "./options.ts";

/** The API server logs these decoded. A patch comes as it was sent, and one that is no JSON would cost its whole batch. */
const DECODED = ["create", "update", "delete", "deletecollection"];
const KARPOR_SECRET = "karpor-secret";

/** Printed; with --from-cluster they go into Karpor's Secret, which karpor-server mounts at /etc/karpor. */
export async function setUpHubAudit(options: SetupOptions, means: CommandMeans): Promise<void> {
  const url = URL.parse(options["hub-audit"] ?? "");
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UsageError(
      "--hub-audit must be where the hub reaches the bot, such as https://bot.example.com:8443.",
    );
  const config = loadForHub(means.variables);
  const ca = options.ca === undefined ? null : await readFile(options.ca, "utf8");
  const files = {
    "karpor-access-audit-policy.yaml": auditPolicy(config.hub.namespace),
    "karpor-access-audit-webhook.yaml": auditWebhook(url, auditSecret(config), ca),
  };
  if (options["from-cluster"]) return putIntoKarpor(files, options, means);
  for (const [name, text] of Object.entries(files)) means.say(`---\n# ${name}\n${text.trimEnd()}`);
}

function auditSecret({ audit, secretNamed }: Config): Secret {
  if (!audit.hub)
    throw new Error("The configuration has no audit.hub: docs/evidence.md says what to put there.");
  const secret = secretNamed(audit.hub.tokenEnv);
  if (secret) return secret;
  throw new Error(`${audit.hub.tokenEnv} is not set: give it the secret that the bot has.`);
}

/** The narrowest policy that tells it. `namespace`: the grants'. */
export const auditPolicy = (namespace: string): string =>
  stringify({
    apiVersion: "audit.k8s.io/v1",
    kind: "Policy",
    // The end of each request alone has its result.
    omitStages: ["RequestReceived", "ResponseStarted"],
    omitManagedFields: true,
    rules: [
      // A binding's role and subjects are in its body alone; none of these holds a secret.
      {
        level: "Request",
        verbs: DECODED,
        resources: [{ group: RBAC_GROUP, resources: ["clusterrolebindings"] }],
      },
      {
        level: "Metadata",
        verbs: [...DECODED, "patch"],
        resources: [
          { group: RBAC_GROUP, resources: ["clusterrolebindings", "clusterroles"] },
          { group: "", resources: ["serviceaccounts", "serviceaccounts/token"] },
        ],
      },
      { level: "Metadata", userGroups: [`system:serviceaccounts:${namespace}`] },
      { level: "None" },
    ],
  });

/** Over plain HTTP the hub sends no token: there the secret is a part of the path. */
export function auditWebhook(url: URL, secret: Secret, ca: string | null): string {
  const server = url.origin + (url.pathname === "/" ? HUB_AUDIT_PATH : url.pathname.replace(/\/$/, ""));
  return url.protocol === "http:"
    ? kubeconfigText({ server: `${server}/${secret.reveal()}`, ca }, {})
    : kubeconfigText({ server, ca }, { token: secret.reveal() });
}

/** Its other keys stay; with the resourceVersion that was read, what somebody else changed meanwhile is not lost. */
async function putIntoKarpor(
  files: Record<string, string>,
  options: SetupOptions,
  means: CommandMeans,
): Promise<void> {
  const place = { name: KARPOR_SECRET, namespace: options.namespace };
  const found = await askCluster(KARPOR_SECRET, options, (core) => core.readNamespacedSecret(place));
  const data: Record<string, string> = {};
  for (const [name, text] of Object.entries(files)) {
    means.say(`  ${found.data?.[name] ? "replace" : "add    "}    ${name}`);
    data[name] = Buffer.from(text).toString("base64");
  }
  if (!(await mayWrite(options, means, `Change ${KARPOR_SECRET}?`))) return;
  const body = { metadata: { resourceVersion: found.metadata?.resourceVersion }, data };
  const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
  await askCluster(KARPOR_SECRET, options, (core) => core.patchNamespacedSecret({ ...place, body }, merge));
  means.say(`  updated    ${KARPOR_SECRET}`);
  means.say("\nkarpor-server reads them at its next start, with the flags of deploy/karpor-flags/README.md.");
}
