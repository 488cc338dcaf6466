/** What a kubeconfig may say that the bot does not do: each refused with what to do instead. Pure. */
import type { Cluster, User } from "./shape.ts";

/** Throws one sentence that says what to do. */
export function refuse(cluster: Cluster, user: User): void {
  if (user.exec !== undefined || user["auth-provider"] !== undefined)
    throw new Error(
      "The kubeconfig's user gets its credential by a command or an auth-provider, which the bot does not run: " +
        "give it a ServiceAccount token (see deploy/hub-rbac.yaml) or a client certificate.",
    );
  if (user.username !== undefined || user.as !== undefined)
    throw new Error(
      "The kubeconfig's user has a password or impersonates another: give it a ServiceAccount token instead.",
    );
  if (cluster["proxy-url"] !== undefined)
    throw new Error(
      "The kubeconfig has a proxy-url: remove it and let hub.server name an address without one.",
    );
  const ca = cluster["certificate-authority"] ?? cluster["certificate-authority-data"];
  if (cluster["insecure-skip-tls-verify"] && ca !== undefined)
    throw new Error(
      "The kubeconfig has both a certificate authority and insecure-skip-tls-verify: remove the latter.",
    );
}
