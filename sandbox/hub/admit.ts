/** From the JSON a caller sent to an object the hub may keep: types, defaults, unknown fields dropped, names checked. */
import { randomUUID } from "node:crypto";
import { groupVersion, RBAC_GROUP, type Resource } from "./resources.ts";
import { badRequest, invalid } from "./status.ts";
import type { KubeObject, ObjectMetadata, PolicyRule, RoleBinding } from "./types.ts";

export type Json = Record<string, unknown>;

export const isRecord = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function parseBody(text: string, kind: string): Json {
  try {
    const body: unknown = JSON.parse(text);
    if (isRecord(body)) return body;
  } catch {
    // Said below, for text that is no JSON and for JSON that is no object.
  }
  throw badRequest(`the object provided is unrecognized (must be of type ${kind}); json parse error`);
}

/** A new object. */
export function admit(
  resource: Resource,
  body: Json,
  namespace: string | undefined,
  now: number,
): KubeObject {
  const object = shape(resource, body);
  const { metadata } = object;
  if (namespace !== undefined && (metadata.namespace ?? namespace) !== namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  const identity = {
    ...(namespace !== undefined && { namespace }),
    ...{ uid: randomUUID(), creationTimestamp: rfc3339(now) },
  };
  const admitted = withDefaults(resource, { ...object, metadata: { ...metadata, ...identity } });
  validate(resource, admitted);
  return admitted;
}

/** Kubernetes times have whole seconds. */
export const rfc3339 = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** What the kind has of what was sent. */
export function shape(resource: Resource, body: Json): KubeObject {
  const { kind, fields } = resource;
  if ((body.kind ?? kind) !== kind || (body.apiVersion ?? groupVersion(resource)) !== groupVersion(resource))
    throw badRequest(`${body.kind} in version "${body.apiVersion}" cannot be handled as a ${kind}`);
  const kept = fields.filter((field) => body[field] !== undefined && body[field] !== null);
  return {
    ...{ kind, apiVersion: groupVersion(resource), metadata: shapeMetadata(kind, body.metadata) },
    ...Object.fromEntries(kept.map((field) => [field, body[field]])),
  };
}

const TEXTS = ["name", "namespace", "uid", "resourceVersion"] as const;
const MAPS = ["labels", "annotations"] as const;

function shapeMetadata(kind: string, sent: unknown): ObjectMetadata {
  if (!isRecord(sent ?? {})) throw mistyped(kind, "metadata");
  const given = (sent ?? {}) as Json;
  const metadata: Json = {};
  for (const field of TEXTS) {
    const value = given[field] ?? undefined;
    if (value !== undefined && typeof value !== "string") throw mistyped(kind, `metadata.${field}`);
    if (value !== undefined) metadata[field] = value;
  }
  for (const field of MAPS) {
    const value = given[field] ?? {};
    if (!isRecord(value) || Object.values(value).some((one) => typeof one !== "string"))
      throw mistyped(kind, `metadata.${field}`);
    if (Object.keys(value).length > 0) metadata[field] = value;
  }
  return { name: "", ...metadata } as unknown as ObjectMetadata;
}

const mistyped = (kind: string, field: string) =>
  badRequest(`${kind} in version "v1" cannot be handled as a ${kind}: json: cannot unmarshal ${field}`);

function withDefaults({ kind }: Resource, object: KubeObject): KubeObject {
  if (kind === "Secret") return { ...object, type: object.type ?? "Opaque" };
  return kind.endsWith("Binding") ? fullBinding(object as RoleBinding) : object;
}

function fullBinding(binding: RoleBinding): RoleBinding {
  const roleRef = { ...binding.roleRef, apiGroup: binding.roleRef?.apiGroup || RBAC_GROUP };
  const subjects = binding.subjects?.map((subject) =>
    subject.kind === "ServiceAccount" ? subject : { ...subject, apiGroup: subject.apiGroup || RBAC_GROUP },
  );
  return { ...binding, roleRef, ...(subjects && { subjects }) };
}

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?$/;

/** The rules that a mistake of ours could break. */
export function validate(resource: Resource, object: KubeObject): void {
  const { name, labels = {} } = object.metadata;
  const refuse = (why: string) => invalid(resource, name, why);
  if (!name) throw refuse("metadata.name: Required value: name or generateName is required");
  if (resource.group === "" && (!SUBDOMAIN.test(name) || name.length > 253))
    throw refuse(`metadata.name: Invalid value: "${name}": must be a lowercase RFC 1123 subdomain`);
  for (const value of Object.values(labels))
    if (!LABEL_VALUE.test(value)) throw refuse(`metadata.labels: Invalid value: "${value}"`);
  for (const { verbs } of (object.rules ?? []) as PolicyRule[])
    if (!verbs?.length) throw refuse("rules[0].verbs: Required value");
  if (!resource.kind.endsWith("Binding")) return;
  const { roleRef, subjects = [] } = object as RoleBinding;
  if (!roleRef.name) throw refuse("roleRef.name: Required value");
  if (resource.kind === "ClusterRoleBinding" && roleRef.kind !== "ClusterRole")
    throw refuse(`roleRef.kind: Unsupported value: "${roleRef.kind}"`);
  if (subjects.some((subject) => !subject.name)) throw refuse("subjects[0].name: Required value");
}
