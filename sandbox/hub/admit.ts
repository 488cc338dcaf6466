/** From the JSON a caller sent to an object the hub may keep: types, defaults, fields dropped, all validated. */
import { randomBytes, randomUUID } from "node:crypto";
import { groupVersion, RBAC_GROUP, type Resource } from "./resources.ts";
import { badRequest, invalid } from "./status.ts";
import type { KubeObject, ObjectMetadata, RoleBinding } from "./types.ts";
import { causes } from "./validate.ts";

export type Json = Record<string, unknown>;

export const isRecord = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function parseBody(text: string, kind: string): Json {
  const complaint = `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind`;
  try {
    const body: unknown = JSON.parse(text);
    if (isRecord(body)) return body;
  } catch {
    // Said below, for text that is no JSON and for JSON that is no object.
  }
  throw badRequest(`${complaint}; json parse error`);
}

export function admit(
  resource: Resource,
  body: Json,
  namespace: string | undefined,
  now: number,
): KubeObject {
  const object = shape(resource, body);
  const { metadata } = object;
  if (namespace !== undefined && (metadata.namespace ?? namespace) !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  const name = metadata.name || (metadata.generateName ? `${metadata.generateName}${suffix()}` : "");
  const admitted = withDefaults(resource, {
    ...object,
    metadata: {
      ...metadata,
      name,
      ...(namespace !== undefined && { namespace }),
      uid: randomUUID(),
      creationTimestamp: rfc3339(now),
    },
  });
  validate(resource, admitted);
  return admitted;
}

export function validate(resource: Resource, object: KubeObject): void {
  const found = causes(resource, object);
  if (found.length > 0) throw invalid(resource, object.metadata.name, found);
}

/** Kubernetes times have whole seconds. */
export const rfc3339 = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

export function droppedFields({ fields }: Resource, body: Json): string[] {
  const known = new Set([...fields, "apiVersion", "kind", "metadata"]);
  return Object.keys(body).filter((field) => !known.has(field));
}

export function shape(resource: Resource, body: Json): KubeObject {
  const { kind } = resource;
  const [wantedVersion, wantedKind] = [body.apiVersion ?? groupVersion(resource), body.kind ?? kind];
  if (wantedKind !== kind || wantedVersion !== groupVersion(resource)) {
    throw badRequest(`${wantedKind} in version "${wantedVersion}" cannot be handled as a ${kind}`);
  }
  const kept = resource.fields.filter((field) => body[field] !== undefined && body[field] !== null);
  const object = { kind, apiVersion: groupVersion(resource), metadata: shapeMetadata(kind, body.metadata) };
  return Object.assign(object, Object.fromEntries(kept.map((field) => [field, body[field]])));
}

const TEXTS = ["name", "namespace", "generateName", "uid", "resourceVersion"] as const;

function shapeMetadata(kind: string, raw: unknown): ObjectMetadata {
  if (raw !== undefined && !isRecord(raw)) throw mistyped(kind, "metadata");
  const metadata: Json = {};
  for (const field of TEXTS) {
    const value = raw?.[field];
    if (value === undefined || value === null) continue;
    if (typeof value !== "string") throw mistyped(kind, `metadata.${field}`);
    metadata[field] = value;
  }
  for (const field of ["labels", "annotations", "finalizers"] as const) {
    const value = raw?.[field];
    if (value === undefined || value === null) continue;
    const wanted = field === "finalizers" ? Array.isArray(value) : isRecord(value);
    if (!wanted || Object.values(value).some((v) => typeof v !== "string")) {
      throw mistyped(kind, `metadata.${field}`);
    }
    if (Object.keys(value).length > 0) metadata[field] = value;
  }
  return metadata as unknown as ObjectMetadata;
}

function mistyped(kind: string, field: string) {
  return badRequest(
    `${kind} in version "v1" cannot be handled as a ${kind}: json: cannot unmarshal ${field}`,
  );
}

function withDefaults({ kind }: Resource, object: KubeObject): KubeObject {
  if (kind === "Namespace") return activeNamespace(object);
  if (kind === "Secret") return { ...object, type: object.type ?? "Opaque" };
  if (kind === "RoleBinding" || kind === "ClusterRoleBinding") return fullBinding(object as RoleBinding);
  return object;
}

function activeNamespace(object: KubeObject): KubeObject {
  const { metadata } = object;
  const labels = { ...metadata.labels, "kubernetes.io/metadata.name": metadata.name };
  const life = { spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } };
  return { ...object, metadata: { ...metadata, labels }, ...life };
}

function fullBinding(binding: RoleBinding): RoleBinding {
  const roleRef = { ...binding.roleRef, apiGroup: binding.roleRef?.apiGroup || RBAC_GROUP };
  const subjects = binding.subjects?.map((subject) =>
    subject.kind === "ServiceAccount" ? subject : { ...subject, apiGroup: subject.apiGroup || RBAC_GROUP },
  );
  return { ...binding, roleRef, ...(subjects && { subjects }) };
}

function suffix(): string {
  const letters = "bcdfghjklmnpqrstvwxz2456789";
  return [...randomBytes(5)].map((byte) => letters[byte % letters.length]).join("");
}
