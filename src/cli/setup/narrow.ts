/** The bot's own kubeconfig: where the hub is, and a token of its narrow account; nothing of the administrator's. */
import { z } from "zod";
import { HOUR } from "../../domain/duration.ts";
import { type Secret, secret } from "../../domain/secret.ts";
import type { HubClient } from "../../hub/client/client.ts";
import type { HubAccess } from "../../hub/kubeconfig/kubeconfig.ts";
import { read } from "./answer.ts";
import { kubeconfigText, trusting } from "./kubeconfig-text.ts";

/** As long as karpor-server gives one by default; it shortens what is over its own limit. */
const YEAR_SECONDS = (8760 * HOUR) / 1000;

const Minted = z.object({
  status: z.object({ token: z.string().min(1), expirationTimestamp: z.iso.datetime() }),
});

export async function mintOwn(
  client: HubClient,
  { namespace, name }: { namespace: string; name: string },
): Promise<{ token: Secret; expiresAt: number }> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const answer = await client.request(path, {
    method: "POST",
    body: { spec: { expirationSeconds: YEAR_SECONDS } },
  });
  const { token, expirationTimestamp } = read("mint the bot's token", answer, 201, Minted).status;
  return { token: secret(token), expiresAt: Date.parse(expirationTimestamp) };
}

export function narrowKubeconfig(access: Omit<HubAccess, "credential" | "warnings">, token: Secret): string {
  const { server, ca, serverName, insecure } = access;
  const cluster = {
    ...{ name: "hub", server, ...trusting(ca) },
    ...(serverName === undefined ? {} : { "tls-server-name": serverName }),
    ...(insecure ? { "insecure-skip-tls-verify": true } : {}),
  };
  return kubeconfigText(cluster, { name: "karpor-access", token: token.reveal() });
}
