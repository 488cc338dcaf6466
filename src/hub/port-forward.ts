/** Opens a local address that leads to a ready pod of karpor-server, as `kubectl port-forward` does. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Writable } from "node:stream";
import { KubeConfig, PortForward } from "@kubernetes/client-node";
import type { Logger } from "pino";
import { kubeconfigError } from "./errors.ts";
import type { PortForwardSettings } from "./settings.ts";

export interface Forward {
  server: string;
  close(): void;
}

export async function openPortForward(settings: PortForwardSettings, log: Logger): Promise<Forward> {
  const { namespace, service, port } = settings;
  const forward = new PortForward(operatorConfig(settings.context));
  const sockets = new Set<Socket>();
  const server = createServer(async (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // "close" follows and handles it.
    socket.on("error", () => {});
    // The error channel. Its first message is empty; a later one says that the port can't be reached.
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
      // The client's error may contain headers.
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

/** The Kubernetes client uses this address when it finds no kubeconfig. */
const MADE_UP = "http://localhost:8080";

/** The operator's own kubeconfig is trusted as kubectl trusts it, including commands. */
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
