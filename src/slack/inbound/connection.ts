/** One Socket Mode connection, from its opening to its loss. It never reconnects by itself: every promise of it is somebody's. */
import { type App, type Logger, SocketModeReceiver } from "@slack/bolt";
import { z } from "zod";

export interface SocketConnection {
  /** How many the app had when this one was opened, of all replicas; this one included. */
  readonly connections: number;
  /** Resolves when it is gone, whoever ended it. */
  readonly lost: Promise<void>;
  /** At most 3 s. */
  close(): Promise<void>;
}

export interface SocketConnectionOptions {
  appToken: string;
  logger: Logger;
  apiUrl?: string | undefined;
  /** Milliseconds to answer a ping in. */
  pongWithin?: number | undefined;
}

const PONG_WITHIN_MS = 3_000;
const PING_WITHIN_MS = 30_000;
const OPEN_WITHIN_MS = 5_000;
const HELLO_WITHIN_MS = 10_000;
const CLOSE_WITHIN_MS = 3_000;

/** Resolves when Slack has said hello. Rejects with Slack's refusal, or when it does not answer. */
export async function connectSocket(options: SocketConnectionOptions, app: App): Promise<SocketConnection> {
  const receiver = receiverOf(options);
  receiver.init(app);
  const { client } = receiver;
  let connections = 1;
  client.on("ws_message", (data: unknown) => {
    connections = countIn(data) ?? connections;
  });
  const lost = new Promise<void>((resolve) => client.once("disconnected", () => resolve()));
  const close = async () => void (await Promise.race([client.disconnect(), late(CLOSE_WITHIN_MS)]));
  const started = client.start();
  const hello = await Promise.race([started.then(() => true), late(HELLO_WITHIN_MS)]).catch(
    (error: unknown) => {
      throw error ?? new Error("the connection was closed before Slack said hello");
    },
  );
  if (!hello) {
    void close();
    // It may yet come about.
    void started.then(close, () => {});
    throw new Error("Slack said no hello");
  }
  return { connections, lost, close };
}

const receiverOf = ({ appToken, logger, apiUrl, pongWithin = PONG_WITHIN_MS }: SocketConnectionOptions) =>
  new SocketModeReceiver({
    appToken,
    logger,
    // Its own reconnect loses the promise of a refusal, and is deaf from then on.
    autoReconnectEnabled: false,
    clientPingTimeout: pongWithin,
    serverPingTimeout: PING_WITHIN_MS,
    installerOptions: {
      // An object of its own: the receiver writes into it.
      clientOptions: {
        timeout: OPEN_WITHIN_MS,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
      },
    },
  });

const Hello = z.object({ type: z.literal("hello"), num_connections: z.number() });

function countIn(data: unknown): number | undefined {
  // The other messages hold what people wrote, and may be long.
  if (typeof data !== "string" || !data.includes('"hello"')) return undefined;
  try {
    return Hello.safeParse(JSON.parse(data)).data?.num_connections;
  } catch {
    return undefined;
  }
}

/** Resolves to undefined. */
const late = (ms: number): Promise<undefined> =>
  new Promise((resolve) => setTimeout(resolve, ms, undefined).unref());
