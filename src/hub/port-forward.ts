/** Opens a local address that leads to a ready pod of karpor-server, as `kubectl port-forward` does, for `hub.portForward`. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Writable } from "node:stream";
import { KubeConfig, PortForward } from "@kubernetes/client-node";
import type { Logger } from "pino";
import { kubeconfigError } from "./errors.ts";
import type { PortForwardSettings } from "./settings.ts";

export interface Forward {
  /** An https address of this machine. */
  server: string;
  close(): void;
}

/** Listens on a free port of 127.0.0.1; each connection looks for a ready pod. Throws HubError as operatorConfig. */
export async function openPortForward(settings: PortForwardSettings, log: Logger): Promise<Forward> {
  const { namespace, service, port } = settings;
  const forward = new PortForward(operatorConfig(settings.context));
  const sockets = new Set<Socket>();
  const server = createServer(async (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // "close" follows, and handles it.
    socket.on("error", () => {});
    // The error channel: a message says, for instance, that nothing listens on the port; the first one is empty.
    const complaints = new Writable({
      write(chunk: Buffer, _, done) {
        if (chunk.length > 0) socket.destroy();
        done();
      },
    });
    try {
      const tunnel = await forward.portForwardService(namespace, service, [port], socket, complaints, socket);
      if (typeof tunnel === "function") return;
      tunnel.on("close", () => socket.destroy());
      socket.once("close", () => tunnel.close());
      if (socket.destroyed) tunnel.close();
    } catch {
      // The client's error may hold headers.
      log.warn({ namespace, service, port }, "the port-forward to Karpor cannot be opened");
      socket.destroy();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The Kubernetes client makes up a kubeconfig for this address when it finds none. */
const MADE_UP = "http://localhost:8080";

/**
 * Loads the operator's own kubeconfig ($KUBECONFIG, ~/.kube/config) and trusts it as kubectl does, commands too; without
 * `context` its current one. Setup uses it as well. Throws HubError with a sentence that says what to do.
 */
export function operatorConfig(context: string | undefined): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromDefault();
  } catch (error) {
    throw kubeconfigError(
      `No kubeconfig: yours cannot be read (${(error as Error).message}). Correct KUBECONFIG, or the file.`,
    );
  }
  if (config.getCurrentCluster()?.server === MADE_UP)
    throw kubeconfigError(
      "No kubeconfig: put yours at ~/.kube/config, or name it in KUBECONFIG; it leads to the cluster that runs Karpor.",
    );
  if (context === undefined) return config;
  const names = config.getContexts().map(({ name }) => name);
  if (!names.includes(context))
    throw kubeconfigError(
      `Your kubeconfig has no context "${context}"; it has ${names.join(", ") || "none"}.`,
    );
  config.setCurrentContext(context);
  return config;
}
