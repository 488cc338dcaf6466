/** One hub as karpor-server leaves it at its first start: its keys, its objects, its time, before anything listens. */
import { setTimeout as delay } from "node:timers/promises";
import { admit } from "./admit.ts";
import { createAudit } from "./audit.ts";
import { createAuthenticator, everybodyIsNobody } from "./authenticate.ts";
import { createAuthorizer, rulesUnread } from "./authorize.ts";
import type { HubMeddler } from "./faults.ts";
import { createFaults } from "./faults.ts";
import { createJournal } from "./journal.ts";
import { createKeys, nextKeys } from "./keys.ts";
import type { LocalHubOptions } from "./options.ts";
import { clusterRoleBindings, clusterRoles, namespaces } from "./resources.ts";
import { anonymousBinding, karporRoles } from "./roles.ts";
import type { Service } from "./serve.ts";
import { createStore, type ObjectStore } from "./store.ts";
import { verifyToken } from "./tokens.ts";
import { createWatch } from "./watch.ts";

/** Of the machine's time; a kube-apiserver 1.36 took 50 to 250 ms. */
const READS_RULES_MS = 100;

export async function install(options: LocalHubOptions) {
  const { clock, rbac = true, maxTokenSeconds = 31_536_000, latencyMs = 0, anonymousReads = true } = options;
  let keys = await nextKeys();
  let ahead = 0;
  let isReading = false;
  let looksUp = true;
  const now = () => clock.now() + ahead;
  const store = createStore();
  const authorizer = createAuthorizer(store);
  const [faults, journal, audit] = [createFaults(), createJournal(), createAudit(now)];
  preload(store, anonymousReads, now());
  const verify = (token: string) => verifyToken(keys, looksUp ? store : null, token, now());
  const byToken = createAuthenticator(verify, now);
  const service: Service = {
    ...{ rbac, faults, watch: createWatch(store), log: journal.add, audit, meddler: undefined },
    world: () => ({ store, authorizer, keys, maxSeconds: maxTokenSeconds, now: now() }),
    authorizer: () => (isReading ? rulesUnread : authorizer),
    authenticate: rbac ? byToken : everybodyIsNobody,
    delay: () => (latencyMs > 0 ? clock.sleep(latencyMs) : Promise.resolve()),
  };
  return {
    ...{ service, store, faults, journal, audit },
    keys: () => keys,
    /** Resolves when it has read its rules; at its first start nobody asks sooner. */
    startsAgain: async () => {
      isReading = true;
      await delay(READS_RULES_MS);
      isReading = false;
    },
    renewKeys: async () => {
      keys = await createKeys();
      return keys;
    },
    skew: (ms: number) => {
      ahead = ms;
    },
    setRbac: (on: boolean) => {
      service.rbac = on;
      service.authenticate = on ? byToken : everybodyIsNobody;
    },
    setAccountLookup: (on: boolean) => {
      looksUp = on;
    },
    meddle: (meddler: HubMeddler | undefined) => {
      service.meddler = meddler;
    },
  };
}

function preload(store: ObjectStore, anonymousReads: boolean, now: number): void {
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
