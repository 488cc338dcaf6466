/** Watches: what stands, or what changed since a resourceVersion, and then every change as it happens. */
import type { ServerResponse } from "node:http";
import type { Resource } from "./resources.ts";
import { parseSelector } from "./selector.ts";
import { gone, statusBody } from "./status.ts";
import type { ObjectStore, StoreChange } from "./store.ts";

const REMEMBERED = 10_000;

export type HubWatch = (
  response: ServerResponse,
  resource: Resource,
  namespace: string | undefined,
  query: URLSearchParams,
) => void;

type Line = { type: string; object: unknown };

export function createWatch(store: ObjectStore): HubWatch {
  const history: StoreChange[] = [];
  let forgotten = 0;
  store.subscribe((change) => {
    history.push(change);
    if (history.length > REMEMBERED) forgotten = versionOf(history.shift());
  });
  return (response, resource, namespace, query) => {
    const selector = parseSelector(query.get("labelSelector"), query.get("fieldSelector"));
    const since = Number(query.get("resourceVersion") ?? 0);
    const send = (line: Line) => response.write(`${JSON.stringify(line)}\n`);
    const tell = (change: StoreChange) => {
      const { metadata } = change.object;
      if (change.resource !== resource || (namespace !== undefined && metadata.namespace !== namespace))
        return;
      const line = seenThrough(selector.matches, change);
      if (line) send(line);
    };
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    if (since > 0 && since < forgotten) {
      send({ type: "ERROR", object: statusBody(gone(`too old resource version: ${since} (${forgotten})`)) });
      return void response.end();
    }
    if (since > 0) for (const change of history) versionOf(change) > since && tell(change);
    else
      for (const object of store.list(resource, namespace))
        selector.matches(object) && send({ type: "ADDED", object });
    keepTelling(store, response, tell, Number(query.get("timeoutSeconds") ?? 0));
  };
}

function keepTelling(
  store: ObjectStore,
  response: ServerResponse,
  tell: (change: StoreChange) => void,
  seconds: number,
): void {
  const leave = store.subscribe(tell);
  // It is closed a moment later, and nothing may be told in between.
  const end = () => {
    leave();
    response.end();
  };
  const timer = seconds > 0 ? setTimeout(end, seconds * 1000) : undefined;
  response.once("close", () => {
    leave();
    clearTimeout(timer);
  });
}

/** An object that starts or stops matching the selector comes or goes, for who watches through it. */
function seenThrough(
  matches: (object: StoreChange["object"]) => boolean,
  { type, object, before }: StoreChange,
): Line | undefined {
  const was = before !== undefined && matches(before);
  const is = type !== "DELETED" && matches(object);
  if (was && is) return { type: "MODIFIED", object };
  if (is) return { type: "ADDED", object };
  return was ? { type: "DELETED", object } : undefined;
}

const versionOf = (change: StoreChange | undefined) => Number(change?.object.metadata.resourceVersion ?? 0);
