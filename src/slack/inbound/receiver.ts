/** How Slack reaches us: signed HTTP requests, or a WebSocket that we open. */
import { HTTPReceiver, type Logger, type Receiver, SocketModeReceiver } from "@slack/bolt";
import { type Health, healthRoutes, portOf, startHealthServer } from "../../http/health.ts";

/** In Socket Mode `port` serves health alone. */
export type Transport = { appToken: string; port?: number } | { signingSecret: string; port: number };

export interface SlackReceiver {
  receiver: Receiver;
  start(): Promise<{ port?: number }>;
  stop(): Promise<void>;
  /** Throws when Slack does not reach us; over HTTP that cannot be known. */
  check(): void;
}

export interface ReceiverOptions {
  logger: Logger;
  health: Health;
  apiUrl?: string | undefined;
  /** Also the wait before each new connection, which Slack asks for every few hours. */
  pongWithin?: number | undefined;
}

export const createReceiver = (transport: Transport, options: ReceiverOptions): SlackReceiver =>
  "appToken" in transport ? socketLine(transport, options) : httpLine(transport, options);

function httpLine(
  { signingSecret, port }: { signingSecret: string; port: number },
  { logger, health }: ReceiverOptions,
): SlackReceiver {
  const receiver = new HTTPReceiver({ signingSecret, logger, customRoutes: healthRoutes(health) });
  let open = false;
  return {
    receiver,
    async start() {
      const server = await receiver.start(port);
      open = true;
      return { port: portOf(server) };
    },
    // It rejects where there is nothing to stop.
    stop: async () => (open ? receiver.stop() : undefined),
    check() {},
  };
}

const PONG_WITHIN = 3_000;
const PING_WITHIN = 30_000;
const CLOSE_WITHIN = 3_000;

function socketLine(
  { appToken, port }: { appToken: string; port?: number },
  { logger, health, apiUrl, pongWithin = PONG_WITHIN }: ReceiverOptions,
): SlackReceiver {
  // An object of its own: the receiver writes into it. Its retries stay as they are: a failed reconnect would be final.
  const clientOptions = { timeout: 10_000, ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }) };
  const receiver = new SocketModeReceiver({
    appToken,
    logger,
    clientPingTimeout: pongWithin,
    serverPingTimeout: PING_WITHIN,
    installerOptions: { clientOptions },
  });
  let server: Awaited<ReturnType<typeof startHealthServer>> | undefined;
  let connected = false;
  receiver.client.on("connected", () => {
    connected = true;
  });
  for (const event of ["close", "reconnecting", "disconnected"])
    receiver.client.on(event, () => {
      connected = false;
    });
  return {
    receiver,
    async start() {
      if (port !== undefined && Object.keys(health).length > 0)
        server = await startHealthServer(health, port);
      await receiver.start();
      return server ? { port: server.port } : {};
    },
    check() {
      if (!connected) throw new Error("Socket Mode is not connected");
    },
    async stop() {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, CLOSE_WITHIN);
      await Promise.race([receiver.client.disconnect(), late]);
      clearTimeout(timer);
      await server?.stop();
    },
  };
}
