/** When each binding of ours went, as the API server's own watch tells an administrator. */
import { createInterface } from "node:readline";
import { Agent, request } from "undici";
import type { RequestId } from "../src/domain/ids.ts";
import { BINDINGS_AT } from "./bare.ts";
import type { BenchContext } from "./context.ts";

export async function watchBindings({ hub }: BenchContext) {
  const { certificate: cert, key } = hub.admin;
  const dispatcher = new Agent({ connect: { ca: hub.ca, cert, key }, bodyTimeout: 0 });
  const query = new URLSearchParams({ watch: "true", resourceVersion: await newest(hub.url, dispatcher) });
  const { body } = await request(`${hub.url}${BINDINGS_AT}?${query}`, { dispatcher });
  const gone = new Map<string, PromiseWithResolvers<number>>();
  const of = (id: string) => {
    const known = gone.get(id) ?? Promise.withResolvers<number>();
    gone.set(id, known);
    return known;
  };
  const lines = createInterface(body.on("error", () => {})).on("error", () => {});
  lines.on("line", (line) => {
    const at = performance.now();
    const { type, object } = JSON.parse(line) as WatchEvent;
    if (type === "DELETED") of(object.metadata.labels?.["karpor-access.io/request"] ?? "").resolve(at);
  });
  return {
    /** On performance.now()'s scale. */
    gone: (id: RequestId) => of(id).promise,
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}

interface WatchEvent {
  type: string;
  object: { metadata: { labels?: Record<string, string> } };
}

async function newest(url: string, dispatcher: Agent): Promise<string> {
  const { body } = await request(`${url}${BINDINGS_AT}?limit=1`, { dispatcher });
  return ((await body.json()) as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
}
