/** Health answers over HTTP, by path: on Bolt's own server, or on one of ours where Bolt has none. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Health = Record<string, () => Promise<{ status: number; body: unknown }>>;

async function respond(look: Health[string], response: ServerResponse): Promise<void> {
  const { status, body } = await look().catch(() => ({ status: 503, body: { ok: false } }));
  const isText = typeof body === "string";
  response.writeHead(status, { "content-type": isText ? "text/plain" : "application/json" });
  response.end(isText ? body : JSON.stringify(body));
}

export const healthRoutes = (health: Health) =>
  Object.entries(health).map(([path, look]) => ({
    path,
    method: "GET",
    handler: (_: IncomingMessage, response: ServerResponse) => void respond(look, response),
  }));

export async function startHealthServer(
  health: Health,
  port: number,
): Promise<{ port: number; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    if (request.method === "GET" && Object.hasOwn(health, path)) {
      const look = health[path];
      if (look) return void respond(look, response);
    }
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, resolve));
  return { port: portOf(server), stop: () => closed(server) };
}

export const portOf = (server: Pick<Server, "address">): number => (server.address() as AddressInfo).port;

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
