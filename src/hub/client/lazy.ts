/** A hub whose kubeconfig cannot be read yet: each call tries to open it, until it is open. */
import type { KubeconfigSource } from "../kubeconfig/source.ts";
import type { OpenHub } from "./access.ts";
import { type ClientOptions, createHubClient, type HubClient } from "./client.ts";
import { HubError } from "./errors.ts";
import type { LaneName } from "./lanes.ts";

export interface LazyHub extends HubClient {
  /** Throws one sentence that says what to do. */
  open(): Promise<{ source: KubeconfigSource }>;
}

export type LazyOptions = Pick<ClientOptions, "clock" | "elapsed" | "timeout" | "onCall" | "nameWrite">;

type Opened = { hub: OpenHub; client: HubClient };

export function openLazily(openHub: () => Promise<OpenHub>, options: LazyOptions): LazyHub {
  let opened: Opened | undefined;
  let opening: Promise<Opened> | undefined;
  const open = async (): Promise<Opened> => {
    if (opened) return opened;
    opening ??= openHub()
      .then((hub) => ({ hub, client: createHubClient(hub.access, { reread: hub.reread, ...options }) }))
      .finally(() => {
        opening = undefined;
      });
    opened = await opening;
    return opened;
  };
  const known = (): HubClient => {
    if (!opened) throw unreadable("the hub");
    return opened.client;
  };
  const clientFor = (doing: string, lane: LaneName): Promise<HubClient> =>
    open().then(
      ({ client }) => client.lane(lane),
      () => {
        throw unreadable(doing);
      },
    );
  const on = (lane: LaneName): HubClient => ({
    get access() {
      return known().access;
    },
    token: () => known().token(),
    refresh: async () => opened?.client.refresh(),
    clockOffset: () => opened?.client.clockOffset() ?? 0,
    lane: on,
    call: async (doing, signal, run) => (await clientFor(doing, lane)).call(doing, signal, run),
    request: async (path, asked) =>
      (await clientFor(`${asked?.method ?? "GET"} ${path.split("?")[0]}`, lane)).request(path, asked),
    watch: async function* (path, signal) {
      yield* (await clientFor(`watch ${path.split("?")[0]}`, lane)).watch(path, signal);
    },
    close: async () => {
      await opened?.client.close();
      await opened?.hub.close();
    },
  });
  return Object.assign(on("urgent"), { open: async () => ({ source: (await open()).hub.source }) });
}

const unreadable = (doing: string) => new HubError(doing, null, "its kubeconfig cannot be read");
