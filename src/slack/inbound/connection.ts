/** One Socket Mode connection, from its opening to its loss. It never reconnects by itself: every promise of it is somebody's. */
import { type App, type Logger, SocketModeReceiver } from "@slack/bolt";
import { z } from "zod";
import type { SlackProxy } from "../outbound/proxy.ts";
import { sendDirectly } from "../outbound/send.ts";

type Client = SocketModeReceiver["client"];

/** What an app may have; one more is turned away. */
export const MAX_CONNECTIONS = 10;

export interface SocketConnection {
  /** How many the app had when this one was opened, of all replicas; this one included. */
  readonly connections: number;
  /** Resolves when Slack will close it soon, and wants another in its place. */
  readonly expiring: Promise<void>;
  /** Resolves when it is gone, whoever ended it. */
  readonly lost: Promise<void>;
  /** At most 3 s. */
  close(): Promise<void>;
}

export interface SocketConnectionOptions {
  appToken: string;
  logger: Logger;
  apiUrl?: string | undefined;
  proxy?: SlackProxy | undefined;
  /** Milliseconds to answer a ping in. */
  pongWithin?: number | undefined;
}

/** Who takes what comes in. */
export type Taker = Pick<App, "processEvent">;

const PONG_WITHIN_MS = 3_000;
const PING_WITHIN_MS = 30_000;
const OPEN_WITHIN_MS = 5_000;
const HELLO_WITHIN_MS = 10_000;
const CLOSE_WITHIN_MS = 3_000;

/** Slack ended it before it said hello. */
export class SocketClosed extends Error {
  override name = "SocketClosed";
  /** Slack's own word, where it gave one. */
  readonly reason: string | undefined;
  constructor(reason: string | undefined) {
    super(`the connection was closed before Slack said hello${reason ? ` (${reason})` : ""}`);
    this.reason = reason;
  }
}

/** Resolves when Slack has said hello. Throws Slack's refusal, SocketClosed, or an Error when it does not answer. */
export async function connectSocket(
  options: SocketConnectionOptions,
  taker: Taker,
): Promise<SocketConnection> {
  const receiver = receiverOf(options);
  // It asks nothing else of an app.
  receiver.init(taker as App);
  const { client } = receiver;
  const said = listenTo(client);
  const lost = new Promise<void>((resolve) => client.once("disconnected", () => resolve()));
  const close = async () => void (await Promise.race([client.disconnect(), late(CLOSE_WITHIN_MS)]));
  const started = client.start();
  const hello = await Promise.race([started.then(() => true), late(HELLO_WITHIN_MS)]).catch(
    (error: unknown) => {
      throw error ?? new SocketClosed(said.goodbye);
    },
  );
  if (!hello) {
    void close();
    // It may yet come about.
    void started.then(close, () => {});
    throw new Error("Slack said no hello");
  }
  return { connections: said.connections, expiring: said.expiring, lost, close };
}

const WARNINGS = new Set(["warning", "refresh_requested"]);

/** The client would close at a mere warning, and lose what comes before there is another: it never hears of one. */
function listenTo(client: Client) {
  const { promise: expiring, resolve: expire } = Promise.withResolvers<void>();
  const said = { connections: 1, goodbye: undefined as string | undefined, expiring };
  const handlers = client.listeners("ws_message");
  client.removeAllListeners("ws_message");
  client.on("ws_message", (data: unknown, isBinary: boolean) => {
    const message = controlIn(data);
    if (message?.type === "hello") said.connections = message.num_connections;
    if (message?.type === "disconnect") said.goodbye = message.reason;
    if (message?.type === "disconnect" && WARNINGS.has(message.reason)) return expire();
    for (const handle of handlers) handle.call(client, data, isBinary);
  });
  return said;
}

const receiverOf = ({
  appToken,
  logger,
  apiUrl,
  proxy,
  pongWithin = PONG_WITHIN_MS,
}: SocketConnectionOptions) =>
  new SocketModeReceiver({
    appToken,
    logger,
    ...(proxy && { dispatcher: proxy.dispatcher }),
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
        fetch: proxy?.fetch ?? sendDirectly,
      },
    },
  });

const Control = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hello"), num_connections: z.number() }),
  z.object({ type: z.literal("disconnect"), reason: z.string() }),
]);

function controlIn(data: unknown): z.infer<typeof Control> | undefined {
  // The other messages hold what people wrote, and may be long.
  if (typeof data !== "string" || !/"type":\s*"(hello|disconnect)"/.test(data)) return undefined;
  try {
    return Control.safeParse(JSON.parse(data)).data;
  } catch {
    return undefined;
  }
}

/** Resolves to undefined. */
const late = (ms: number): Promise<undefined> =>
  new Promise((resolve) => setTimeout(resolve, ms, undefined).unref());
