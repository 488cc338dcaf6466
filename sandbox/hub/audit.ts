/** The audit log as kube-apiserver tells it to a webhook: which requests the policy asks for, at their end, in batches. */
import { setTimeout as delay } from "node:timers/promises";
import { parse } from "yaml";
import { z } from "zod";
import type { HubUser } from "./authorize.ts";
import type { Ask } from "./request.ts";

interface Audited {
  ask: Ask;
  user: HubUser;
  auditId: string;
  /** As it was asked for, with its query. */
  uri: string;
  status: number;
  address: string;
  agent: string;
  isAllowed: boolean;
}

/** As the flags --audit-webhook-batch-max-wait and --audit-webhook-initial-backoff say. */
const MAX_WAIT_MS = 500;
const BACKOFF_MS = 1_000;
/** After so many a batch is lost. */
const TRIES = 5;

const Policy = z.object({
  rules: z.array(
    z.object({
      level: z.enum(["None", "Metadata", "Request"]),
      verbs: z.array(z.string()).optional(),
      userGroups: z.array(z.string()).optional(),
      resources: z.array(z.object({ group: z.string(), resources: z.array(z.string()) })).optional(),
    }),
  ),
});
type Rule = z.infer<typeof Policy>["rules"][number];

/** Of a kubeconfig; over plain HTTP no token is sent. */
const Webhook = z.object({
  clusters: z.tuple([z.object({ cluster: z.object({ server: z.string().startsWith("http://") }) })]),
});

export type HubAuditLog = ReturnType<typeof createAudit>;

export function createAudit(now: () => number) {
  let rules: Rule[] = [];
  let url: string | null = null;
  let waiting: object[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    timer = undefined;
    void send(waiting.splice(0));
  };
  return {
    /** By the policy of --audit-policy-file, from now on. */
    keep(policy: string): void {
      rules = Policy.parse(parse(policy)).rules;
    },
    /** The kubeconfig of --audit-webhook-config-file. */
    tellTo(webhook: string): void {
      url = Webhook.parse(parse(webhook)).clusters[0].cluster.server;
    },
    record(one: Audited): void {
      const level = rules.find((rule) => isMeant(rule, one))?.level ?? "None";
      if (level === "None") return;
      waiting.push(eventFor(one, level, now()));
      timer ??= setTimeout(flush, MAX_WAIT_MS).unref();
    },
    stop: () => {
      clearTimeout(timer);
      url = null;
      waiting = [];
    },
  };

  async function send(items: object[]): Promise<void> {
    const body = JSON.stringify({ kind: "EventList", apiVersion: "audit.k8s.io/v1", metadata: {}, items });
    const headers = { "content-type": "application/json" };
    for (let tried = 1; url !== null && tried <= TRIES; tried++) {
      const answer = await fetch(url, { method: "POST", headers, body }).catch(() => null);
      if (answer?.ok) return;
      await delay(BACKOFF_MS * tried, undefined, { ref: false });
    }
  }
}

function isMeant({ verbs, userGroups, resources }: Rule, { ask, user }: Audited): boolean {
  if (verbs && !verbs.includes(ask.verb)) return false;
  if (userGroups && !userGroups.some((group) => user.groups.includes(group))) return false;
  if (!resources) return true;
  const { target } = ask;
  if (!target) return false;
  const name = target.subresource ? `${target.plural}/${target.subresource}` : target.plural;
  return resources.some((one) => one.group === target.group && one.resources.includes(name));
}

function eventFor(one: Audited, level: string, at: number): object {
  const { ask, user, auditId, uri, status, address, agent, isAllowed } = one;
  // With microseconds.
  const stamp = `${new Date(at).toISOString().slice(0, -1)}000Z`;
  return {
    ...{ level, auditID: auditId, stage: "ResponseComplete", requestURI: uri, verb: ask.verb },
    user: { username: user.name, groups: user.groups },
    ...{ sourceIPs: [address], userAgent: agent },
    responseStatus: { metadata: {}, code: status },
    ...{ requestReceivedTimestamp: stamp, stageTimestamp: stamp },
    annotations: { "authorization.k8s.io/decision": isAllowed ? "allow" : "forbid" },
  };
}
