/** What a request asks for, read off its method and path the way Kubernetes does (RequestInfo). */

export interface Ask {
  verb: string;
  path: string;
  query: URLSearchParams;
  /** Absent for paths that are no resources. */
  target?: RequestTarget;
}

export interface RequestTarget {
  group: string;
  version: string;
  plural: string;
  namespace?: string;
  name?: string;
  subresource?: string;
}

const VERBS: Record<string, string> = { POST: "create", PUT: "update", PATCH: "patch", DELETE: "delete" };

export function parseAsk(method: string, url: string): Ask {
  const { pathname: path, searchParams: query } = new URL(url, "https://hub");
  const target = parseTarget(path.split("/").filter(Boolean).map(decodeURIComponent));
  if (!target) return { verb: method.toLowerCase(), path, query };
  return { verb: verbOf(method, target, query), path, query, target };
}

function verbOf(method: string, target: RequestTarget, query: URLSearchParams): string {
  const read = method === "GET" || method === "HEAD";
  if (read && target.name !== undefined) return "get";
  if (read) return isTrue(query.get("watch")) ? "watch" : "list";
  if (method === "DELETE" && target.name === undefined) return "deletecollection";
  return VERBS[method] ?? method.toLowerCase();
}

function parseTarget(parts: string[]): RequestTarget | undefined {
  const [root, ...rest] = parts;
  if (root === "api") return locate("", rest);
  if (root === "apis") return locate(rest[0] ?? "", rest.slice(1));
  return undefined;
}

function locate(group: string, [version, ...rest]: string[]): RequestTarget | undefined {
  const [first, namespace, ...inside] = rest;
  if (version === undefined || first === undefined) return undefined;
  const base = { group, version };
  if (first !== "namespaces" || namespace === undefined) return { ...base, ...item(first, rest.slice(1)) };
  const [plural, ...named] = inside;
  // A namespace itself: Kubernetes asks for the right to it inside that namespace.
  if (plural === undefined) return { ...base, plural: "namespaces", namespace, name: namespace };
  return { ...base, namespace, ...item(plural, named) };
}

function item(plural: string, [name, ...subresource]: string[]) {
  if (name === undefined) return { plural };
  return subresource.length > 0 ? { plural, name, subresource: subresource.join("/") } : { plural, name };
}

const isTrue = (value: string | null): boolean => value === "1" || value === "true" || value === "True";
