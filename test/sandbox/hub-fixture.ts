/** What the hub tests share: both hubs to run against, and a bot with the narrow rights karpor-access has. */

import { Agent, fetch } from "undici";
import { systemClock } from "../../sandbox/clock.ts";
import { type CallOptions, type HubCaller, type HubReply, hubClient } from "../../sandbox/hub/client.ts";
import { envtestAvailable, startEnvtest } from "../../sandbox/hub/envtest.ts";
import { startLocalHub } from "../../sandbox/hub/index.ts";
import type { PolicyRule, TestHub } from "../../sandbox/hub/types.ts";

export const RBAC = "/apis/rbac.authorization.k8s.io/v1";
export const ACCOUNTS = "/api/v1/namespaces/grants/serviceaccounts";
export const BINDINGS = `${RBAC}/clusterrolebindings`;

export const hubs = [
  {
    name: "the stand-in",
    skip: false,
    start: (): Promise<TestHub> => startLocalHub({ clock: systemClock() }),
  },
  { name: "a real kube-apiserver", skip: !envtestAvailable(), start: startEnvtest },
];

export interface HubWorld {
  hub: TestHub;
  admin: HubCaller;
  nobody: HubCaller;
  /** As the bot: may bind karpor-guest and nothing else. */
  bot(method: string, path: string, asking?: CallOptions): Promise<HubReply>;
  close(): Promise<void>;
}

export async function openWorld(hub: TestHub): Promise<HubWorld> {
  const admin = hubClient(hub, hub.admin);
  const nobody = hubClient(hub);
  const token = await createBot(admin);
  const bot = (method: string, path: string, asking: CallOptions = {}) =>
    nobody(method, path, { ...asking, token });
  // A real server learns of new bindings by watching its own storage, within milliseconds.
  for (let patience = 200; (await bot("GET", BINDINGS)).status !== 200; patience--) {
    if (patience === 0) throw new Error("The bot never got its rights.");
  }
  const close = async () => {
    await Promise.all([admin.close(), nobody.close()]);
    await hub.stop();
  };
  return { hub, admin, nobody, bot, close };
}

const rbacRule = (resource: string, verbs: string[], resourceNames?: string[]): PolicyRule => ({
  ...{ apiGroups: ["rbac.authorization.k8s.io"], resources: [resource], verbs },
  ...(resourceNames && { resourceNames }),
});

async function createBot(admin: HubCaller): Promise<string> {
  const metadata = { name: "bot" };
  await created(admin, "/api/v1/namespaces/bots/serviceaccounts", { metadata });
  const rules = [
    rbacRule("clusterrolebindings", ["create", "get", "list", "watch", "delete"]),
    rbacRule("clusterroles", ["bind"], ["karpor-guest"]),
    rbacRule("clusterroles", ["create"]),
    rbacRule("roles", ["update"]),
    { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["create", "get", "list", "watch", "delete"] },
    { apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"], resourceNames: ["bot"] },
  ];
  await created(admin, `${RBAC}/clusterroles`, { metadata, rules });
  const subjects = [{ kind: "ServiceAccount", name: "bot", namespace: "bots" }];
  await created(admin, BINDINGS, bindingObject("bot", "bot", subjects));
  return mintToken(admin, "/api/v1/namespaces/bots/serviceaccounts/bot");
}

async function created(admin: HubCaller, path: string, body: object): Promise<void> {
  const reply = await admin("POST", path, { body });
  if (reply.status !== 201) throw new Error(`${path}: ${reply.status} ${reply.body.message}`);
}

export async function mintToken(admin: HubCaller, account: string, spec: object = {}): Promise<string> {
  const { body } = await admin("POST", `${account}/token`, { body: { spec } });
  return (body.status as { token: string }).token;
}

export function bindingObject(name: string, role: string, subjects: object[] = []) {
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role };
  return { metadata: { name }, roleRef, subjects };
}

export const accountObject = (metadata: object) => ({ apiVersion: "v1", kind: "ServiceAccount", metadata });

/** The first changes a watch tells, as "ADDED name". */
export async function watchLines(hub: TestHub, path: string, count: number): Promise<string[]> {
  const { certificate: cert, key } = hub.admin;
  const dispatcher = new Agent({ connect: { ca: hub.ca, cert, key } });
  const { body } = await fetch(`${hub.url}${path}`, { dispatcher });
  const lines: string[] = [];
  let text = "";
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString();
    const whole = text.split("\n");
    text = whole.pop() ?? "";
    for (const { type, object } of whole.map((line) => JSON.parse(line)))
      lines.push(`${type} ${object.metadata.name}`);
    if (lines.length >= count) break;
  }
  await dispatcher.destroy();
  return lines;
}
