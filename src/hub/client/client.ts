/** The hub's API over one keep-alive connection pool; every call has a timeout, and throws only what is safe to log. */
import {
  type ConfigurationOptions,
  CoreV1Api,
  createConfiguration,
  RbacAuthorizationV1Api,
} from "@kubernetes/client-node";
import type { Secret } from "../../domain/secret.ts";
import type { HubAccess } from "../kubeconfig/kubeconfig.ts";
import { type Connection, createConnection } from "./connection.ts";
import { hubError } from "./errors.ts";
import { type HubAnswer, type HubRequest, request, requestAs } from "./request.ts";
import { createRetrying } from "./retrying.ts";
import { httpApi } from "./send.ts";

export interface HubClient {
  /** As last read. */
  readonly access: HubAccess;
  readonly core: CoreV1Api;
  readonly rbac: RbacAuthorizationV1Api;
  /** The bot's own token as it is now; null when it has a certificate. */
  token(): Secret | null;
  /** Runs a call of `core` or `rbac`. Throws the signal's reason, else HubError. */
  call<T>(doing: string, signal: AbortSignal | undefined, run: Run<T>): Promise<T>;
  /** Any path. Resolves whatever the status; throws the signal's reason, else HubError. */
  request(path: string, options?: HubRequest): Promise<HubAnswer>;
  close(): Promise<void>;
}

type Run<T> = (options: ConfigurationOptions) => Promise<T>;

export interface ClientOptions {
  /** Replaces the kubeconfig's credential; read at each call, since it may be renewed. */
  token?: (() => Secret) | undefined;
  /** Asked when the hub refuses the credential or shows a certificate we do not trust; null: nothing changed. */
  reread?: (() => Promise<HubAccess | null>) | undefined;
  /** Milliseconds that a call may take. */
  timeout?: number | undefined;
  connections?: number | undefined;
}

export function createHubClient(access: HubAccess, options: ClientOptions = {}): HubClient {
  const { timeout = 5_000, connections = 32 } = options;
  const link = (to: HubAccess) => createConnection(to, { token: options.token, timeout, connections });
  const links = createRetrying(link(access), async () => {
    const fresh = await options.reread?.();
    return fresh ? link(fresh) : null;
  });
  const limit = (signal: AbortSignal | undefined) =>
    signal ? AbortSignal.any([AbortSignal.timeout(timeout), signal]) : AbortSignal.timeout(timeout);
  // Each call says by which link it goes.
  const configuration = createConfiguration({});
  return {
    get access() {
      return links.current().access;
    },
    core: new CoreV1Api(configuration),
    rbac: new RbacAuthorizationV1Api(configuration),
    token: () => links.current().token(),
    call: (doing, signal, run) =>
      links.through((by) =>
        guarded(doing, signal, () => run({ ...by.options, httpApi: httpApi(by.agent, limit(signal)) })),
      ),
    request: (path, asked = {}) =>
      links.through(
        (by) =>
          guarded(`${asked.method ?? "GET"} ${path.split("?")[0]}`, asked.signal, () => raw(by, path, asked)),
        // Another's token says nothing of our own.
        (answer) => asked.as === undefined && answer.status === 401,
      ),
    close: () => links.current().agent.destroy(),
  };

  function raw(
    { access, token, agent }: Connection,
    path: string,
    { signal, as, method, body, accept = "application/json" }: HubRequest,
  ) {
    const asking = { method, body, accept, signal: limit(signal), timeout };
    if (as !== undefined) return requestAs(access, path, as, asking);
    return request(access.server + path, token(), agent, asking);
  }
}

async function guarded<T>(doing: string, signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await run();
  } catch (error) {
    signal?.throwIfAborted();
    throw hubError(error, doing);
  }
}
