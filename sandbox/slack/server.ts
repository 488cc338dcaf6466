/** The HTTP server on 127.0.0.1: /api/METHOD, /response/…, and the WebSocket upgrade of Socket Mode. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createApi, type Tokens } from "./api.ts";
import { SlackRefusal } from "./errors.ts";
import { readBody, respondWith } from "./http.ts";
import { answerByUrl } from "./response-url.ts";
import type { Sockets } from "./socket.ts";
import type { Workspace } from "./workspace.ts";

export interface LocalServer {
  origin: string;
  close(): Promise<void>;
}

export async function startServer(
  workspace: Workspace,
  tokens: Tokens,
  sockets: Sockets,
  port: number,
): Promise<LocalServer> {
  let origin = "";
  const api = createApi(workspace, tokens, {
    "apps.connections.open": () => ({ url: sockets.newUrl(origin.replace("http", "ws")) }),
  });
  const server = createServer((request, response) => {
    route(workspace, api, request, response).catch((error) => fail(response, error));
  });
  server.on("upgrade", sockets.upgrade);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, close: () => close(server) };
}

async function route(
  workspace: Workspace,
  api: ReturnType<typeof createApi>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? "/", "http://local").pathname;
  if (path.startsWith("/api/")) return api(path.slice("/api/".length), request, response);
  if (!path.startsWith("/response/")) return respondWith(response, 404, "not found");
  const { status, body } = answerByUrl(workspace, path.slice("/response/".length), await readBody(request));
  respondWith(response, status, body);
}

function fail(response: ServerResponse, error: unknown): void {
  if (error instanceof SlackRefusal) {
    respondWith(response, 200, { ok: false, error: error.code, ...error.extra });
  } else {
    respondWith(
      response,
      500,
      `The local Slack itself failed: ${error instanceof Error ? error.stack : error}`,
    );
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
