/** Opens connection pools to an API server, sends one call, and lets @kubernetes/client-node send through them. */
import {
  CoreV1Api,
  createConfiguration,
  RbacAuthorizationV1Api,
  ResponseContext,
  ServerConfiguration,
  wrapHttpLibrary,
} from "@kubernetes/client-node";
import { Agent, type Dispatcher, request } from "undici";
import type { Secret } from "../request/secret.ts";
import type { HubAnswer } from "./errors.ts";
import type { HubAccess } from "./kubeconfig.ts";

/** It tells the bot's own calls from those of a token's holder in the hub's audit log. */
export const USER_AGENT = "karpor-access";

/** Bytes. A page of 500 objects has less than 2 MiB. */
const LONGEST_ANSWER = 8 * 1024 * 1024;

export interface Call {
  method: Dispatcher.HttpMethod;
  url: string;
  headers?: Record<string, string>;
  body?: string | undefined;
}

/** The typed calls of @kubernetes/client-node. */
export interface KubeApis {
  core: CoreV1Api;
  rbac: RbacAuthorizationV1Api;
}

/** Opens a pool for the bot's own calls, with its certificate, over HTTP/2. */
export const openOwnAgent = (access: HubAccess, timeoutMs: number): Agent =>
  openAgent(access, timeoutMs, { certificate: access.certificate, allowH2: true });

/**
 * Opens a pool for calls without a token, or with another's, over HTTP/1.1: an API server ends an HTTP/2 connection after
 * a call that it does not authenticate (its gate UnauthenticatedHTTP2DOSMitigation), and with it the calls beside it.
 */
export const openGuestAgent = (access: HubAccess, timeoutMs: number): Agent =>
  openAgent(access, timeoutMs, { certificate: null, allowH2: false });

function openAgent(
  { ca, insecure, serverName }: HubAccess,
  timeoutMs: number,
  { certificate, allowH2 }: { certificate: HubAccess["certificate"]; allowH2: boolean },
): Agent {
  return new Agent({
    allowH2,
    keepAliveTimeout: 30_000,
    maxResponseSize: LONGEST_ANSWER,
    // Over HTTP/2 a call that times out leaves the connection open: the ping notices when it is dead.
    h2Options: { pingInterval: timeoutMs },
    connect: {
      timeout: timeoutMs,
      rejectUnauthorized: !insecure,
      ...(ca && { ca }),
      ...(serverName && { servername: serverName }),
      ...(certificate && { cert: certificate.certificate, key: certificate.key.reveal() }),
    },
  });
}

/** Sends one call and reads its whole answer. Follows no redirect, which would carry the token on. Throws undici's errors. */
export async function exchange(
  agent: Agent,
  token: Secret | null,
  { method, url, headers, body }: Call,
  timeoutMs: number,
): Promise<HubAnswer> {
  const answer = await request(url, {
    method,
    dispatcher: agent,
    signal: AbortSignal.timeout(timeoutMs),
    headers: {
      accept: "application/json",
      "user-agent": USER_AGENT,
      ...headers,
      ...(token && { authorization: `Bearer ${token.reveal()}` }),
    },
    body: body ?? null,
  });
  const flat = Object.entries(answer.headers).map(([name, value]) => [name, String(value ?? "")]);
  return { status: answer.statusCode, headers: Object.fromEntries(flat), text: await answer.body.text() };
}

/** Returns the Kubernetes client's typed calls, sent by `send`. */
export function kubeApis(server: string, send: (call: Call) => Promise<HubAnswer>): KubeApis {
  const httpApi = wrapHttpLibrary({
    async send(context) {
      const method = context.getHttpMethod();
      // All patches of ours are merge patches; the client would announce a JSON patch.
      const type = method === "PATCH" && { "Content-Type": "application/merge-patch+json" };
      const { status, headers, text } = await send({
        method,
        url: context.getUrl(),
        headers: { ...context.getHeaders(), ...type },
        body: context.getBody() as string | undefined,
      });
      const body = { text: async () => text, binary: async () => Buffer.from(text), stream: () => null };
      return new ResponseContext(status, { ...headers }, body);
    },
  });
  const configuration = createConfiguration({ httpApi, baseServer: new ServerConfiguration(server, {}) });
  return { core: new CoreV1Api(configuration), rbac: new RbacAuthorizationV1Api(configuration) };
}
