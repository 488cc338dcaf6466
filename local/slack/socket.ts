/** Socket Mode: tickets, hello, envelopes and their acknowledgements, repeats after a lost connection. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { performance } from "node:perf_hooks";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { Deliver, Delivered, Kind, Retry } from "./delivery.ts";
import type { Json } from "./types.ts";
import type { Workspace } from "./workspace.ts";

export type Reason = "warning" | "refresh_requested" | "link_disabled";

export interface Sockets {
  newUrl(origin: string): string;
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void;
  deliver: Deliver;
  connections(): number;
  /** Tells the bot to connect anew; Slack gives up the old connection once the bot closes it. */
  disconnect(reason: Reason): void;
  /** Breaks every connection without a word, as a network does. */
  drop(): void;
  /** The next acknowledgements get lost together with their connection, so their envelopes come again. */
  loseAcks(times: number): void;
  close(): void;
}

interface Pending {
  envelope: Json;
  socket: WebSocket | undefined;
  settle(outcome: Omit<Delivered, "ms">): void;
}

const pingEvery = 10_000;

export function createSockets(workspace: Workspace): Sockets {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const pending = new Map<string, Pending>();
  let lost = 0;

  const live = () => [...server.clients].filter((socket) => socket.readyState === socket.OPEN);
  const changed = () => workspace.changes.emit({ kind: "connection" });
  const transmit = (one: Pending, socket: WebSocket) => {
    one.socket = socket;
    socket.send(JSON.stringify(one.envelope));
  };
  const receive = (socket: WebSocket, data: RawData) => {
    const { envelope_id, payload } = JSON.parse(String(data)) as { envelope_id: string; payload?: Json };
    if (lost > 0) {
      lost -= 1;
      return socket.terminate();
    }
    pending.get(envelope_id)?.settle({ status: 200, body: bodyOf(payload) });
  };
  const welcome = (socket: WebSocket) => {
    socket.on("message", (data) => receive(socket, data));
    socket.on("close", changed);
    socket.on("error", changed);
    const heartbeat = setInterval(() => socket.ping(), pingEvery).unref();
    socket.once("close", () => clearInterval(heartbeat));
    socket.send(JSON.stringify(hello(workspace, server.clients.size)));
    changed();
    for (const one of pending.values()) if (one.socket?.readyState !== socket.OPEN) transmit(one, socket);
  };

  return {
    newUrl: (origin) => {
      const ticket = randomUUID();
      tickets.add(ticket);
      return `${origin}/link/?ticket=${ticket}&app_id=${workspace.bot.appId}`;
    },
    upgrade: (request, stream, head) => {
      const ticket = new URL(request.url ?? "/", "http://local").searchParams.get("ticket") ?? "";
      if (!tickets.delete(ticket)) return void stream.end("HTTP/1.1 408 Request Timeout\r\n\r\n");
      server.handleUpgrade(request, stream, head, welcome);
    },
    deliver: async (kind, payload, retry) => {
      const [socket] = live();
      const started = performance.now();
      const outcome = socket
        ? await exchange(workspace, pending, envelopeOf(kind, payload, retry), (one) => transmit(one, socket))
        : { status: 0, body: "", error: "dispatch_failed" };
      return { ...outcome, ms: performance.now() - started };
    },
    connections: () => live().length,
    disconnect: (reason) => {
      const message = JSON.stringify({ type: "disconnect", reason, debug_info: { host: "local" } });
      for (const socket of live()) socket.send(message);
    },
    drop: () => {
      for (const socket of live()) socket.terminate();
    },
    loseAcks: (times) => {
      lost += times;
    },
    close: () => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

const hello = ({ bot }: Workspace, num_connections: number): Json => ({
  type: "hello",
  num_connections,
  debug_info: { host: "local", build_number: 1, approximate_connection_time: 3600 },
  connection_info: { app_id: bot.appId },
});

const envelopeOf = (type: Kind, payload: Json, retry: Retry | undefined): Json => ({
  envelope_id: randomUUID(),
  type,
  payload,
  accepts_response_payload: type !== "events_api",
  ...(type === "events_api" && {
    retry_attempt: retry?.attempt ?? 0,
    retry_reason: retry?.reason ?? "",
  }),
});

const bodyOf = (payload: Json | undefined): string =>
  payload && Object.keys(payload).length > 0 ? JSON.stringify(payload) : "";

/** Waits for the acknowledgement, however many connections it takes, for Slack's three seconds. */
function exchange(
  workspace: Workspace,
  pending: Map<string, Pending>,
  envelope: Json,
  transmit: (one: Pending) => void,
): Promise<Omit<Delivered, "ms">> {
  const id = String(envelope.envelope_id);
  return new Promise((resolve) => {
    const settle = (outcome: Omit<Delivered, "ms">) => {
      clearTimeout(timer);
      pending.delete(id);
      resolve(outcome);
    };
    const late = () => settle({ status: 0, body: "", error: "operation_timeout" });
    const timer = setTimeout(late, workspace.settings.ackTimeoutMs);
    const one: Pending = { envelope, socket: undefined, settle };
    pending.set(id, one);
    transmit(one);
  });
}
