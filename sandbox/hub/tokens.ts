/** ServiceAccount tokens: issued by POST …/serviceaccounts/NAME/token, and checked against the live account each time. */
import { randomUUID, sign, verify } from "node:crypto";
import { isRecord, type Json, rfc3339 } from "./admit.ts";
import type { HubUser } from "./authorize.ts";
import type { HubState } from "./case.ts";
import type { HubKeys } from "./keys.ts";
import { serviceAccounts } from "./resources.ts";
import { badRequest, invalid } from "./status.ts";
import type { ObjectStore } from "./store.ts";
import type { KubeObject } from "./types.ts";

const ISSUER = "karpor";
const LEEWAY_S = 60;
const DEFAULT_SECONDS = 3600;
const SHORTEST_SECONDS = 600;
/** --service-account-max-token-expiration as karpor-server has it. */
const LONGEST_SECONDS = 8760 * 3600;

const TOKEN_REQUEST = { group: "authentication.k8s.io", plural: "tokenrequests" };

export function answerTokenRequest({ keys, now }: HubState, account: KubeObject, { spec }: Json): object {
  const { expirationSeconds = DEFAULT_SECONDS, audiences = [] } = isRecord(spec) ? spec : {};
  if (!Number.isInteger(expirationSeconds) || !Array.isArray(audiences))
    throw badRequest('TokenRequest in version "v1" cannot be handled as a TokenRequest');
  const asked = Number(expirationSeconds);
  if (asked < SHORTEST_SECONDS)
    throw invalid(
      TOKEN_REQUEST,
      "",
      "spec.expirationSeconds: may not specify a duration less than 10 minutes",
    );
  const granted = {
    audiences: audiences.length > 0 ? audiences : [ISSUER],
    expirationSeconds: Math.min(asked, LONGEST_SECONDS),
  };
  const { name, namespace } = account.metadata;
  return {
    ...{ kind: "TokenRequest", apiVersion: `${TOKEN_REQUEST.group}/v1` },
    metadata: { name, namespace, creationTimestamp: rfc3339(now) },
    spec: granted,
    status: {
      token: issueToken(keys, account, granted, now),
      expirationTimestamp: rfc3339(now + granted.expirationSeconds * 1000),
    },
  };
}

function issueToken(
  keys: HubKeys,
  account: KubeObject,
  { audiences, expirationSeconds }: { audiences: string[]; expirationSeconds: number },
  now: number,
): string {
  const { name, namespace = "", uid } = account.metadata;
  const iat = Math.floor(now / 1000);
  const claims = {
    ...{ aud: audiences, exp: iat + expirationSeconds, iat, nbf: iat, iss: ISSUER, jti: randomUUID() },
    "kubernetes.io": { namespace, serviceaccount: { name, uid } },
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
  const signed = `${encode({ alg: "RS256", kid: keys.signer.id })}.${encode(claims)}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), keys.signer.privateKey).toString("base64url")}`;
}

/** Who the token is, or nothing when it is no good one, or none any more. */
export function verifyToken(
  keys: HubKeys,
  store: ObjectStore,
  token: string,
  now: number,
): HubUser | undefined {
  const claims = signedClaims(keys, token);
  const at = now / 1000;
  if (!claims || claims.iss !== ISSUER || !Array.isArray(claims.aud) || !claims.aud.includes(ISSUER))
    return undefined;
  if (at > Number(claims.exp) + LEEWAY_S || at < Number(claims.nbf) - LEEWAY_S) return undefined;
  const own = claims["kubernetes.io"];
  if (!isRecord(own) || !isRecord(own.serviceaccount)) return undefined;
  const { name, uid } = own.serviceaccount;
  const account = store.get(serviceAccounts, String(own.namespace), String(name));
  if (account?.metadata.uid !== uid) return undefined;
  return {
    name: String(claims.sub),
    groups: ["system:serviceaccounts", `system:serviceaccounts:${own.namespace}`, "system:authenticated"],
  };
}

function signedClaims(keys: HubKeys, token: string): Json | undefined {
  const [header = "", payload = "", signature = "", ...rest] = token.split(".");
  const { alg, kid } = decode(header) ?? {};
  if (alg !== "RS256" || kid !== keys.signer.id || rest.length > 0) return undefined;
  const signed = Buffer.from(`${header}.${payload}`);
  const isGenuine = verify("sha256", signed, keys.signer.publicKey, Buffer.from(signature, "base64url"));
  return isGenuine ? decode(payload) : undefined;
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");

function decode(part: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
