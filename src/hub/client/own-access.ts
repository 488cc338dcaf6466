/** Whether the hub takes the bot's own credential, as the kubeconfig says it now. */
import { createHash } from "node:crypto";
import type { OwnAccess } from "../../flow/watch/watch-access.ts";
import { accountsPath } from "../grants/find.ts";
import type { HubClient } from "./client.ts";
import { answered, HubError, isHubs } from "./errors.ts";

/** Refused, the kubeconfig is read again, and it is asked once more. Throws HubError, or the signal's reason. */
export async function lookAtOwnAccess(
  client: HubClient,
  namespace: string,
  signal?: AbortSignal,
): Promise<OwnAccess> {
  const path = `${accountsPath({ namespace })}?limit=1`;
  if (await isTaken(client, path, signal)) return { taken: true, credential: fingerprint(client) };
  await client.request(path, { signal }).catch(unlessHub);
  return { taken: await isTaken(client, path, signal), credential: fingerprint(client) };
}

/** It was made to read the kubeconfig again, whatever comes of it. */
function unlessHub(error: unknown): void {
  if (!(error instanceof HubError)) throw error;
}

/** Asked on a connection of its own: the hub closes those on which it refuses somebody, and with them what others ask there. */
async function isTaken(client: HubClient, path: string, signal: AbortSignal | undefined): Promise<boolean> {
  const answer = await client.request(path, { signal, as: client.token() ?? undefined });
  const { status } = answer;
  // A proxy's word is not the hub's; and what is forbidden was recognized.
  if (!isHubs(answer) || ![200, 401, 403].includes(status))
    throw answered("look at the bot's own access", answer);
  return status !== 401;
}

function fingerprint({ access: { credential } }: HubClient): string {
  const shown = credential.kind === "token" ? credential.token().reveal() : credential.certificate;
  return createHash("sha256").update(shown).digest("hex").slice(0, 16);
}
