/** The hub's API over one keep-alive connection pool; every call has a timeout, and throws only what is safe to log. */
import {
  type ConfigurationOptions,
  CoreV1Api,
  createConfiguration,
  RbacAuthorizationV1Api,
  ServerConfiguration,
} from "@kubernetes/client-node";
import type { Secret } from "../domain/secret.ts";
import { createAgent } from "./agent.ts";
import { hubError } from "./errors.ts";
import type { HubAccess } from "./kubeconfig.ts";
import { ask, askFresh, type Raw, type RawOptions } from "./raw.ts";
import { httpApi } from "./send.ts";

export interface HubClient {
  readonly access: HubAccess;
  readonly core: CoreV1Api;
  readonly rbac: RbacAuthorizationV1Api;
  /** The bot's own token as it is now; null when it has a certificate. */
  token(): Secret | null;
  /** Runs a call of `core` or `rbac`. Throws the signal's reason, else HubError. */
  call<T>(doing: string, signal: AbortSignal | undefined, run: Run<T>): Promise<T>;
  /** GET. Resolves whatever the status; throws the signal's reason, else HubError. */
  raw(path: string, options?: RawOptions): Promise<Raw>;
  close(): Promise<void>;
}

type Run<T> = (options: ConfigurationOptions) => Promise<T>;

export interface ClientOptions {
  /** Replaces the kubeconfig's credential; read at each call, since it may be renewed. */
  token?: (() => Secret) | undefined;
  /** Milliseconds that a call may take. */
  timeout?: number | undefined;
  connections?: number | undefined;
}

export function createHubClient(access: HubAccess, options: ClientOptions = {}): HubClient {
  const { timeout = 5_000, connections = 32 } = options;
  const { credential } = access;
  const token = options.token ?? (credential.kind === "token" ? credential.token : () => null);
  const certificate = !options.token && credential.kind === "certificate" ? credential : undefined;
  const agent = createAgent(access, { connections, timeout, certificate });
  const configuration = configure(access.server, token);
  const limit = (signal: AbortSignal | undefined) =>
    signal ? AbortSignal.any([AbortSignal.timeout(timeout), signal]) : AbortSignal.timeout(timeout);
  return {
    access,
    core: new CoreV1Api(configuration),
    rbac: new RbacAuthorizationV1Api(configuration),
    token,
    call: (doing, signal, run) =>
      guarded(doing, signal, () => run({ httpApi: httpApi(agent, limit(signal)) })),
    raw: (path, { signal, as, accept = "application/json" } = {}) =>
      guarded(`GET ${path.split("?")[0]}`, signal, () => {
        const asking = { accept, signal: limit(signal), timeout };
        if (as !== undefined) return askFresh(access, path, as, asking);
        return ask(access.server + path, token(), agent, asking);
      }),
    close: () => agent.destroy(),
  };
}

function configure(server: string, token: () => Secret | null) {
  return createConfiguration({
    baseServer: new ServerConfiguration(server, {}),
    authMethods: {
      default: {
        getName: () => "the bot's own",
        applySecurityAuthentication: (context) => {
          const own = token();
          if (own) context.setHeaderParam("Authorization", `Bearer ${own.reveal()}`);
        },
      },
    },
  });
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
