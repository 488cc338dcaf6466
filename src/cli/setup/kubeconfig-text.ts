/** A kubeconfig with one cluster and one user, as YAML. */
import { stringify } from "yaml";

/** `ca`: PEM; null where the system's own authorities are trusted. */
export function kubeconfigText(
  { ca, ...cluster }: { server: string; ca: string | null; [field: string]: unknown },
  user: { token?: string },
): string {
  const authority = ca === null ? undefined : Buffer.from(ca).toString("base64");
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "hub",
    clusters: [{ name: "hub", cluster: { ...cluster, "certificate-authority-data": authority } }],
    users: [{ name: "karpor-access", user }],
    contexts: [{ name: "hub", context: { cluster: "hub", user: "karpor-access" } }],
  });
}
