/** What a kubeconfig may say that the bot does not do: each refused with what to do instead. Pure. */
import type { Cluster, User } from "./shape.ts";

const USER_PATHS = ["tokenFile", "client-certificate", "client-key"] as const;
const CLUSTER_PATHS = ["certificate-authority"] as const;

/** Throws one sentence that says what to do. `foreign`: others than whoever reads it may have written it, so it may name no file. */
export function refuse(cluster: Cluster, user: User, foreign: boolean): void {
  const command = (["exec", "auth-provider"] as const).find((field) => user[field] !== undefined);
  if (command)
    throw new Error(
      `The kubeconfig's user gets its credential by a command or an auth-provider (${command}), which the bot does not run: ` +
        "give it a ServiceAccount token (see deploy/hub-rbac.yaml) or a client certificate.",
    );
  const path =
    USER_PATHS.find((field) => user[field] !== undefined) ??
    CLUSTER_PATHS.find((field) => cluster[field] !== undefined);
  if (foreign && path)
    throw new Error(
      `This kubeconfig names a local file (${path}), which is not read, since who may write the kubeconfig could have ` +
        "any file sent elsewhere: put the content in.",
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
