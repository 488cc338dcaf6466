/** Which names, labels and annotations a Kubernetes API server takes, and its words for the rest. */
import { bad, required } from "./causes.ts";
import type { Resource } from "./resources.ts";
import type { Cause } from "./status.ts";
import type { KubeObject } from "./types.ts";
import { rbacCauses } from "./validate-rbac.ts";

const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const MAX_ANNOTATIONS = 262_144;

export function causes(resource: Resource, object: KubeObject): Cause[] {
  const { name, labels, annotations, finalizers } = object.metadata;
  return [
    ...nameCauses(resource, name),
    ...Object.entries(labels ?? {}).flatMap(labelCauses),
    ...annotationCauses(annotations ?? {}),
    ...(finalizers ?? []).flatMap(finalizerCauses),
    ...rbacCauses(resource, object),
  ];
}

function nameCauses({ names }: Resource, name: string): Cause[] {
  const field = "metadata.name";
  if (!name) return [required(field, "name or generateName is required")];
  if (names === "segment") return segmentCauses(field, name);
  if (names === "label" && name.includes(".")) return [bad(field, name, "must not contain dots")];
  const longest = names === "label" ? 63 : 253;
  if (name.length > longest) return [bad(field, name, `must be no more than ${longest} characters`)];
  if (SUBDOMAIN.test(name)) return [];
  const shape = names === "label" ? "label" : "subdomain";
  const dots = names === "label" ? "'-'" : "'-' or '.'";
  return [
    bad(
      field,
      name,
      `a lowercase RFC 1123 ${shape} must consist of lower case alphanumeric characters${dots === "'-'" ? " or " : ", "}${dots}, and must start and end with an alphanumeric character`,
    ),
  ];
}

function segmentCauses(field: string, name: string): Cause[] {
  if (name === "." || name === "..") return [bad(field, name, `may not be '${name}'`)];
  return ["/", "%"].filter((c) => name.includes(c)).map((c) => bad(field, name, `may not contain '${c}'`));
}

function labelCauses([key, value]: [string, string]): Cause[] {
  const field = "metadata.labels";
  const wrongKey = keyCauses(field, key);
  if (value.length > 63) return [...wrongKey, bad(field, value, "must be no more than 63 bytes")];
  if (LABEL_VALUE.test(value)) return wrongKey;
  const why =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  return [...wrongKey, bad(field, value, why)];
}

function annotationCauses(annotations: Record<string, string>): Cause[] {
  const field = "metadata.annotations";
  const entries = Object.entries(annotations);
  const size = entries.reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  const wrong = entries.flatMap(([key]) => keyCauses(field, key.toLowerCase()));
  if (size <= MAX_ANNOTATIONS) return wrong;
  const message = `Too long: may not be more than ${MAX_ANNOTATIONS} bytes`;
  return [...wrong, { reason: "FieldValueTooLong", field, message }];
}

function keyCauses(field: string, key: string): Cause[] {
  const parts = key.split("/");
  const name = parts.at(-1) ?? "";
  const prefix = parts.length > 1 ? parts[0] : undefined;
  if (parts.length > 2) return [bad(field, key, "a qualified name must have one slash at most")];
  if (prefix !== undefined && !SUBDOMAIN.test(prefix)) {
    return [
      bad(field, key, "prefix part a lowercase RFC 1123 subdomain must consist of lower case characters"),
    ];
  }
  if (name.length > 63) return [bad(field, key, "name part must be no more than 63 bytes")];
  if (QUALIFIED.test(name)) return [];
  const why =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  return [bad(field, key, why)];
}

function finalizerCauses(finalizer: string, index: number): Cause[] {
  if (finalizer.includes("/") || ["foregroundDeletion", "orphan", "kubernetes"].includes(finalizer))
    return [];
  const why = "name is neither a standard finalizer name nor is it fully qualified";
  return [bad(`metadata.finalizers[${index}]`, finalizer, why)];
}
