/** Lists: label selectors, pages, and text that is reused for objects that did not change. */
import { isRecord } from "./admit.ts";
import { groupVersion, type Resource } from "./resources.ts";
import { badRequest, gone } from "./status.ts";
import { keyOfObject, type ObjectStore } from "./store.ts";
import type { KubeObject } from "./types.ts";

interface Page {
  version: number;
  after: string;
}

interface Listing {
  resource: Resource;
  namespace: string | undefined;
  query: URLSearchParams;
  endless: boolean;
}

export function listText(store: ObjectStore, { resource, namespace, query, endless }: Listing): string {
  const matches = parseSelector(query.get("labelSelector"));
  const page = parsePage(query.get("continue"), store.version());
  const limit = Number(query.get("limit") ?? 0);
  const found = store
    .list(resource, namespace)
    .filter((object) => (!page || keyOfObject(object) > page.after) && matches(object));
  const items = limit > 0 ? found.slice(0, limit) : found;
  const last = items.at(-1);
  const version = page?.version ?? store.version();
  const metadata = {
    resourceVersion: String(version),
    ...(found.length > items.length && last && { continue: pageToken(version, last) }),
    ...(endless && { continue: query.get("continue") ?? pageToken(version, last ?? NOTHING) }),
  };
  const head = JSON.stringify({ kind: `${resource.kind}List`, apiVersion: groupVersion(resource), metadata });
  return `${head.slice(0, -1)},"items":[${items.map(itemText).join(",")}]}`;
}

/** `key=value` alone, with commas between; another one is refused rather than misread. */
function parseSelector(text: string | null): (object: KubeObject) => boolean {
  const wanted = (text ?? "").split(",").filter(Boolean);
  if (wanted.some((part) => !/^[^=!<>\s]+=[^=]*$/.test(part)))
    throw badRequest(`unable to parse requirement: ${text}`);
  const pairs = wanted.map((part) => part.split("=") as [string, string]);
  return ({ metadata }) => pairs.every(([key, value]) => metadata.labels?.[key] === value);
}

const texts = new WeakMap<KubeObject, string>();

function itemText(object: KubeObject): string {
  const known = texts.get(object);
  if (known !== undefined) return known;
  const { kind: _kind, apiVersion: _version, ...item } = object;
  const text = JSON.stringify(item);
  texts.set(object, text);
  return text;
}

const NOTHING = { metadata: { name: "" } } as KubeObject;

const pageToken = (version: number, last: KubeObject): string =>
  Buffer.from(JSON.stringify({ version, after: keyOfObject(last) } satisfies Page)).toString("base64url");

function parsePage(text: string | null, version: number): Page | undefined {
  if (!text) return undefined;
  const page = decode(text);
  if (page === undefined) throw badRequest("invalid continue token: continue key is not valid");
  if (page.version > version) throw gone("The provided continue parameter is too old");
  return page;
}

function decode(text: string): Page | undefined {
  try {
    const page: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    if (!isRecord(page) || typeof page.version !== "number" || typeof page.after !== "string")
      return undefined;
    return { version: page.version, after: page.after };
  } catch {
    return undefined;
  }
}
