/** The hub's API with nothing of ours around it: what the bot is compared with. */
import { randomUUID } from "node:crypto";
import { Agent, type Dispatcher, request } from "undici";
import { parse } from "yaml";
import { GRANTS_NAMESPACE } from "../sandbox/hub/bot-account.ts";
import type { World } from "./world.ts";

export const ACCOUNTS = `/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts`;
export const BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
const LOGIN = "/rest-api/v1/authn";

export type BareHub = ReturnType<typeof openBareHub>;

/** With the bot's own credential, or as an administrator; the connections are kept. */
export function openBareHub({ hub, kubeconfig }: World, as: "bot" | "administrator" = "bot") {
  const { certificate: cert, key } = hub.admin;
  const dispatcher = new Agent({
    connections: 32,
    connect: { ca: hub.ca, ...(as === "administrator" && { cert, key }) },
  });
  const own = as === "bot" ? (parse(kubeconfig).users[0].user.token as string) : null;
  return {
    async ask(method: Dispatcher.HttpMethod, path: string, body?: object, token = own) {
      const { statusCode, body: answer } = await request(hub.url + path, {
        ...{ method, dispatcher, body: body ? JSON.stringify(body) : null },
        headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
      });
      return { status: statusCode, text: await answer.text() };
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}

interface Made {
  metadata: { uid: string };
  status: { token: string };
}

export async function create(hub: BareHub, path: string, body: object): Promise<Made> {
  const { status, text } = await hub.ask("POST", path, body);
  if (status !== 201) throw new Error(`the hub answered ${status}: ${text}`);
  return JSON.parse(text);
}

/** The four calls that giving access takes at least: account, binding, token, login; one after the other. */
export async function grantBare(hub: BareHub): Promise<void> {
  const name = `bare-${randomUUID()}`;
  await create(hub, ACCOUNTS, { metadata: { name } });
  await create(hub, BINDINGS, {
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "karpor-guest" },
    subjects: [{ kind: "ServiceAccount", name, namespace: GRANTS_NAMESPACE }],
  });
  const spec = { expirationSeconds: 28_800 };
  const { status } = await create(hub, `${ACCOUNTS}/${name}/token`, { spec });
  const login = await hub.ask("GET", LOGIN, undefined, status.token);
  if (login.status === 401) throw new Error("the hub refuses the token that it has just made");
}

/** All of a kind, in pages as the bot reads them. */
export async function listBare(hub: BareHub, path: string): Promise<void> {
  for (let next: string | undefined = ""; next !== undefined; ) {
    const query = new URLSearchParams({ limit: "500", ...(next && { continue: next }) });
    const { text } = await hub.ask("GET", `${path}?${query}`);
    next = (JSON.parse(text).metadata as { continue?: string }).continue || undefined;
  }
}
