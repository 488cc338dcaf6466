/** Everything of our instance on the hub, by label, in pages, reading metadata only. */
import { z } from "zod";
import type { GrantObjects, Log } from "../../flow/ports.ts";
import { answered, HubError } from "../client/errors.ts";
import { find, type Hub, standing } from "./find.ts";
import { keyOf, Metadata, selector } from "./names.ts";

const PAGE = 500;
const LOOKS = 16;
// Servers that cannot leave the rest out answer whole objects, which do as well.
const METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

const Page = z.object({
  metadata: z.object({ continue: z.string().optional() }).default({}),
  items: z.array(z.object({ metadata: Metadata })).nullish(),
});

export async function list(
  hub: Hub & { log?: Log | undefined },
  signal: AbortSignal,
): Promise<GrantObjects[]> {
  const found = new Map<string, GrantObjects>();
  const collect = async (path: string, add: (to: GrantObjects, metadata: Metadata) => void) => {
    for await (const metadata of pages(hub, path, signal)) {
      const key = keyOf(hub.instance, metadata);
      if (!key) {
        hub.log?.warn(
          { name: metadata.name },
          "An object has our labels but not a name of ours: left alone.",
        );
        continue;
      }
      const to = found.get(metadata.name) ?? { key, account: null, binding: null };
      found.set(metadata.name, to);
      add(to, metadata);
    }
  };
  await Promise.all([
    collect(`/api/v1/namespaces/${hub.namespace}/serviceaccounts`, (to, metadata) => {
      to.account = standing(metadata);
    }),
    collect("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", (to, metadata) => {
      to.binding = { uid: metadata.uid };
    }),
  ]);
  return settleHalves(hub, [...found.values()], signal);
}

async function* pages(
  { client, instance }: Hub,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<Metadata> {
  let next: string | undefined;
  do {
    const query = new URLSearchParams({ labelSelector: selector(instance), limit: String(PAGE) });
    if (next) query.set("continue", next);
    const answer = await client.request(`${path}?${query}`, { signal, accept: METADATA });
    if (answer.status !== 200)
      throw answered(`list ${path}`, answer.status, answer.body, answer.headers["audit-id"]);
    const page = Page.safeParse(answer.body).data;
    if (!page) throw new HubError(`list ${path}`, 200, "unreadable");
    for (const { metadata } of page.items ?? []) yield metadata;
    next = page.metadata.continue;
  } while (next);
}

/** The two lists are not of one moment, so a grant made meanwhile can look like half of one: those are read again. */
async function settleHalves(hub: Hub, all: GrantObjects[], signal: AbortSignal): Promise<GrantObjects[]> {
  const halves = all.filter((one) => !one.account || !one.binding);
  const settled: GrantObjects[] = all.filter((one) => one.account && one.binding);
  for (let i = 0; i < halves.length; i += LOOKS)
    settled.push(...(await Promise.all(halves.slice(i, i + LOOKS).map(({ key }) => find(hub, key, signal)))));
  return settled.filter((one) => one.account || one.binding);
}
