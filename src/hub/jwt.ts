/** Reads claims of a ServiceAccount token. It comes from the hub or is our own, so its signature isn't checked. */
import { z } from "zod";
import { SECOND } from "../request/durations.ts";
import type { Secret } from "../request/secret.ts";
import { parseJson } from "./errors.ts";

const Header = z.object({ kid: z.string().min(1) });
const TokenSubject = z.object({
  "kubernetes.io": z.object({
    namespace: z.string(),
    serviceaccount: z.object({ name: z.string(), uid: z.string().min(1) }),
  }),
});
const Life = z.object({ iat: z.number(), exp: z.number() });

const part = (token: Secret, index: number): unknown =>
  parseJson(Buffer.from(token.reveal().split(".")[index] ?? "", "base64url").toString());

export const keyId = (token: Secret): string | null => Header.safeParse(part(token, 0)).data?.kid ?? null;

export function tokenAccount(token: Secret): { namespace: string; name: string; uid: string } | null {
  const claims = TokenSubject.safeParse(part(token, 1)).data?.["kubernetes.io"];
  return claims ? { namespace: claims.namespace, ...claims.serviceaccount } : null;
}

/** Null for a token without an end. */
export function tokenLife(token: Secret): { from: number; to: number } | null {
  const claims = Life.safeParse(part(token, 1)).data;
  return claims ? { from: claims.iat * SECOND, to: claims.exp * SECOND } : null;
}
