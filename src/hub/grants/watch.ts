/** Our accounts, or our bindings, watched: a list says what stands, the watch what changes after it, and a list anew what it missed. */
import { z } from "zod";
import type { GrantChange, GrantWatch } from "../../flow/ports.ts";
import { HubError } from "../client/errors.ts";
import { type HubObject, readObject } from "../client/objects.ts";
import { listPages, readPage } from "../client/pages.ts";
import { accountsPath, BINDINGS_PATH, type Hub } from "./find.ts";
import { keyOf, selector } from "./names.ts";
import { isDeleting } from "./objects.ts";
import { grantOf } from "./whose.ts";

/** Short, since a connection that hangs shows nothing until then; not the same for all who watch. */
const WATCH_SECONDS = { least: 40, spread: 20 } as const;
/** After which a hub that does not end it is not heard any more. */
const OVERDUE_MS = 5_000;
const LIST_WITHIN_MS = 45_000;
const GONE = 410;

const Event = z.object({ type: z.string(), object: z.unknown() });
const Versioned = z.object({ metadata: z.object({ resourceVersion: z.string().min(1) }) });
const Status = z.object({ code: z.number(), reason: z.string().optional() });

export function createGrantWatch(hub: Hub, kind: "accounts" | "bindings"): GrantWatch {
  const path = kind === "accounts" ? accountsPath(hub) : BINDINGS_PATH;
  const isWhole = kind === "accounts" ? isAccount : (object: HubObject) => isBinding(hub, object);
  const labelSelector = selector(hub.instance);
  /** What stood when it was last seen, by name. */
  let known = new Map<string, GrantChange>();
  /** From where the watch goes on; null where only a list can tell. */
  let since: string | null = null;

  const list = async (tell: (change: GrantChange) => void, signal: AbortSignal) => {
    const before = known;
    const listed = new Map<string, GrantChange>();
    let at: string | undefined;
    const version = (one: string | undefined) => {
      at = one;
    };
    const paging = { signal: within(LIST_WITHIN_MS, signal), labelSelector, version };
    for await (const items of listPages(hub.client, path, paging, readPage))
      for (const item of items) see(item, listed, tell);
    known = listed;
    for (const [name, change] of before) if (listed.get(name)?.uid !== change.uid) tell(change);
    since = at ?? null;
  };

  /** Notes that it stands, or tells that it does not stand as it was made. */
  const see = (item: unknown, on: Map<string, GrantChange>, tell: (change: GrantChange) => void) => {
    const object = readObject(item);
    if (!object) return;
    const { name, uid } = object.metadata;
    const key = keyOf(hub.instance, object.metadata) ?? on.get(name)?.key;
    if (!key) return;
    const change = { key, uid };
    on.set(name, change);
    if (!isWhole(object)) tell(change);
  };

  const follow = async (from: string, tell: (change: GrantChange) => void, signal: AbortSignal) => {
    const seconds = WATCH_SECONDS.least + Math.floor(Math.random() * WATCH_SECONDS.spread);
    const query = new URLSearchParams({
      ...{ watch: "true", allowWatchBookmarks: "true", labelSelector },
      ...{ resourceVersion: from, timeoutSeconds: String(seconds) },
    });
    const limit = within(seconds * 1000 + OVERDUE_MS, signal);
    for await (const line of hub.client.watch(`${path}?${query}`, limit)) {
      const event = Event.safeParse(line).data;
      if (event?.type === "ERROR" || !event) throw failure(event?.object, path);
      since = Versioned.safeParse(event.object).data?.metadata.resourceVersion ?? since;
      if (event.type === "DELETED") forget(event.object, tell);
      else if (event.type !== "BOOKMARK") see(event.object, known, tell);
    }
  };

  const forget = (item: unknown, tell: (change: GrantChange) => void) => {
    const object = readObject(item);
    if (!object) return;
    const { name, uid } = object.metadata;
    const key = keyOf(hub.instance, object.metadata) ?? known.get(name)?.key;
    if (known.get(name)?.uid === uid) known.delete(name);
    if (key) tell({ key, uid });
  };

  return {
    async run(tell, signal) {
      try {
        if (since === null) await list(tell, signal);
        if (since !== null) await follow(since, tell, signal);
      } catch (error) {
        signal.throwIfAborted();
        // Whatever it was: what it missed, a list shows.
        since = null;
        if (!isGone(error)) throw error;
      }
    },
  };
}

const isAccount = ({ metadata }: HubObject): boolean => !isDeleting(metadata);

const isBinding = ({ namespace }: Hub, object: HubObject): boolean =>
  !isDeleting(object.metadata) && grantOf(object)?.namespace === namespace;

const within = (ms: number, signal: AbortSignal): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(ms)]);

/** The hub remembers changes for some minutes only. */
const isGone = (error: unknown): boolean => error instanceof HubError && error.status === GONE;

function failure(object: unknown, path: string): HubError {
  const said = Status.safeParse(object).data;
  return new HubError(`watch ${path}`, said?.code ?? 200, said?.reason ?? "unreadable");
}
