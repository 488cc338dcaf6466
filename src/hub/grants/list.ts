/** Everything of our instance on the hub, by label, in pages, reading metadata only. */
import { z } from "zod";
import type { GrantObjects, Log } from "../../flow/ports.ts";
import { HubError } from "../client/errors.ts";
import { listPages } from "../client/pages.ts";
import { accountsPath, BINDINGS_PATH, find, type Hub, standing } from "./find.ts";
import { instanceAccount, instanceOf, keyOf, Metadata, selector } from "./names.ts";

const LOOKS = 16;
// Servers that cannot leave the rest out answer whole objects, which do as well.
const METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

export type Listing = Hub & { log?: Log | undefined };

/** Throws HubError, or the signal's reason. */
export async function list(hub: Listing, signal: AbortSignal): Promise<GrantObjects[]> {
  const { client, instance } = hub;
  const lister = createLister(hub);
  const read = async (path: string, take: (metadata: Metadata | undefined) => void) => {
    const paging = { signal, accept: METADATA, labelSelector: selector(instance) };
    for await (const item of listPages(client, path, paging)) take(readMetadata(item));
  };
  await Promise.all([read(accountsPath(hub), lister.account), read(BINDINGS_PATH, lister.binding)]);
  return lister.list(signal);
}

/** Is shown the metadata of accounts and bindings, whosever they are; undefined for what cannot be read. */
export interface Lister {
  account(metadata: Metadata | undefined): void;
  binding(metadata: Metadata | undefined, altered?: boolean): void;
  /** Throws HubError, or the signal's reason. */
  list(signal: AbortSignal): Promise<GrantObjects[]>;
}

const Item = z.object({ metadata: Metadata });

export const readMetadata = (item: unknown): Metadata | undefined => Item.safeParse(item).data?.metadata;

export function createLister(hub: Listing): Lister {
  const found = new Map<string, GrantObjects>();
  const add = (metadata: Metadata | undefined): GrantObjects | null => {
    // What cannot be read keeps nobody from the others.
    if (!metadata) hub.log?.warn({}, "An object cannot be read: left alone.");
    if (!metadata || instanceOf(metadata) !== hub.instance) return null;
    const { name } = metadata;
    const key = keyOf(hub.instance, metadata);
    if (!key && name !== instanceAccount(hub.instance))
      hub.log?.warn({ name }, "An object has our labels but not a name of ours: left alone.");
    if (!key) return null;
    const to = found.get(name) ?? { key, account: null, binding: null, foreign: false };
    found.set(name, to);
    return to;
  };
  return {
    account(metadata) {
      const to = add(metadata);
      if (to && metadata) to.account = standing(metadata);
    },
    binding(metadata, altered) {
      const to = add(metadata);
      if (to && metadata) to.binding = { uid: metadata.uid, ...(altered && { altered }) };
    },
    list: (signal) => settleHalves(hub, [...found.values()], signal),
  };
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
