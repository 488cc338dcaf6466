/** Connection pools to the hub: the bot's own, and fresh ones that never show its certificate. */
import { createSecureContext, type SecureContext } from "node:tls";
import { Agent } from "undici";
import type { Secret } from "../../domain/secret.ts";
import type { HubAccess } from "../kubeconfig/kubeconfig.ts";

export interface AgentOptions {
  /** As many as its lanes ask for, when left out. */
  connections?: number;
  /** Milliseconds to connect in. */
  timeout: number;
  /** The client certificate to show, if any. */
  certificate?: { certificate: string; key: Secret } | undefined;
}

export function createAgent(access: HubAccess, { connections, timeout, certificate }: AgentOptions): Agent {
  return new Agent({
    ...(connections === undefined ? {} : { connections }),
    keepAliveTimeout: 30_000,
    // Over HTTP/2 all calls share a connection, which one that times out does not end: lost without a word, it is given up by this.
    h2Options: { pingInterval: timeout },
    connect: {
      timeout,
      rejectUnauthorized: !access.insecure,
      ...(certificate
        ? { ca: access.ca, cert: certificate.certificate, key: certificate.key.reveal() }
        : { secureContext: contextOf(access) }),
      ...(access.serverName === undefined ? {} : { servername: access.serverName }),
    },
  });
}

const contexts = new WeakMap<HubAccess, SecureContext>();

/** Whom to trust, read once: each connection that reads a CA itself takes the processor a millisecond more. */
function contextOf(access: HubAccess): SecureContext {
  const context = contexts.get(access) ?? createSecureContext({ ca: access.ca });
  contexts.set(access, context);
  return context;
}
