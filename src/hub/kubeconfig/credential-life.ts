/** From when to when what the bot speaks by is good. */
import { X509Certificate } from "node:crypto";
import type { HubClient } from "../client/client.ts";
import { identityOf } from "./identity.ts";

/** Milliseconds since the epoch; null where it has no end, or is not known yet. */
export function credentialLife(client: HubClient): { from: number; to: number } | null {
  try {
    const { credential } = client.access;
    if (credential.kind === "certificate") {
      const { validFromDate, validToDate } = new X509Certificate(credential.certificate);
      return { from: validFromDate.getTime(), to: validToDate.getTime() };
    }
    const token = client.token();
    const { issuedAt = null, expiresAt = null } = (token && identityOf(token)) ?? {};
    return issuedAt === null || expiresAt === null ? null : { from: issuedAt, to: expiresAt };
  } catch {
    return null;
  }
}
