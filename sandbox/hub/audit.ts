/** The audit log as kube-apiserver tells it to a webhook: what the policy asks for of each request, at its end, in batches. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { parse } from "yaml";
import { z } from "zod";
import type { HubUser } from "./authorize.ts";
import type { Ask } from "./request.ts";

/** As its flags name them: --audit-policy-file and --audit-webhook-config-file. */
export interface AuditFiles {
  policy: string;
  webhook: string;
}

export interface Audited {
  ask: Ask;
  user: HubUser;
  auditId: string;
  /** As it was asked for, with its query. */
  uri: string;
  body: string;
  status: number;
  address: string;
  agent: string;
  /** Of the authorizer; empty where it is no binding's. */
  reason: string;
  isAllowed: boolean;
}

/** As the flags --audit-webhook-batch-max-wait, -max-size and --audit-webhook-initial-backoff say. */
const MAX_WAIT_MS = 500;
const MAX_SIZE = 400;
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
  let beat: object | null = null;
  let sending = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (url === null) return sending;
    const items = waiting;
    waiting = [];
    for (let at = 0; at < items.length; at += MAX_SIZE) {
      const batch = items.slice(at, at + MAX_SIZE);
      sending = sending.then(() => send(batch));
    }
    return sending;
  };
  const add = (event: object) => {
    waiting.push(event);
    timer ??= setTimeout(() => void flush(), MAX_WAIT_MS).unref();
  };
  return {
    /** From now on. */
    keep(policy: AuditFiles["policy"]): void {
      rules = Policy.parse(parse(policy)).rules;
    },
    /** What was kept before goes there, too. */
    tellTo(webhook: AuditFiles["webhook"]): void {
      url = Webhook.parse(parse(webhook)).clusters[0].cluster.server;
      void flush();
    },
    record(one: Audited): void {
      const level = rules.find((rule) => isMeant(rule, one))?.level ?? "None";
      if (level === "None") return;
      const event = eventOf(one, level, now());
      if (isDryRun(one)) beat = event;
      add(event);
    },
    /** A clock that leaps leaves out what a bot would have written meanwhile: its dry run, once more for each of these times, in their order. */
    async leap(times: readonly number[]): Promise<void> {
      const last = beat;
      if (!last) return;
      for (const at of times) {
        add({ ...last, auditID: randomUUID(), ...stamps(at) });
        await flush();
      }
    },
    stop: () => {
      clearTimeout(timer);
      url = null;
    },
  };

  async function send(items: object[]): Promise<void> {
    const body = encoded(items);
    if (body === null) return;
    for (let tried = 1; url !== null && tried <= TRIES; tried++) {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(url, { method: "POST", headers, body }).catch(() => null);
      if (answer?.ok) return;
      await delay(BACKOFF_MS * tried, undefined, { ref: false });
    }
  }
}

/** Null where one of them cannot be: none of them is sent. */
function encoded(items: object[]): string | null {
  try {
    return JSON.stringify({ kind: "EventList", apiVersion: "audit.k8s.io/v1", metadata: {}, items });
  } catch {
    return null;
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

const isDryRun = ({ ask }: Audited): boolean =>
  ask.verb === "patch" && ask.target?.plural === "serviceaccounts" && ask.query.get("dryRun") === "All";

function eventOf(one: Audited, level: string, at: number): object {
  const { ask, user, auditId, uri, body, status, address, agent, reason, isAllowed } = one;
  const decision = { decision: isAllowed ? "allow" : "forbid", reason };
  // Of whoever may not, nothing is read.
  const sent = isAllowed ? parsed(body) : undefined;
  return {
    ...{ level, auditID: auditId, stage: "ResponseComplete", requestURI: uri, verb: ask.verb },
    user: { username: user.name, groups: user.groups },
    ...{ sourceIPs: [address], userAgent: agent },
    ...(ask.target && { objectRef: objectRefOf(ask.target, sent) }),
    responseStatus: { metadata: {}, code: status },
    ...(level === "Request" && { requestObject: isAllowed && isRaw(one) ? raw(body) : sent }),
    ...stamps(at),
    annotations: Object.fromEntries(
      Object.entries(decision).map(([key, value]) => [`authorization.k8s.io/${key}`, value]),
    ),
  };
}

/** What is made is named by its body. */
const Named = z.object({ metadata: z.object({ name: z.string() }) });

function objectRefOf(target: Ask["target"] & object, sent: unknown) {
  const { group, version, plural, namespace, subresource } = target;
  const name = target.name ?? Named.safeParse(sent).data?.metadata.name;
  return {
    ...{ resource: plural, apiVersion: version },
    ...(group && { apiGroup: group }),
    ...(namespace && { namespace }),
    ...(name && { name }),
    ...(subresource && { subresource }),
  };
}

/** Of what it takes at all, a patch is logged before anybody reads it, and said to be JSON. */
const isRaw = ({ ask, status }: Audited): boolean => ask.verb === "patch" && status !== UNSUPPORTED;
const UNSUPPORTED = 415;
const raw = (body: string) => ({ toJSON: (): unknown => JSON.parse(body) });

/** What is none, the API server refuses unread, save a patch. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** With microseconds. */
function stamps(at: number) {
  const text = `${new Date(at).toISOString().slice(0, -1)}000Z`;
  return { requestReceivedTimestamp: text, stageTimestamp: text };
}
