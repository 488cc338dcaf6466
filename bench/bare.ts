/** The hub's API with nothing of ours around it: what the bot is compared with. */
import { randomBytes } from "node:crypto";
import { type Dispatcher, request } from "undici";
import { GRANTS_NAMESPACE } from "../sandbox/hub/bot-account.ts";
import { createAgent } from "../src/hub/client/agent.ts";
import { readKubeconfig } from "../src/hub/kubeconfig/kubeconfig.ts";
import type { BenchContext } from "./context.ts";
import { sideBySide, timed } from "./stats.ts";

export const ACCOUNTS_AT = `/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts`;
export const BINDINGS_AT = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";

export type Bare = ReturnType<typeof bareHub>;

/** The bot's own credential and kind of pool, kept alive. */
export function bareHub({ kubeconfig }: BenchContext) {
  const access = readKubeconfig(kubeconfig);
  if (access.credential.kind !== "token") throw new Error("The bot's kubeconfig holds a token.");
  const own = access.credential.token().reveal();
  const dispatcher = createAgent(access, { connections: 32, timeout: 5_000 });
  return {
    ask: (method: Dispatcher.HttpMethod, path: string, body?: object, token = own) =>
      exchange(dispatcher, method, access.server + path, token, body),
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}

async function exchange(
  dispatcher: Dispatcher,
  method: Dispatcher.HttpMethod,
  url: string,
  token: string,
  body?: object,
) {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const sent = body ? JSON.stringify(body) : null;
  const answer = await request(url, { dispatcher, method, headers, body: sent });
  return { status: answer.statusCode, text: await answer.body.text() };
}

interface Made {
  status: { token: string };
  metadata: { uid: string };
}

/** ServiceAccount, ClusterRoleBinding, token, login, one after the other. */
export async function bareGrant({ ask }: Bare): Promise<void> {
  const name = `bare-${randomBytes(6).toString("hex")}`;
  await made(ask("POST", ACCOUNTS_AT, { metadata: { name } }));
  await made(ask("POST", BINDINGS_AT, binding(name)));
  const minted = await made(
    ask("POST", `${ACCOUNTS_AT}/${name}/token`, { spec: { expirationSeconds: 28_800 } }),
  );
  const { status } = await ask("GET", "/rest-api/v1/authn", undefined, minted.status.token);
  if (status === 401) throw new Error("The API server refuses a token it has just issued.");
}

/** Its path. */
async function bareBinding({ ask }: Bare): Promise<string> {
  const name = `bare-${randomBytes(6).toString("hex")}`;
  await made(ask("POST", BINDINGS_AT, binding(name)));
  return `${BINDINGS_AT}/${name}`;
}

/** Nothing but so many bindings' deletions, ms. */
export async function bareDeletions(hub: Bare, count: number, atOnce: number): Promise<number> {
  const paths = await sideBySide(Array.from({ length: count }), atOnce, () => bareBinding(hub));
  return timed(() => sideBySide(paths, atOnce, (path) => hub.ask("DELETE", path)));
}

const binding = (name: string) => ({
  metadata: { name },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "karpor-guest" },
  subjects: [{ kind: "ServiceAccount", name, namespace: GRANTS_NAMESPACE }],
});

export async function made(asked: ReturnType<Bare["ask"]>): Promise<Made> {
  const { status, text } = await asked;
  if (status !== 201) throw new Error(`The API server answered ${status}: ${text}`);
  return JSON.parse(text) as Made;
}
