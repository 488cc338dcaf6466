/** The TLS listener: on localhost, asking for client certificates, able to go down and come back on its port. */
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { HubKeys } from "./keys.ts";

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

interface Listener {
  port: number;
  /** Refuses connections and breaks the open ones. */
  down(): Promise<void>;
  up(): Promise<void>;
  isUp(): boolean;
  /** New keys, as after a restart: open connections break. */
  rekey(keys: HubKeys): void;
}

export async function listen(keys: HubKeys, handle: Handle): Promise<Listener> {
  const asking = { requestCert: true, rejectUnauthorized: false };
  // Longer than any client keeps an idle connection, so that it is never the server that hangs up.
  const server = createServer({ ...context(keys), ...asking, keepAliveTimeout: 90_000 }, handle);
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("tlsClientError", () => {});
  const up = async (port: number) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const hangUp = () => {
    for (const socket of sockets) socket.destroy();
  };
  const port = await up(0);
  return {
    port,
    isUp: () => server.listening,
    async up() {
      if (!server.listening) await up(port);
    },
    async down() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      hangUp();
      await closed;
    },
    rekey(fresh) {
      server.setSecureContext(context(fresh));
      hangUp();
    },
  };
}

const context = ({ ca, serving }: HubKeys) => ({ ca, cert: serving.certificate, key: serving.key });
