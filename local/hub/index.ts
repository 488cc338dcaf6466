/** An honest stand-in for the Karpor hub: its API over HTTPS on this machine, its refusals, and its outages on demand. */
import type { Clock } from "../../src/domain/clock.ts";
import { admit } from "./admit.ts";
import { createAuthenticator, everybodyIsNobody } from "./authenticate.ts";
import { createAuthorizer } from "./authorize.ts";
import { createFaults, type Faults } from "./faults.ts";
import { createKeys } from "./keys.ts";
import { chartKubeconfig } from "./kubeconfig.ts";
import { listen } from "./listener.ts";
import { clusterRoleBindings, clusterRoles, namespaces, serviceAccounts } from "./resources.ts";
import { anonymousBinding, karporRoles } from "./roles.ts";
import { type Logged, type Service, serve } from "./serve.ts";
import { createStore, type Store } from "./store.ts";
import { verifyToken } from "./tokens.ts";
import type { Hub } from "./types.ts";
import { createWatch } from "./watch.ts";

export interface LocalHubOptions {
  clock: Clock;
  port?: number;
  /** Off as in karpor-server's default: everyone may do everything, tokens mean nothing. */
  rbac?: boolean;
  maxTokenSeconds?: number;
  /** Whether the role and binding `anonymous` are there, which open reads to everybody. */
  anonymousReads?: boolean;
  latencyMs?: number;
}

export interface LocalHub extends Hub, Faults {
  readonly port: number;
  /** The last requests, oldest first; never a token. */
  readonly requests: readonly Logged[];
  onRequest(listener: (entry: Logged) => void): () => void;
  /** Refuses connections and breaks the open ones, until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** The hub's own time, ahead of the clock by this much. */
  skew(ms: number): void;
  /** New authority and token-signing key: every token and kubeconfig of before is dead. */
  rotateKeys(): Promise<void>;
}

const REMEMBERED = 20_000;

export async function startLocalHub(options: LocalHubOptions): Promise<LocalHub> {
  const { clock, rbac = true, maxTokenSeconds = 31_536_000, latencyMs = 0 } = options;
  let keys = await createKeys();
  let ahead = 0;
  const now = () => clock.now() + ahead;
  const store = createStore();
  const authorizer = createAuthorizer(store);
  const faults = createFaults();
  const log = createLog();
  const service: Service = {
    ...{ rbac, faults, watch: createWatch(store), log: log.add },
    world: () => ({ store, authorizer, keys, maxSeconds: maxTokenSeconds, now: now() }),
    authenticate: rbac
      ? createAuthenticator((token) => verifyToken(keys, store, token, now()), now)
      : everybodyIsNobody,
    delay: () => (latencyMs > 0 ? clock.sleep(latencyMs) : Promise.resolve()),
  };
  preload(store, options.anonymousReads ?? true, now());
  const listener = await listen(keys, options.port ?? 0, (request, response) => {
    // A caller that hangs up in the middle of its request is not the hub's failure.
    serve(service, request, response).catch(() => response.destroy());
  });
  const url = `https://127.0.0.1:${listener.port}`;
  const stop = () => {
    faults.hang(false);
    return listener.down();
  };
  return {
    ...{ url, port: listener.port, supports: { clock: true, karpor: true } },
    ...{ hang: faults.hang, failNext: faults.failNext, loseNext: faults.loseNext },
    ...{ down: listener.down, up: listener.up, requests: log.entries, onRequest: log.subscribe },
    get ca() {
      return keys.ca;
    },
    get admin() {
      return keys.admin;
    },
    get adminKubeconfig() {
      return chartKubeconfig(url, keys.admin);
    },
    skew: (ms) => {
      ahead = ms;
    },
    async rotateKeys() {
      keys = await createKeys();
      listener.rekey(keys);
    },
    objects: async () => ({
      serviceAccounts: store.list(serviceAccounts),
      clusterRoleBindings: store.list(clusterRoleBindings),
    }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function preload(store: Store, anonymousReads: boolean, now: number): void {
  for (const name of ["kube-public", "kube-system"]) {
    store.put(namespaces, admit(namespaces, { metadata: { name } }, undefined, now));
  }
  for (const role of karporRoles) {
    if (role.metadata.name === "anonymous" && !anonymousReads) continue;
    store.put(clusterRoles, admit(clusterRoles, role, undefined, now));
  }
  if (anonymousReads)
    store.put(clusterRoleBindings, admit(clusterRoleBindings, anonymousBinding, undefined, now));
}

function createLog() {
  const entries: Logged[] = [];
  const listeners = new Set<(entry: Logged) => void>();
  return {
    entries,
    add(entry: Logged) {
      if (entries.push(entry) > 2 * REMEMBERED) entries.splice(0, REMEMBERED);
      for (const listener of listeners) listener(entry);
    },
    subscribe(listener: (entry: Logged) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
