/** When what the bot speaks by ends. */
import { X509Certificate } from "node:crypto";
import type { HubClient } from "../client/client.ts";
import { identityOf } from "./identity.ts";

/** Milliseconds since the epoch; null where it has no end, or is not known yet. */
export function credentialEndsAt(client: HubClient): number | null {
  try {
    const { credential } = client.access;
    if (credential.kind === "certificate")
      return new X509Certificate(credential.certificate).validToDate.getTime();
    const token = client.token();
    return token && (identityOf(token)?.expiresAt ?? null);
  } catch {
    return null;
  }
}
