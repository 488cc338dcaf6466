/** An honest stand-in for the Karpor hub: its API over HTTPS on this machine, its refusals, and its outages on demand. */
import { install } from "./installation.ts";
import { chartKubeconfig } from "./kubeconfig.ts";
import { listen } from "./listener.ts";
import type { LocalHub, LocalHubOptions } from "./options.ts";
import { clusterRoleBindings, serviceAccounts } from "./resources.ts";
import { serve, serveLogin } from "./serve.ts";
import type { ObjectStore } from "./store.ts";

export type { Logged } from "./journal.ts";
export type { LocalHub, LocalHubOptions } from "./options.ts";

export async function startLocalHub(options: LocalHubOptions): Promise<LocalHub> {
  const installed = await install(options);
  const { service, store, faults, journal, audit, keys, renewKeys, startsAgain, skew } = installed;
  const listener = await listen(keys(), options.port ?? 0, (request, response) => {
    // A caller that hangs up in the middle of its request is not the hub's failure.
    serve(service, request, response).catch(() => response.destroy());
  });
  const url = `https://127.0.0.1:${listener.port}`;
  const leap = async (times: readonly number[]) => {
    if (listener.isUp()) await audit.leap(times);
  };
  const stop = () => {
    faults.hang(false);
    audit.stop();
    return listener.down();
  };
  return {
    ...{ url, port: listener.port, supports: { clock: true, karpor: true }, skew },
    ...{
      setRbac: installed.setRbac,
      setAccountLookup: installed.setAccountLookup,
      meddle: installed.meddle,
      audit: { ...audit, leap },
      door: listener.door,
      login: (token: string) => serveLogin(service, token),
    },
    ...{ hang: faults.hang, failNext: faults.failNext, loseNext: faults.loseNext },
    ...{ down: listener.down, requests: journal.entries, onRequest: journal.subscribe },
    async up() {
      if (listener.isUp()) return;
      const reading = startsAgain();
      await listener.up();
      await reading;
    },
    get ca() {
      return keys().ca;
    },
    get admin() {
      return keys().admin;
    },
    get adminKubeconfig() {
      return chartKubeconfig(url, keys().admin);
    },
    backup: () => backUp(store),
    async rotateKeys() {
      const fresh = await renewKeys();
      const reading = startsAgain();
      listener.rekey(fresh);
      await reading;
    },
    objects: async () => ({
      serviceAccounts: store.list(serviceAccounts),
      clusterRoleBindings: store.list(clusterRoleBindings),
    }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

const KEPT = [serviceAccounts, clusterRoleBindings];

/** What is called brings back what stood: the same objects, by their uids. */
function backUp(store: ObjectStore): () => void {
  const kept = KEPT.map((resource) => [resource, store.list(resource)] as const);
  return () => {
    for (const [resource, objects] of kept) {
      for (const object of store.list(resource)) store.remove(resource, object);
      for (const object of objects) store.put(resource, object);
    }
  };
}
