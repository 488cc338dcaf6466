/** The hub's audit webhook at its own limit, in a process of its own: batches as kube-apiserver sends them, each when its time has come. */
import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Agent, request } from "undici";
import { GRANTS_NAMESPACE } from "../sandbox/hub/bot-account.ts";
import { SECOND } from "../src/domain/duration.ts";
import { readRequestId } from "../src/domain/ids.ts";
import { objectName } from "../src/hub/grants/names.ts";

/** kube-apiserver's own: --audit-webhook-batch-throttle-qps and -max-size. */
const BATCHES_A_SECOND = 10;
export const BATCH = 400;
export const EVENTS_A_SECOND = BATCHES_A_SECOND * BATCH;
/** Of so many batches one is an earlier one, sent again: its answer was lost. */
const AGAIN_EVERY = 10;
/** When a batch that was not taken comes again. */
const RETRY_MS = 10_000;
/** Of so many events one is no grant's. */
const FOREIGN_EVERY = 20;

export interface SentEvents {
  /** Different ones, of grants. */
  ofGrants: number;
  /** All that was sent, repeats and others' too. */
  events: number;
  /** Batches that were to come again. */
  postponed: number;
}

export type HubEvents = Awaited<ReturnType<typeof startHubEvents>>;

/** `url`: where batches go. `ids`: the grants that are used. */
export async function startHubEvents(url: string, secret: string, ids: readonly string[]) {
  const child = fork(fileURLToPath(import.meta.url), [url, secret, ids.join(",")]);
  const gone = once(child, "exit");
  await once(child, "message");
  return {
    /** Sends so many; resolves when all are taken. */
    async send(events: number): Promise<SentEvents> {
      child.send(events);
      const [sent] = (await Promise.race([once(child, "message"), gone.then(refuse)])) as [SentEvents];
      return sent;
    },
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await gone;
    },
  };
}

const refuse = (): never => {
  throw new Error("Who sends the events has ended.");
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [url = "", secret = "", ids = ""] = process.argv.slice(2);
  const hub = createSender(url, secret, ids.split(","));
  process.on("message", async (events: number) => process.send?.(await hub.send(events)));
  process.on("disconnect", () => process.exit());
  process.send?.("ready");
}

function createSender(url: string, secret: string, ids: readonly string[]) {
  const dispatcher = new Agent({ connections: 32 });
  const headers = { "content-type": "application/json", authorization: `Bearer ${secret}` };
  const batch = makeBatches(ids);
  return {
    async send(events: number): Promise<SentEvents> {
      const sent: SentEvents = { ofGrants: 0, events: 0, postponed: 0 };
      const began = performance.now();
      const taken: Promise<void>[] = [];
      for (let i = 0; i < events / BATCH; i++) {
        await delay(Math.max(0, began + (i * SECOND) / BATCHES_A_SECOND - performance.now()));
        const { body, ofGrants } = batch();
        sent.events += BATCH;
        sent.ofGrants += ofGrants;
        taken.push(post(body, sent));
      }
      await Promise.all(taken);
      return sent;
    },
  };

  async function post(body: string, sent: SentEvents): Promise<void> {
    const answer = await request(url, { dispatcher, method: "POST", headers, body });
    await answer.body.dump();
    if (answer.statusCode === 200) return;
    if (answer.statusCode !== 503) throw new Error(`A batch was answered with ${answer.statusCode}.`);
    sent.postponed += 1;
    await delay(RETRY_MS);
    await post(body, sent);
  }
}

/** Each call gives the next batch, and how many of its events are new ones of grants. */
export function makeBatches(ids: readonly string[]): () => { body: string; ofGrants: number } {
  const makers = ids.map((id, i) => eventsOf(id, i));
  const foreign = eventsOf("", 0);
  let turn = 0;
  let made = 0;
  let kept = "";
  return () => {
    made += 1;
    if (made % AGAIN_EVERY === 0) return { body: kept, ofGrants: 0 };
    const items: string[] = [];
    let ofGrants = 0;
    for (let i = 0; i < BATCH; i++) {
      turn += 1;
      const isForeign = turn % FOREIGN_EVERY === 0;
      if (!isForeign) ofGrants += 1;
      // What people do comes in bursts: a page is some requests of one person.
      const maker = isForeign ? foreign : makers[Math.floor(turn / 4) % makers.length];
      items.push(maker?.(turn) ?? "");
    }
    kept = `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${items.join(",")}]}\n`;
    return { body: kept, ofGrants };
  };
}

const AGENT =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
const REQUESTS = [
  ...Array.from({ length: 17 }, (_, i) => ["get", `/rest-api/v1/search?query=select+${i}&page=1`, 200]),
  ...[["get", "/rest-api/v1/insight/detail?cluster=prod&kind=Pod", 200]],
  ...[["post", "/rest-api/v1/cluster/prod", 200]],
  ...[["delete", "/rest-api/v1/cluster/prod", 403]],
] as const;

/** Makes the nth event of a grant's account, or of the bot's own, as kube-apiserver 1.33 writes them at level Metadata. */
function eventsOf(id: string, person: number): (n: number) => string {
  const grant = readRequestId(id);
  const account = grant ? objectName({ id: grant, role: "guest", generation: 1 }) : "karpor-access";
  const namespace = grant ? GRANTS_NAMESPACE : "karpor-access-system";
  const user = JSON.stringify({
    username: `system:serviceaccount:${namespace}:${account}`,
    uid: randomUUID(),
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
    extra: { "authentication.kubernetes.io/credential-id": [`JTI=${randomUUID()}`] },
  });
  const sourceIPs = JSON.stringify([`10.${person % 256}.${Math.floor(person / 256)}.7`]);
  return (n) => {
    const [verb, uri, code] = REQUESTS[n % REQUESTS.length] ?? REQUESTS[0];
    const at = `${new Date().toISOString().slice(0, -1)}${String(n % 1_000).padStart(3, "0")}Z`;
    const reason =
      code === 403
        ? ""
        : `RBAC: allowed by ClusterRoleBinding \\"${account}\\" of ClusterRole \\"karpor-guest\\" to ServiceAccount \\"${account}/${namespace}\\"`;
    return `{"level":"Metadata","auditID":"${randomUUID()}","stage":"ResponseComplete","requestURI":"${uri}","verb":"${verb}","user":${user},"sourceIPs":${sourceIPs},"userAgent":"${AGENT}","responseStatus":{"metadata":{},"code":${code}},"requestReceivedTimestamp":"${at}","stageTimestamp":"${at}","annotations":{"authorization.k8s.io/decision":"${code === 403 ? "forbid" : "allow"}","authorization.k8s.io/reason":"${reason}"}}`;
  };
}
