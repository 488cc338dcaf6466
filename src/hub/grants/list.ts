/** Everything of our instance on the hub, or of one request, by label, in pages, reading metadata only. */
import type { RequestId } from "../../domain/ids.ts";
import type { GrantObjects, Log } from "../../flow/ports.ts";
import { HubError } from "../client/errors.ts";
import { readMetadata } from "../client/objects.ts";
import { listPages, readPage } from "../client/pages.ts";
import { accountsPath, BINDINGS_PATH, find, type Hub, standing } from "./find.ts";
import { instanceAccount, type Mark, type Metadata, markOf, selector } from "./names.ts";

const LOOKS = 16;
// Servers that cannot leave the rest out answer whole objects, which do as well.
const METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

export type Listing = Hub & { log?: Log | undefined };

/** Throws HubError, or the signal's reason. */
export async function list(hub: Listing, signal: AbortSignal, id?: RequestId): Promise<GrantObjects[]> {
  const { client, instance } = hub;
  const lister = createLister(hub);
  const read = async (path: string, take: Lister["account"]) => {
    const paging = { signal, accept: METADATA, labelSelector: selector(instance, id) };
    for await (const { items } of listPages(client, path, paging, readPage))
      for (const item of items()) {
        const metadata = readMetadata(item);
        take(metadata, metadata ? markOf(metadata) : null);
      }
  };
  await Promise.all([read(accountsPath(hub), lister.account), read(BINDINGS_PATH, lister.binding)]);
  return [...lister.whole(), ...(await lister.halves(signal))];
}

/** Is shown the metadata of accounts and bindings, whosever they are, in any order, each with what it says of itself; undefined for what cannot be read. */
export interface Lister {
  account(metadata: Metadata | undefined, mark: Mark | null): void;
  binding(metadata: Metadata | undefined, mark: Mark | null, altered?: boolean): void;
  /** Those that became whole since it was asked last. */
  whole(): GrantObjects[];
  /** What is left when all was shown. Throws HubError, or the signal's reason. */
  halves(signal: AbortSignal): Promise<GrantObjects[]>;
}

export function createLister(hub: Listing): Lister {
  const halves = new Map<string, GrantObjects>();
  const whole: GrantObjects[] = [];
  const add = (metadata: Metadata | undefined, mark: Mark | null, part: Partial<GrantObjects>): void => {
    // What cannot be read keeps nobody from the others.
    if (!metadata) hub.log?.warn({}, "An object cannot be read: left alone.");
    if (!metadata || mark?.instance !== hub.instance) return;
    const { name } = metadata;
    const { key } = mark;
    if (!key && name !== instanceAccount(hub.instance))
      hub.log?.warn({ name }, "An object has our labels but not a name of ours: left alone.");
    if (!key) return;
    const half = halves.get(name) ?? { key, account: null, binding: null, foreign: false };
    const one = Object.assign(half, part);
    if (!one.account || !one.binding) halves.set(name, one);
    else if (halves.delete(name)) whole.push(one);
  };
  return {
    account: (metadata, mark) => add(metadata, mark, { account: metadata ? standing(metadata) : null }),
    binding: (metadata, mark, altered) =>
      add(metadata, mark, { binding: metadata ? { uid: metadata.uid, ...(altered && { altered }) } : null }),
    whole: () => whole.splice(0),
    halves: (signal) => settleHalves(hub, [...halves.values()], signal),
  };
}

/** The two lists are not of one moment, so a grant made meanwhile can look like half of one: those are read again. */
async function settleHalves(
  hub: Listing,
  halves: GrantObjects[],
  signal: AbortSignal,
): Promise<GrantObjects[]> {
  const settled: GrantObjects[] = [];
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
