/** One way to the hub: its address, who speaks, and the connections it goes by. */
import type { Configuration } from "@kubernetes/client-node/dist/gen/configuration.js";
import { ServerConfiguration } from "@kubernetes/client-node/dist/gen/servers.js";
import type { Agent } from "undici";
import type { Secret } from "../../domain/secret.ts";
import type { HubAccess } from "../kubeconfig/kubeconfig.ts";
import { createAgent } from "./agent.ts";

export interface Connection {
  access: HubAccess;
  agent: Agent;
  /** Another like it, to be destroyed by whoever asked. */
  fresh(): Agent;
  /** For who is not the bot: shows no certificate. */
  others: Agent;
  /** The bearer token as it is now; null when there is a certificate instead. */
  token(): Secret | null;
  /** For a call of the Kubernetes client: where to, and as whom. */
  way: Omit<Configuration, "httpApi">;
}

export interface ConnectionOptions {
  /** Replaces the kubeconfig's credential. */
  token?: (() => Secret) | undefined;
  timeout: number;
}

export function createConnection(
  access: HubAccess,
  { token: given, timeout }: ConnectionOptions,
): Connection {
  const { credential } = access;
  const token = given ?? (credential.kind === "token" ? credential.token : () => null);
  const certificate = !given && credential.kind === "certificate" ? credential : undefined;
  const fresh = () => createAgent(access, { timeout, certificate });
  const agent = fresh();
  return {
    access,
    token,
    agent,
    fresh,
    others: certificate ? createAgent(access, { timeout }) : agent,
    way: {
      middleware: [],
      baseServer: new ServerConfiguration(access.server, {}),
      authMethods: {
        default: {
          getName: () => "the bot's own",
          applySecurityAuthentication: (context) => {
            const own = token();
            if (own) context.setHeaderParam("Authorization", `Bearer ${own.reveal()}`);
          },
        },
      },
    },
  };
}
