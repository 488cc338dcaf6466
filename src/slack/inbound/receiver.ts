/** How Slack reaches us: signed HTTP requests that our server hands on, or a WebSocket that we open. */
import type { RequestListener } from "node:http";
import { type App, HTTPReceiver, type Receiver } from "@slack/bolt";
import { connectSocket, type SocketConnectionOptions } from "./connection.ts";
import { takeSigned } from "./signed.ts";
import { createSocket, type SocketOptions } from "./socket.ts";

/** `serve`: from now on, the HTTP server hands this what Slack sends. */
export type Transport = { appToken: string } | { signingSecret: string; serve(take: RequestListener): void };

export interface SlackReceiver {
  receiver: Receiver;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Commands and clicks can come in. */
  isOpen(): boolean;
  /** Socket Mode only: of this replica. */
  connections?(): number;
}

export interface ReceiverOptions
  extends Omit<SocketOptions, "connect">,
    Omit<SocketConnectionOptions, "appToken"> {}

export const createReceiver = (transport: Transport, options: ReceiverOptions): SlackReceiver =>
  "appToken" in transport ? socketReceiver(transport, options) : httpReceiver(transport, options);

function httpReceiver(
  { signingSecret, serve }: Extract<Transport, { signingSecret: string }>,
  { logger }: ReceiverOptions,
): SlackReceiver {
  const receiver = new HTTPReceiver({ signingSecret, logger });
  let open = false;
  return {
    receiver,
    async start() {
      serve(takeSigned({ receiver, signingSecret, logger }));
      open = true;
    },
    async stop() {
      if (open) serve(goingAway);
      open = false;
    },
    isOpen: () => open,
  };
}

const goingAway: RequestListener = (_, response) =>
  void response.writeHead(503, { connection: "close" }).end();

function socketReceiver({ appToken }: { appToken: string }, options: ReceiverOptions): SlackReceiver {
  let app: App | undefined;
  const socket = createSocket({
    ...options,
    connect: async () => {
      if (!app) throw new Error("Bolt was not given its receiver");
      return connectSocket({ ...options, appToken }, app);
    },
  });
  const receiver: Receiver = {
    init: (given) => {
      app = given;
    },
    start: socket.start,
    stop: socket.stop,
  };
  return { receiver, ...socket };
}
