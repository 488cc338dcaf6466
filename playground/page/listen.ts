/** A server of the playground: on loopback only, and gone at once when it ends. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Resolves to its address. Throws one sentence when the port is taken. */
export function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      const words = `Port ${port} is taken. Choose another: npm run playground -- --port ${port + 1}`;
      reject(taken ? new Error(words) : error);
    });
    server.listen(port, "127.0.0.1", () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
}

export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
