/** A local address that leads to a Service's pod, as `kubectl port-forward` does; each connection finds its pod anew. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Logger } from "pino";
import { createHubClient } from "../client/client.ts";
import type { HubAccess } from "../kubeconfig/kubeconfig.ts";
import type { PortForward } from "../settings.ts";
import { operatorContext } from "./operator-context.ts";
import { findTarget, type Target } from "./target.ts";
import { tunnel } from "./tunnel.ts";

export interface Forward {
  /** https, on this machine only. */
  server: string;
  close(): Promise<void>;
}

/** Throws one sentence that says what to do, when there is no way at this moment. */
export async function openPortForward(to: PortForward, { log }: { log: Logger }): Promise<Forward> {
  const where = `${to.namespace}/${to.service}:${to.port} by context "${to.context}"`;
  const context = operatorContext(to.context);
  await look(await context(), to).catch((error: Error) => {
    throw new Error(`Cannot port-forward to ${where}: ${error.message}`);
  });
  const sockets = new Set<Socket>();
  const route = shared(async () => {
    const access = await context();
    return { access, target: await look(access, to) };
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // Its end is seen at "close".
    socket.on("error", () => {});
    route()
      .then(({ access, target }) => tunnel(access, to.namespace, target, socket))
      .catch((error: Error) => error.message)
      .then(
        (complaint) =>
          complaint && log.warn({ complaint: complaint.slice(0, 200) }, `the port-forward to ${where} broke`),
      )
      .finally(() => socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Those that ask while it runs share one run: a pool that opens many connections at once looks once. */
function shared<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  return () => {
    running ??= run().finally(() => {
      running = null;
    });
    return running;
  };
}

async function look(access: HubAccess, to: PortForward): Promise<Target> {
  const client = createHubClient(access);
  try {
    return await findTarget(client, to);
  } finally {
    await client.close();
  }
}
