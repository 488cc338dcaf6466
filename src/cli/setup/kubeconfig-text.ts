/** A kubeconfig of one hub and whoever speaks to it, as YAML. */
import { stringify } from "yaml";

interface Named {
  name: string;
}

export function kubeconfigText(
  { name: cluster, ...where }: Named & Record<string, unknown>,
  { name: user, ...who }: Named & Record<string, unknown>,
): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: cluster, cluster: where }],
    users: [{ name: user, user: who }],
    contexts: [{ name: cluster, context: { cluster, user } }],
    "current-context": cluster,
  });
}

/** Left out where the system's own authorities are trusted. */
export const trusting = (ca: string | undefined) =>
  ca === undefined ? {} : { "certificate-authority-data": Buffer.from(ca).toString("base64") };
