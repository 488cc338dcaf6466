/** The patches Kubernetes clients send: merge, strategic merge (as far as these kinds need it), JSON patch, and apply. */
import { parse as parseYaml } from "yaml";
import { isRecord, type Json } from "./admit.ts";
import { badRequest, StatusError, unsupported } from "./status.ts";

export function applyPatch(type: string, target: Json, text: string): Json {
  const patch = parse(text);
  if (type === "application/json-patch+json") return jsonPatch(target, patch);
  if (!isRecord(patch)) throw badRequest("the patch must be an object");
  if (type === "application/merge-patch+json") return merge(target, patch, false);
  if (type === "application/strategic-merge-patch+json") return merge(target, patch, true);
  throw unsupported("415: Unsupported Media Type");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest("error decoding patch: it is no JSON");
  }
}

export const APPLY = "application/apply-patch+yaml";

/** As JSON. */
export function appliedText(text: string): string {
  try {
    return JSON.stringify(parseYaml(text)) ?? "";
  } catch {
    throw badRequest("error decoding YAML");
  }
}

function merge(target: Json, patch: Json, strategic: boolean): Json {
  const merged = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    const before = merged[key];
    if (value === null) delete merged[key];
    else if (isRecord(value)) merged[key] = merge(isRecord(before) ? before : {}, value, strategic);
    else if (strategic && key === "finalizers" && Array.isArray(value)) merged[key] = union(before, value);
    else merged[key] = value;
  }
  return merged;
}

const union = (before: unknown, added: unknown[]) => [
  ...new Set([...(Array.isArray(before) ? before : []), ...added]),
];

// The real server says no more than this either.
const rejected = () =>
  new StatusError(422, "Invalid", "the server rejected our request due to an error in our request", {});

function jsonPatch(target: Json, operations: unknown): Json {
  if (!Array.isArray(operations)) throw badRequest("error decoding patch: a JSON patch is a list");
  const document: unknown = structuredClone(target);
  for (const operation of operations) {
    if (!isRecord(operation)) throw rejected();
    const path = String(operation.path).split("/").slice(1).map(unescaped);
    const last = path.pop();
    const parent = path.reduce<unknown>((at, key) => (at as Json | undefined)?.[key], document);
    if (last === undefined || typeof parent !== "object" || parent === null) throw rejected();
    operate(parent as Json | unknown[], last, operation);
  }
  return document as Json;
}

const unescaped = (part: string) => part.replaceAll("~1", "/").replaceAll("~0", "~");

function operate(parent: Json | unknown[], key: string, { op, value }: Json): void {
  const holder = parent as Json;
  const there = Object.hasOwn(holder, key);
  if (op === "test" && JSON.stringify(holder[key]) === JSON.stringify(value)) return;
  if (op === "add" && Array.isArray(parent)) {
    parent.splice(key === "-" ? parent.length : Number(key), 0, value);
  } else if (op === "add" || (op === "replace" && there)) {
    holder[key] = value;
  } else if (op === "remove" && there) {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete holder[key];
  } else throw rejected();
}
