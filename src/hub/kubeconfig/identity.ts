/** Whose a ServiceAccount token says it is. It is our own, so nothing is verified. Pure. */
import { z } from "zod";
import { parseJson } from "../../domain/json.ts";
import type { Secret } from "../../domain/secret.ts";

export interface TokenIdentity {
  namespace: string;
  name: string;
  /** Milliseconds since the epoch; null for a token that never ends. */
  expiresAt: number | null;
  /** The same; null where it does not say. */
  issuedAt: number | null;
}

const Claims = z.object({
  sub: z.string().regex(/^system:serviceaccount:[^:]+:[^:]+$/),
  exp: z.number().optional(),
  iat: z.number().optional(),
});

const Header = z.object({ kid: z.string().min(1) });

/** The name of the key that signed it; null where it says none. */
export const signerOf = (token: Secret): string | null => Header.safeParse(part(token, 0)).data?.kid ?? null;

const Bound = z.object({
  "kubernetes.io": z.object({ serviceaccount: z.object({ uid: z.string().min(1) }) }),
});

/** Of the account that it was made for; null where it does not say. */
export const accountUidOf = (token: Secret): string | null =>
  Bound.safeParse(part(token, 1)).data?.["kubernetes.io"].serviceaccount.uid ?? null;

const part = (token: Secret, index: number): unknown =>
  parseJson(Buffer.from(token.reveal().split(".")[index] ?? "", "base64url").toString());

/** Null when it is no ServiceAccount's token. */
export function identityOf(token: Secret): TokenIdentity | null {
  const claims = Claims.safeParse(part(token, 1)).data;
  if (!claims) return null;
  const [, , namespace = "", name = ""] = claims.sub.split(":");
  const ms = (seconds: number | undefined) => (seconds === undefined ? null : seconds * 1000);
  return { namespace, name, expiresAt: ms(claims.exp), issuedAt: ms(claims.iat) };
}
