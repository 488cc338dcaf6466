/** Envelopes under way over sockets: each waits for its acknowledgement, however many connections it takes. */
import { randomUUID } from "node:crypto";
import type { WebSocket } from "ws";
import type { Delivered, Kind } from "./delivery.ts";
import type { JsonObject } from "./types.ts";

type Outcome = Omit<Delivered, "ms">;

interface Pending {
  envelope: JsonObject;
  /** The connection it was last sent on. */
  socket: WebSocket;
  settle(outcome: Outcome): void;
}

export interface Envelopes {
  /** Resolves when acknowledged, or as operation_timeout after `ms`. */
  send(socket: WebSocket, envelope: JsonObject, ms: number): Promise<Outcome>;
  acknowledged(id: string, payload: JsonObject | undefined): void;
  /** Sends again, on a new connection, what a lost one left unacknowledged. */
  resume(socket: WebSocket): void;
}

export function createEnvelopes(): Envelopes {
  const pending = new Map<string, Pending>();
  const send = (socket: WebSocket, envelope: JsonObject, ms: number) => {
    const id = String(envelope.envelope_id);
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const settle = (outcome: Outcome) => {
      clearTimeout(timer);
      pending.delete(id);
      resolve(outcome);
    };
    const timer = setTimeout(() => settle({ status: 0, body: "", error: "operation_timeout" }), ms);
    pending.set(id, { envelope, socket, settle });
    socket.send(JSON.stringify(envelope));
    return promise;
  };
  return {
    send,
    acknowledged: (id, payload) => pending.get(id)?.settle({ status: 200, body: bodyOf(payload) }),
    resume: (socket) => {
      for (const one of pending.values()) {
        if (one.socket.readyState === socket.OPEN) continue;
        one.socket = socket;
        socket.send(JSON.stringify(one.envelope));
      }
    },
  };
}

const bodyOf = (payload: JsonObject | undefined): string =>
  payload && Object.keys(payload).length > 0 ? JSON.stringify(payload) : "";

export const envelopeFor = (type: Kind, payload: JsonObject): JsonObject => ({
  ...{ envelope_id: randomUUID(), type, payload, accepts_response_payload: type !== "events_api" },
  ...(type === "events_api" && { retry_attempt: 0, retry_reason: "" }),
});
