/** Socket Mode: tickets, hello, delivery over whichever connection lives, and connections that break. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { performance } from "node:perf_hooks";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { Deliver } from "./delivery.ts";
import { createEnvelopes, type Envelopes, envelopeOf } from "./envelopes.ts";
import type { JsonObject } from "./types.ts";
import type { Workspace } from "./workspace.ts";

export type Sockets = ReturnType<typeof createSockets>;

interface Line {
  workspace: Workspace;
  server: WebSocketServer;
  envelopes: Envelopes;
  /** Each URL connects once. */
  tickets: Set<string>;
  /** About to be closed: nothing new is handed to them. */
  leaving: Set<WebSocket>;
  /** Connections that broke unseen: counted, and given their share, which is lost. */
  ghosts: number;
  /** How many acknowledgements are still to be lost. */
  lost: number;
}

const pingEvery = 10_000;
/** After a warning. */
const CLOSES_AFTER_MS = 10_000;
const MAX_CONNECTIONS = 10;

export function createSockets(workspace: Workspace) {
  const line: Line = {
    workspace,
    server: new WebSocketServer({ noServer: true }),
    envelopes: createEnvelopes(),
    tickets: new Set(),
    leaving: new Set(),
    ...{ ghosts: 0, lost: 0 },
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
    ...weather(line),
  };
}

const live = ({ server }: Line): WebSocket[] =>
  [...server.clients].filter((socket) => socket.readyState === socket.OPEN);

/** What happens to connections; a test or the playground may ask for it. */
function weather(line: Line) {
  return {
    connections: (): number => live(line).length,
    /** Tells the bot to connect anew; the old connections go on getting their share for 10 s, and are closed then. */
    disconnect: (reason: "warning" | "refresh_requested" | "link_disabled"): void => {
      for (const socket of live(line)) void part(line, socket, reason);
    },
    /** So many further connections that Slack believes in, and nobody has. */
    haunt: (ghosts: number): void => {
      line.ghosts = ghosts;
    },
    /** How many envelopes were sent again because a connection went away before their acknowledgement. */
    resent: line.envelopes.resent,
    /** Breaks every connection without a word, as a network does. */
    drop: (): void => {
      for (const socket of live(line)) socket.terminate();
    },
    /** The next acknowledgements get lost together with their connection, so their envelopes come again. */
    loseAcks: (times: number): void => {
      line.lost += times;
    },
  };
}

async function part(line: Line, socket: WebSocket, reason: string): Promise<void> {
  socket.send(JSON.stringify({ type: "disconnect", reason, debug_info: { host: "local" } }));
  if (reason === "link_disabled") return;
  await line.workspace.clock.sleep(CLOSES_AFTER_MS);
  line.leaving.add(socket);
  await line.envelopes.settled(socket);
  socket.close();
}

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
  if (counted(line) > MAX_CONNECTIONS) {
    socket.send(JSON.stringify({ type: "disconnect", reason: "too_many_websockets" }));
    line.server.clients.delete(socket);
    return;
  }
  const heartbeat = setInterval(() => socket.ping(), pingEvery).unref();
  socket.on("message", (data) => receive(line, socket, data));
  socket.on("error", changed);
  socket.once("close", () => {
    clearInterval(heartbeat);
    changed();
  });
  socket.send(JSON.stringify(hello(line)));
  changed();
  line.envelopes.resume(socket);
}

const counted = ({ server, ghosts }: Line): number => server.clients.size + ghosts;

const hello = (line: Line): JsonObject => ({
  type: "hello",
  num_connections: counted(line),
  debug_info: { host: "local", build_number: 1, approximate_connection_time: 3600 },
  connection_info: { app_id: line.workspace.bot.appId },
});

function receive(line: Line, socket: WebSocket, data: RawData): void {
  const { envelope_id, payload } = JSON.parse(String(data)) as { envelope_id: string; payload?: JsonObject };
  if (line.lost > 0) {
    line.lost -= 1;
    socket.terminate();
  } else {
    line.envelopes.acknowledged(envelope_id, payload);
  }
}

/** With several connections Slack picks any one; so does this. */
function deliverOn(line: Line): Deliver {
  return async (kind, payload, retry) => {
    const open = live(line).filter((socket) => !line.leaving.has(socket));
    if (open.length + line.ghosts === 0) return { status: 0, ms: 0, body: "", error: "dispatch_failed" };
    const started = performance.now();
    const { ackTimeoutMs } = line.workspace.settings;
    const socket = open[Math.floor(Math.random() * (open.length + line.ghosts))];
    const outcome = await line.envelopes.send(socket, envelopeOf(kind, payload, retry), ackTimeoutMs);
    return { ...outcome, ms: performance.now() - started };
  };
}
