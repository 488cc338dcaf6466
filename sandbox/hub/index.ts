/** An honest stand-in for the Karpor hub: its API over HTTPS on this machine, its refusals, and its outages on demand. */
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../src/request/clock.ts";
import { admit } from "./admit.ts";
import { createAudit } from "./audit.ts";
import { createAuthenticator, everybodyIsNobody } from "./authenticate.ts";
import { createAuthorizer, rulesUnread } from "./authorize.ts";
import { createFaults } from "./faults.ts";
import { createJournal } from "./journal.ts";
import { createKeys, nextKeys } from "./keys.ts";
import { chartKubeconfig } from "./kubeconfig.ts";
import { listen } from "./listener.ts";
import type { LocalHub } from "./options.ts";
import { clusterRoleBindings, clusterRoles, namespaces, serviceAccounts } from "./resources.ts";
import { anonymousBinding, karporRoles } from "./roles.ts";
import { type Service, serve, serveLogin } from "./serve.ts";
import { createStore, type ObjectStore } from "./store.ts";
import { verifyToken } from "./tokens.ts";

export type { Logged } from "./journal.ts";
export type { LocalHub } from "./options.ts";

/** Of the machine's time; a kube-apiserver 1.36 took 50 to 250 ms. */
const READS_RULES_MS = 100;

interface HubSettings {
  clock: Clock;
  /** What karpor-server made, or what became of it. */
  roles?: typeof karporRoles;
}

export async function startLocalHub({ clock, roles = karporRoles }: HubSettings): Promise<LocalHub> {
  let keys = await nextKeys();
  let ahead = 0;
  let isReading = false;
  let endless = false;
  const now = () => clock.now() + ahead;
  const store = createStore();
  const authorizer = createAuthorizer(store);
  const [faults, journal, audit] = [createFaults(), createJournal(), createAudit(now)];
  preload(store, roles, now());
  const byToken = createAuthenticator((token) => verifyToken(keys, store, token, now()), now);
  const service: Service = {
    ...{ rbac: true, aiProxy: "", faults, log: journal.add, audit, authenticate: byToken },
    state: () => ({ store, authorizer, keys, now: now(), endless }),
    authorizer: () => (isReading ? rulesUnread : authorizer),
  };
  const listener = await listen(keys, (request, response) => {
    // A caller that hangs up in the middle of its request is not the hub's failure.
    serve(service, request, response).catch(() => response.destroy());
  });
  const readRules = async () => {
    isReading = true;
    await delay(READS_RULES_MS);
    isReading = false;
  };
  const url = `https://127.0.0.1:${listener.port}`;
  const stop = () => {
    faults.hang(false);
    audit.stop();
    return listener.down();
  };
  return {
    ...{ url, audit, down: listener.down, requests: journal.entries, onRequest: journal.subscribe },
    ...faults,
    login: (token) => serveLogin(service, token),
    skew: (ms) => {
      ahead = ms;
    },
    endlessLists: (on) => {
      endless = on;
    },
    copy: () => copyObjects(store),
    setAiProxy: (url) => {
      service.aiProxy = url;
    },
    setRbac: (on) => {
      service.rbac = on;
      service.authenticate = on ? byToken : everybodyIsNobody;
    },
    async up() {
      if (listener.isUp()) return;
      const reading = readRules();
      await listener.up();
      await reading;
    },
    async upgrade() {
      keys = await createKeys();
      listener.rekey(keys);
      await readRules();
    },
    get ca() {
      return keys.ca;
    },
    get admin() {
      return keys.admin;
    },
    get adminKubeconfig() {
      return chartKubeconfig(url, keys.admin);
    },
    objects: async () => ({
      serviceAccounts: store.list(serviceAccounts),
      clusterRoleBindings: store.list(clusterRoleBindings),
    }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function copyObjects(store: ObjectStore): () => void {
  const kept = [serviceAccounts, clusterRoleBindings].map(
    (resource) => [resource, store.list(resource)] as const,
  );
  return () => {
    for (const [resource, objects] of kept) {
      for (const object of store.list(resource)) store.remove(resource, object);
      for (const object of objects) store.put(resource, object);
    }
  };
}

/** As karpor-server does at its first start. */
function preload(store: ObjectStore, roles: typeof karporRoles, now: number): void {
  for (const name of ["kube-public", "kube-system"])
    store.put(namespaces, admit(namespaces, { metadata: { name } }, undefined, now));
  for (const role of roles) store.put(clusterRoles, admit(clusterRoles, role, undefined, now));
  store.put(clusterRoleBindings, admit(clusterRoleBindings, anonymousBinding, undefined, now));
}
