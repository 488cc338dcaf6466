/** POST …/serviceaccounts/{name}/token: refused, shortened or granted as the real server does; dryRun is ignored. */
import { isRecord, type Json, rfc3339 } from "./admit.ts";
import { bad } from "./causes.ts";
import type { HubKeys } from "./keys.ts";
import { pods, secrets } from "./resources.ts";
import { badRequest, conflict, invalid, notFoundStatus } from "./status.ts";
import type { ObjectStore } from "./store.ts";
import { ISSUER, issueToken, type TokenSpec } from "./tokens.ts";
import type { KubeObject } from "./types.ts";

const KIND = { group: "authentication.k8s.io", kind: "TokenRequest" };
const DEFAULT_SECONDS = 3600;

export interface TokenDesk {
  keys: HubKeys;
  store: ObjectStore;
  maxSeconds: number;
  now: number;
}

export function answerTokenRequest(desk: TokenDesk, account: KubeObject, body: Json) {
  const { name, namespace, uid } = account.metadata;
  const spec = isRecord(body.spec) ? body.spec : {};
  const asked = seconds(spec.expirationSeconds);
  const wanted = spec.audiences ?? [];
  if (!Array.isArray(wanted)) throw mistyped("spec.audiences is no list");
  checkName(body, name);
  checkNamespace(body, namespace);
  const granted = Math.min(asked, desk.maxSeconds);
  const audiences = wanted.length > 0 ? wanted : [ISSUER];
  const bound = boundObject(desk.store, namespace, spec.boundObjectRef);
  const issued = issueToken(desk.keys, account, { audiences, seconds: granted, ...bound }, desk.now);
  const shortened = `requested expiration of ${asked} seconds shortened to ${granted} seconds`;
  return {
    body: {
      kind: KIND.kind,
      apiVersion: `${KIND.group}/v1`,
      metadata: { name, namespace, uid, creationTimestamp: rfc3339(desk.now) },
      spec: { audiences, expirationSeconds: granted, boundObjectRef: spec.boundObjectRef ?? null },
      status: { token: issued.token, expirationTimestamp: issued.expires },
    },
    warnings: granted < asked ? [shortened] : [],
  };
}

function seconds(asked: unknown): number {
  const field = "spec.expirationSeconds";
  if (asked === undefined || asked === null) return DEFAULT_SECONDS;
  if (!Number.isInteger(asked)) {
    throw mistyped(`${field} is no int64`);
  }
  const wanted = Number(asked);
  if (wanted < 600)
    throw invalid(KIND, "", [bad(field, wanted, "may not specify a duration less than 10 minutes")]);
  if (wanted <= 2 ** 32) return wanted;
  throw invalid(KIND, "", [bad(field, wanted, "may not specify a duration larger than 2^32 seconds")]);
}

const mistyped = (why: string) =>
  badRequest(`TokenRequest in version "v1" cannot be handled as a TokenRequest: ${why}`);

function checkNamespace({ metadata }: Json, namespace: string | undefined): void {
  const given = isRecord(metadata) ? metadata.namespace : undefined;
  if (given && given !== namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
}

function checkName({ metadata }: Json, name: string): void {
  const given = isRecord(metadata) ? metadata.name : undefined;
  if (!given || given === name) return;
  const why = "must match the service account name if specified";
  throw invalid(KIND, name, [bad("metadata.name", given, why)]);
}

function boundObject(
  store: ObjectStore,
  namespace: string | undefined,
  ref: unknown,
): Pick<TokenSpec, "bound"> {
  if (!isRecord(ref)) return {};
  const { kind } = ref;
  const name = String(ref.name);
  if (kind !== "Secret" && kind !== "Pod")
    throw badRequest(`cannot bind token for serviceaccount to ${kind}`);
  const resource = kind === "Secret" ? secrets : pods;
  const object = store.get(resource, namespace, name);
  if (!object) throw notFoundStatus(resource, name);
  if (ref.uid && ref.uid !== object.metadata.uid) {
    const why = `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict(kind, "", name, why);
  }
  return { bound: { kind, object } };
}
