/** The kubeconfig in a Secret of the cluster that the bot runs in: replaced only as it was last read. */
import { z } from "zod";
import { HubError, isStatus } from "../client/errors.ts";
import type { InCluster } from "../client/in-cluster.ts";
import type { KubeconfigSecret } from "../settings.ts";
import type { KubeconfigSource } from "./source.ts";

const Found = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  data: z.record(z.string(), z.string()).default({}),
});

export function secretSource(
  { client }: InCluster,
  { namespace, name, key }: KubeconfigSecret,
): KubeconfigSource {
  const of = { name, namespace };
  const said = `the Secret ${namespace}/${name}`;
  let resourceVersion: string | undefined;
  return {
    name: said,
    foreign: true,
    async read() {
      const secret = await client
        .call("read the kubeconfig's Secret", undefined, (api) => api.readSecret(of))
        .catch((error) => {
          throw new Error(`Cannot read ${said}: ${mend(error, key)}`);
        });
      const { data, metadata } = Found.parse(secret);
      const text = data[key];
      if (text === undefined) throw new Error(`${said} has no key ${key}: put the bot's kubeconfig there.`);
      resourceVersion = metadata.resourceVersion;
      return Buffer.from(text, "base64").toString();
    },
    async save(text) {
      const data = { [key]: Buffer.from(text).toString("base64") };
      const body = { metadata: { resourceVersion }, data };
      const saved = await client
        .call("replace the kubeconfig's Secret", undefined, (api) => api.patchSecret({ ...of, body }))
        .catch((error) => {
          throw new Error(`Cannot replace ${said}: ${mend(error, key)}`);
        });
      resourceVersion = Found.parse(saved).metadata.resourceVersion;
    },
    close: () => client.close(),
  };
}

function mend(error: unknown, key: string): string {
  if (isStatus(error, 404)) return `it does not exist. Make it from the bot's kubeconfig, as key ${key}.`;
  if (isStatus(error, 403))
    return "the pod's ServiceAccount may not. Apply deploy/kubernetes/rbac.yaml, or with Helm upgrade the bot's release.";
  if (isStatus(error, 409)) return "it was changed meanwhile. It is read again.";
  return `${error instanceof HubError ? error.message : "no usable answer"}.`;
}
