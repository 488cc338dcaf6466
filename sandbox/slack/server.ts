/** The HTTP server: /api/METHOD, /response/…, and the WebSocket upgrade of Socket Mode. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createApi, type Tokens } from "./api.ts";
import { SlackRefusal } from "./errors.ts";
import { is, nextFailure } from "./faults.ts";
import { readBody, respondWith } from "./http.ts";
import { type Answered, answerByUrl } from "./response-url.ts";
import type { Sockets } from "./socket.ts";
import type { CallFailure, LocalSlackOptions } from "./types.ts";
import type { Workspace } from "./workspace.ts";

interface LocalServer {
  origin: string;
  close(): Promise<void>;
}

export async function startServer(
  workspace: Workspace,
  tokens: Tokens,
  sockets: Sockets,
  { host = "127.0.0.1" }: Pick<LocalSlackOptions, "host">,
): Promise<LocalServer> {
  let origin = "";
  const api = createApi(workspace, tokens, {
    "apps.connections.open": () => ({ url: sockets.newUrl(origin.replace("http", "ws")) }),
  });
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    route(workspace, api, request, response).catch((error) => fail(response, error));
  };
  const server = createServer(serve);
  server.on("upgrade", sockets.upgrade);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, host, resolve);
  });
  origin = `http://${host}:${(server.address() as AddressInfo).port}`;
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
  return byUrl(workspace, path.slice("/response/".length), request, response);
}

async function byUrl(
  workspace: Workspace,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { socket } = request;
  const call = { method: "response_url", args: {} };
  const text = await readBody(request);
  const failure = (await workspace.meddler?.before(call)) ?? nextFailure(workspace, call.method);
  if (is("hang", failure)) return;
  const isLost = is("lost", failure);
  const { status, body } = failure && !isLost ? failedAnswer(failure) : answerByUrl(workspace, id, text);
  if (isLost || (await workspace.meddler?.after(call)) === false) socket.destroy();
  else respondWith(response, status, body);
}

function failedAnswer(failure: CallFailure): Answered {
  if (typeof failure === "string") return { status: 404, body: failure };
  if ("status" in failure) return { status: failure.status, body: failure.body ?? "" };
  return { status: 429, body: "rate_limited" };
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
