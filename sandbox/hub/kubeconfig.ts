/** The administrator's kubeconfig as Karpor's chart leaves it in the ConfigMap karpor-kubeconfig. */
import { stringify } from "yaml";
import type { Credentials } from "./types.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

export function chartKubeconfig(server: string, admin: Credentials): string {
  const user = {
    "client-certificate-data": base64(admin.certificate),
    "client-key-data": base64(admin.key),
  };
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "karpor", cluster: { "insecure-skip-tls-verify": true, server } }],
    users: [{ name: "karpor-admin", user }],
    contexts: [{ name: "default", context: { cluster: "karpor", user: "karpor-admin" } }],
    "current-context": "default",
  });
}
