/** ServiceAccount tokens: issued by TokenRequest, and checked against the live account each time. */
import { randomUUID, sign, verify } from "node:crypto";
import { isRecord, type Json, rfc3339 } from "./admit.ts";
import type { HubUser } from "./authorize.ts";
import type { HubKeys } from "./keys.ts";
import { pods, secrets, serviceAccounts } from "./resources.ts";
import type { ObjectStore } from "./store.ts";
import type { KubeObject } from "./types.ts";

export const ISSUER = "karpor";
const LEEWAY_S = 60;

export interface TokenSpec {
  audiences: string[];
  seconds: number;
  bound?: { kind: "Secret" | "Pod"; object: KubeObject };
}

export interface Issued {
  token: string;
  expires: string;
}

export function issueToken(keys: HubKeys, account: KubeObject, spec: TokenSpec, now: number): Issued {
  const { name, namespace = "", uid } = account.metadata;
  const iat = Math.floor(now / 1000);
  const bound = spec.bound && { [spec.bound.kind.toLowerCase()]: reference(spec.bound.object) };
  const claims = {
    ...{ aud: spec.audiences, exp: iat + spec.seconds, iat, iss: ISSUER, jti: randomUUID() },
    "kubernetes.io": { namespace, serviceaccount: { name, uid }, ...bound },
    ...{ nbf: iat, sub: `system:serviceaccount:${namespace}:${name}` },
  };
  const signed = `${encode({ alg: "RS256", kid: keys.signer.id })}.${encode(claims)}`;
  const signature = sign("sha256", Buffer.from(signed), keys.signer.privateKey).toString("base64url");
  return { token: `${signed}.${signature}`, expires: rfc3339(claims.exp * 1000) };
}

/** Who the token is, or nothing when it is no (longer a) good one. Without a store nobody looks whether its account lives. */
export function verifyToken(
  keys: HubKeys,
  store: ObjectStore | null,
  token: string,
  now: number,
): HubUser | undefined {
  const claims = signedClaims(keys, token);
  const at = now / 1000;
  if (!claims || claims.iss !== ISSUER || !inAudience(claims.aud)) return undefined;
  if (at > Number(claims.exp) + LEEWAY_S || at < Number(claims.nbf) - LEEWAY_S) return undefined;
  const own = claims["kubernetes.io"];
  if (!isRecord(own) || typeof own.namespace !== "string") return undefined;
  const alive = (reference: unknown, resource: typeof secrets) =>
    store === null || isAlive(store, own, reference, resource, now);
  if (!alive(own.serviceaccount, serviceAccounts)) return undefined;
  if (own.secret && !alive(own.secret, secrets)) return undefined;
  if (own.pod && !alive(own.pod, pods)) return undefined;
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
  const genuine = verify("sha256", signed, keys.signer.publicKey, Buffer.from(signature, "base64url"));
  return genuine ? decode(payload) : undefined;
}

function isAlive(
  store: ObjectStore,
  own: Json,
  reference: unknown,
  resource: typeof secrets,
  now: number,
): boolean {
  if (!isRecord(reference)) return false;
  const { metadata } = store.get(resource, String(own.namespace), String(reference.name)) ?? {};
  if (!metadata || metadata.uid !== reference.uid) return false;
  // A terminating account keeps its tokens for the leeway.
  return !metadata.deletionTimestamp || Date.parse(metadata.deletionTimestamp) >= now - LEEWAY_S * 1000;
}

const inAudience = (audiences: unknown) => Array.isArray(audiences) && audiences.includes(ISSUER);
const reference = ({ metadata: { name, uid } }: KubeObject) => ({ name, uid });
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");

function decode(part: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
