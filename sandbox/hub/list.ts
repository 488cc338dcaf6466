/** Lists: selectors, pages, and encoding that reuses the text of objects that did not change. */
import { isRecord } from "./admit.ts";
import { groupVersion, type Resource } from "./resources.ts";
import { parseSelector } from "./selector.ts";
import { badRequest, gone } from "./status.ts";
import { type ObjectStore, storeKeyOf } from "./store.ts";
import type { KubeObject } from "./types.ts";

interface Page {
  version: number;
  after: string;
}

export function listText(
  store: ObjectStore,
  resource: Resource,
  namespace: string | undefined,
  query: URLSearchParams,
) {
  const selector = parseSelector(query.get("labelSelector"), query.get("fieldSelector"));
  const page = parsePage(query.get("continue"), store.version());
  const limit = parseLimit(query.get("limit"));
  checkVersion(query.get("resourceVersion"));
  const found = store
    .list(resource, namespace, selector.label)
    .filter((object) => isAfter(object, page) && selector.matches(object));
  const items = limit > 0 ? found.slice(0, limit) : found;
  const left = found.length - items.length;
  const last = items.at(-1);
  const metadata = {
    resourceVersion: String(page?.version ?? store.version()),
    ...(left > 0 && last && { continue: pageToken(page?.version ?? store.version(), last) }),
    // As the real server: it does not count what a selector may drop.
    ...(left > 0 && !selects(query) && { remainingItemCount: left }),
  };
  const head = JSON.stringify({ kind: `${resource.kind}List`, apiVersion: groupVersion(resource), metadata });
  return `${head.slice(0, -1)},"items":[${items.map(itemText).join(",")}]}`;
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

const selects = (query: URLSearchParams) => Boolean(query.get("labelSelector") || query.get("fieldSelector"));

function isAfter({ metadata }: KubeObject, page: Page | undefined): boolean {
  return !page || storeKeyOf(metadata.namespace, metadata.name) > page.after;
}

function checkVersion(text: string | null): void {
  if (!text || /^\d+$/.test(text)) return;
  const why = `strconv.ParseUint: parsing "${text}": invalid syntax`;
  throw badRequest(`invalid resource version: resourceVersion: Invalid value: "${text}": ${why}`);
}

function parseLimit(text: string | null): number {
  if (text === null || text === "") return 0;
  if (!/^-?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  return Number(text);
}

function pageToken(version: number, { metadata }: KubeObject): string {
  const page: Page = { version, after: storeKeyOf(metadata.namespace, metadata.name) };
  return Buffer.from(JSON.stringify(page)).toString("base64url");
}

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
