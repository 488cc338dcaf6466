/** Our accounts, or our bindings, watched: nothing is held of what stands, for a look at everything shows what a watch missed. */
import { z } from "zod";
import type { GrantWatch, GrantWatchTold } from "../../flow/ports.ts";
import { HubError } from "../client/errors.ts";
import { type HubObject, readObject } from "../client/objects.ts";
import { versionNow } from "../client/pages.ts";
import { accountsPath, BINDINGS_PATH, type Hub } from "./find.ts";
import { grantNamed, selector } from "./names.ts";
import { isDeleting } from "./objects.ts";
import { grantOf } from "./whose.ts";

/** Short, since a connection that hangs shows nothing until then; not the same for all who watch. */
const WATCH_SECONDS = { least: 40, spread: 20 } as const;
/** After which a hub that does not end it is not heard any more. */
const OVERDUE_MS = 5_000;
const GONE = 410;

const Event = z.object({ type: z.string(), object: z.unknown() });
const Versioned = z.object({ metadata: z.object({ resourceVersion: z.string().min(1) }) });
const Status = z.object({ code: z.number(), reason: z.string().optional() });

export function createGrantWatch(hub: Hub, kind: "accounts" | "bindings"): GrantWatch {
  const path = kind === "accounts" ? accountsPath(hub) : BINDINGS_PATH;
  const isWhole = kind === "accounts" ? isAccount : (object: HubObject) => isBinding(hub, object);
  /** From where the watch goes on; null where that is not known. */
  let since: string | null = null;
  /** It was watched before, and not all the time. */
  let unseen = false;

  const follow = async (from: string, { change }: GrantWatchTold, signal: AbortSignal) => {
    const seconds = WATCH_SECONDS.least + Math.floor(Math.random() * WATCH_SECONDS.spread);
    const query = new URLSearchParams({
      ...{ watch: "true", allowWatchBookmarks: "true", labelSelector: selector(hub.instance) },
      ...{ resourceVersion: from, timeoutSeconds: String(seconds) },
    });
    const limit = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000 + OVERDUE_MS)]);
    for await (const line of hub.client.watch(`${path}?${query}`, limit)) {
      const event = Event.safeParse(line).data;
      if (event?.type === "ERROR" || !event) throw failure(event?.object, path);
      since = Versioned.safeParse(event.object).data?.metadata.resourceVersion ?? since;
      if (event.type === "BOOKMARK") continue;
      const object = readObject(event.object);
      // Its labels may have been altered.
      const grant = object && grantNamed(object.metadata.name);
      if (grant && (event.type === "DELETED" || !isWhole(object)))
        change({ ...grant, uid: object.metadata.uid });
    }
  };

  return {
    async run(told, signal) {
      try {
        since ??= await versionNow(hub.client, path, signal);
        if (unseen) told.missed();
        unseen = false;
        await follow(since, told, signal);
      } catch (error) {
        signal.throwIfAborted();
        // Whatever it was: from there it cannot go on.
        unseen ||= since !== null;
        since = null;
        if (!isGone(error)) throw error;
      }
    },
  };
}

const isAccount = ({ metadata }: HubObject): boolean => !isDeleting(metadata);

const isBinding = ({ namespace }: Hub, object: HubObject): boolean =>
  !isDeleting(object.metadata) && grantOf(object)?.namespace === namespace;

/** The hub remembers changes for some minutes only. */
const isGone = (error: unknown): boolean => error instanceof HubError && error.status === GONE;

function failure(object: unknown, path: string): HubError {
  const said = Status.safeParse(object).data;
  return new HubError(`watch ${path}`, said?.code ?? 200, said?.reason ?? "unreadable");
}
