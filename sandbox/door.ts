/** A further door into a server of this process: a port of its own, whose connections can be cut without the others'. */

import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";

export interface SideDoor {
  readonly port: number;
  /** Breaks what is connected, and lets nobody in any more. */
  close(): void;
}

/** The server is handed the connections themselves: nothing is copied on the way. */
export async function openSideDoor(server: Server, port = 0): Promise<SideDoor> {
  const inside = new Set<Socket>();
  const door = createServer((socket) => {
    inside.add(socket);
    socket.once("close", () => inside.delete(socket));
    server.emit("connection", socket);
  });
  await new Promise<void>((resolve, reject) => {
    door.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  return {
    port: (door.address() as AddressInfo).port,
    close() {
      door.close();
      for (const socket of inside) socket.destroy();
    },
  };
}
