/** Everything of our instance on the hub, by label, in pages, reading metadata only. */
import { z } from "zod";
import type { GrantObjects, Log } from "../../flow/ports.ts";
import { HubError } from "../client/errors.ts";
import { listPages } from "../client/pages.ts";
import { accountsPath, BINDINGS_PATH, find, type Hub, standing } from "./find.ts";
import { instanceAccount, keyOf, Metadata, selector } from "./names.ts";

const LOOKS = 16;
// Servers that cannot leave the rest out answer whole objects, which do as well.
const METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

const Item = z.object({ metadata: Metadata });

type Listing = Hub & { log?: Log | undefined };

export async function list(hub: Listing, signal: AbortSignal): Promise<GrantObjects[]> {
  const found = new Map<string, GrantObjects>();
  const collect = async (path: string, add: (to: GrantObjects, metadata: Metadata) => void) => {
    for await (const metadata of objects(hub, path, signal)) {
      const key = keyOf(hub.instance, metadata);
      if (!key) {
        if (metadata.name === instanceAccount(hub.instance)) continue;
        hub.log?.warn(
          { name: metadata.name },
          "An object has our labels but not a name of ours: left alone.",
        );
        continue;
      }
      const to = found.get(metadata.name) ?? { key, account: null, binding: null, foreign: false };
      found.set(metadata.name, to);
      add(to, metadata);
    }
  };
  await Promise.all([
    collect(accountsPath(hub), (to, metadata) => {
      to.account = standing(metadata);
    }),
    collect(BINDINGS_PATH, (to, metadata) => {
      to.binding = { uid: metadata.uid };
    }),
  ]);
  return settleHalves(hub, [...found.values()], signal);
}

/** What cannot be read keeps nobody from the others. */
async function* objects(hub: Listing, path: string, signal: AbortSignal): AsyncGenerator<Metadata> {
  const { client, instance } = hub;
  for await (const item of listPages(client, path, {
    signal,
    accept: METADATA,
    labelSelector: selector(instance),
  })) {
    const read = Item.safeParse(item);
    if (read.success) yield read.data.metadata;
    else hub.log?.warn({ path }, "An object with our labels cannot be read: left alone.");
  }
}

/** The two lists are not of one moment, so a grant made meanwhile can look like half of one: those are read again. */
async function settleHalves(hub: Listing, all: GrantObjects[], signal: AbortSignal): Promise<GrantObjects[]> {
  const halves = all.filter((one) => !one.account || !one.binding);
  const settled: GrantObjects[] = all.filter((one) => one.account && one.binding);
  for (let i = 0; i < halves.length; i += LOOKS)
    settled.push(...(await Promise.all(halves.slice(i, i + LOOKS).map((half) => again(hub, half, signal)))));
  return settled.filter((one) => one.account || one.binding);
}

async function again(hub: Listing, half: GrantObjects, signal: AbortSignal): Promise<GrantObjects> {
  const { key, account, binding } = half;
  const uids = { ...(account && { accountUid: account.uid }), ...(binding && { bindingUid: binding.uid }) };
  try {
    return await find(hub, key, uids, signal);
  } catch (error) {
    if (!(error instanceof HubError) || error.reason !== "unreadable") throw error;
    hub.log?.warn({ id: key.id }, "Half of a grant cannot be read: left alone.");
    return { key, account: null, binding: null, foreign: false };
  }
}
