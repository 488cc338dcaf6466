/** Socket Mode: tickets, hello, and delivery over whichever connection lives. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { performance } from "node:perf_hooks";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { ACK_WITHIN_MS, type Deliver } from "./delivery.ts";
import { createEnvelopes, type Envelopes, envelopeFor } from "./envelopes.ts";
import type { JsonObject } from "./types.ts";
import type { Workspace } from "./workspace.ts";

export type Sockets = ReturnType<typeof createSockets>;

interface Line {
  workspace: Workspace;
  server: WebSocketServer;
  envelopes: Envelopes;
  /** Each URL connects once. */
  tickets: Set<string>;
}

const pingEvery = 10_000;
const MAX_CONNECTIONS = 10;

export function createSockets(workspace: Workspace) {
  const line: Line = {
    workspace,
    server: new WebSocketServer({ noServer: true }),
    envelopes: createEnvelopes(),
    tickets: new Set(),
  };
  return {
    newUrl: (origin: string): string => newUrl(line, origin),
    upgrade: (request: IncomingMessage, stream: Duplex, head: Buffer): void =>
      upgrade(line, request, stream, head),
    deliver: deliverOn(line),
    close: (): void => {
      for (const socket of line.server.clients) socket.terminate();
      line.server.close();
    },
  };
}

const live = ({ server }: Line): WebSocket[] =>
  [...server.clients].filter((socket) => socket.readyState === socket.OPEN);

function newUrl({ tickets, workspace }: Line, origin: string): string {
  const ticket = randomUUID();
  tickets.add(ticket);
  return `${origin}/link/?ticket=${ticket}&app_id=${workspace.bot.appId}`;
}

function upgrade(line: Line, request: IncomingMessage, stream: Duplex, head: Buffer): void {
  const ticket = new URL(request.url ?? "/", "http://local").searchParams.get("ticket") ?? "";
  if (line.tickets.delete(ticket)) {
    line.server.handleUpgrade(request, stream, head, (socket) => welcome(line, socket));
  } else {
    stream.end("HTTP/1.1 408 Request Timeout\r\n\r\n");
  }
}

function welcome(line: Line, socket: WebSocket): void {
  const changed = () => line.workspace.changes.emit({ kind: "connection" });
  if (line.server.clients.size > MAX_CONNECTIONS) {
    socket.send(JSON.stringify({ type: "disconnect", reason: "too_many_websockets" }));
    line.server.clients.delete(socket);
    return;
  }
  const heartbeat = setInterval(() => socket.ping(), pingEvery).unref();
  socket.on("message", (data) => receive(line, data));
  socket.on("error", changed);
  socket.once("close", () => {
    clearInterval(heartbeat);
    changed();
  });
  socket.send(JSON.stringify(hello(line)));
  changed();
  line.envelopes.resume(socket);
}

const hello = (line: Line): JsonObject => ({
  type: "hello",
  num_connections: line.server.clients.size,
  connection_info: { app_id: line.workspace.bot.appId },
});

function receive(line: Line, data: RawData): void {
  const { envelope_id, payload } = JSON.parse(String(data)) as { envelope_id: string; payload?: JsonObject };
  line.envelopes.acknowledged(envelope_id, payload);
}

/** With several connections Slack picks any one; so does this. */
function deliverOn(line: Line): Deliver {
  return async (kind, payload) => {
    const open = live(line);
    const socket = open[Math.floor(Math.random() * open.length)];
    if (!socket) return { status: 0, ms: 0, body: "", error: "dispatch_failed" };
    const started = performance.now();
    const outcome = await line.envelopes.send(socket, envelopeFor(kind, payload), ACK_WITHIN_MS);
    return { ...outcome, ms: performance.now() - started };
  };
}
