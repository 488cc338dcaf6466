/** Slack's door: Bolt's own receivers, over HTTP or Socket Mode, and the health pages beside them. */
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import {
  App,
  HTTPModuleFunctions,
  HTTPReceiver,
  type HTTPReceiverOptions,
  type Logger,
  LogLevel,
  SocketModeReceiver,
  type ViewSubmitAction,
} from "@slack/bolt";
import type { FetchFunction } from "@slack/web-api";
import { type Dispatcher, EnvHttpProxyAgent, fetch, type RequestInit } from "undici";
import { z } from "zod";
import type { Bot } from "../bot.ts";
import { MINUTE, SECOND } from "../request/durations.ts";
import { SlackAway } from "../slack/slack.ts";
import { refusalFor } from "./answers.ts";
import { handleClick } from "./buttons.ts";
import { handleCommand } from "./commands.ts";
import { EVENTS, handleEvent } from "./events.ts";
import { handleShortcut, handleSubmission } from "./submissions.ts";

/** Health pages: /livez, /readyz, /status. */
export type Routes = NonNullable<HTTPReceiverOptions["customRoutes"]>;

const ENDPOINT = "/slack/events";
const RESPOND_WITHIN_MS = 3000;

/** Rejects when the port is taken; Slack may be away. In Socket Mode the port has the health pages only. */
export async function startBolt(bot: Bot, routes: Routes = []) {
  const { env } = bot.config;
  const dispatcher = proxyFor(env);
  const socket = env.SLACK_APP_TOKEN ? openSocket(bot, env.SLACK_APP_TOKEN, dispatcher) : null;
  const logger = boltLogger(bot, socket ? "debug" : "warn");
  const web = new HTTPReceiver({
    logger,
    customRoutes: routes,
    signingSecret: env.SLACK_SIGNING_SECRET ?? "",
    processEventErrorHandler: async ({ error, response }) => {
      noteUnreadable(bot, error);
      if (!response.headersSent) response.writeHead(400).end();
      return false;
    },
    unhandledRequestHandler: ({ response }) => {
      if (response.headersSent) return;
      bot.log.warn("what Slack sent was not acknowledged within 3 s");
      response.writeHead(404).end();
    },
    ...(socket ? { endpoints: [], signatureVerification: false } : { endpoints: ENDPOINT }),
  });
  if (!socket) answerUnreadable(bot, web);
  const app = new App({
    receiver: socket?.receiver ?? web,
    logger,
    convoStore: false,
    extendedErrorHandler: true,
    // Slack is called by slack/client.ts alone: Bolt gets no token, and so asks Slack for nothing.
    authorize: async () => ({}),
    ignoreSelf: false,
    clientOptions: { fetch: respondBy(dispatcher) },
  });
  // Nothing but a payload that cannot be read comes so far: the receiver answers it.
  app.error(async ({ error }: { error: Error }) => {
    throw error;
  });
  const running = listen(bot, app);
  const server = await web.start(env.PORT);
  let isServing = true;
  const stop = async () => {
    isServing = false;
    await Promise.all([socket?.stop(), web.stop()]);
  };
  const drained = () => Promise.allSettled([...running]);
  return {
    port: (server.address() as AddressInfo).port,
    /** Commands and clicks can come in. */
    isConnected: () => isServing && (socket?.isConnected() ?? true),
    /** Closes the door after all that runs is acknowledged, and waits at most `ms` for its end. */
    async close(ms: number): Promise<void> {
      const closed = drained().then(stop).then(drained);
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, ms).unref())]);
    },
  };
}

/** Every command, click, form and event; the handlers that run now are kept, since Bolt does not wait for them. */
function listen(bot: Bot, app: App): ReadonlySet<Promise<void>> {
  const running = new Set<Promise<void>>();
  const serve =
    <Args>(handle: (bot: Bot, args: Args) => Promise<void>) =>
    async (args: Args): Promise<void> => {
      const work = handle(bot, args).catch((error: unknown) => {
        if (error instanceof z.ZodError) throw error;
        logFailure(bot, error);
      });
      running.add(work);
      await work.finally(() => running.delete(work));
    };
  const ANY = /^/;
  app.command(ANY, serve(handleCommand));
  app.action(ANY, serve(handleClick));
  app.view<ViewSubmitAction>(ANY, serve(handleSubmission));
  app.shortcut(ANY, serve(handleShortcut));
  for (const name of EVENTS) app.event(name, serve(handleEvent));
  return running;
}

/** Signed, and yet not as Slack sends it. */
const noteUnreadable = ({ log }: Bot, error: unknown): void =>
  log.debug({ err: error }, "what came with Slack's signature cannot be read");

/** Bolt never answers a body that is `null`, and only after 3 s one that has no kind: it is refused before. */
function answerUnreadable(bot: Bot, web: HTTPReceiver): void {
  const { requestListener } = web;
  web.requestListener = (request, response) => {
    if (request.method !== "POST" || request.url !== ENDPOINT) return requestListener(request, response);
    void hasNoKind(bot, request).then((isRefused) => {
      if (!isRefused) return requestListener(request, response);
      noteUnreadable(bot, new Error("the payload has no kind"));
      response.writeHead(400).end();
    });
  };
}

/** Bolt itself answers what has no valid signature, or is no JSON. */
async function hasNoKind({ config }: Bot, request: IncomingMessage): Promise<boolean> {
  const { defaultBodyLimit, parseAndVerifyHTTPRequest, parseHTTPRequestBody } = HTTPModuleFunctions;
  const options = { signingSecret: config.env.SLACK_SIGNING_SECRET ?? "", bodyLimit: defaultBodyLimit };
  try {
    const body = parseHTTPRequestBody(await parseAndVerifyHTTPRequest(options, request));
    return !(body?.type ?? body?.command ?? body?.ssl_check);
  } catch {
    return false;
  }
}

/** The log tells an outage once. */
function logFailure(bot: Bot, error: unknown): void {
  bot.outages.note(error);
  bot.log[refusalFor(error) ? "debug" : "error"]({ err: error }, "what Slack sent could not be handled");
}

const CONNECT_WITHIN_MS = 5000;
const PONG_WITHIN_MS = 3000;
const RECONNECT_AFTER = SECOND / 2;
const REOPEN_AFTER = 5 * SECOND;

/** One Socket Mode connection at a time: it is opened again by ourselves, since Bolt's own reconnect can end for good. */
function openSocket(bot: Bot, appToken: string, dispatcher: Dispatcher | undefined) {
  const { SLACK_API_URL } = bot.config.env;
  const receiver = new SocketModeReceiver({
    appToken,
    logger: boltLogger(bot, "debug"),
    autoReconnectEnabled: false,
    clientPingTimeout: PONG_WITHIN_MS,
    // Acknowledged, so that Slack does not send it again.
    processEventErrorHandler: async ({ error }) => {
      noteUnreadable(bot, error);
      return true;
    },
    ...(dispatcher ? { dispatcher } : {}),
    installerOptions: {
      clientOptions: {
        timeout: CONNECT_WITHIN_MS,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        ...(SLACK_API_URL ? { slackApiUrl: SLACK_API_URL } : {}),
      },
    },
  });
  let isConnected = false;
  const keepConnected = async () => {
    while (!bot.stopping.aborted) {
      let pause = RECONNECT_AFTER;
      try {
        await receiver.client.start();
        isConnected = true;
        bot.outages.markBack("Slack");
        // Slack renews a connection by closing it.
        await new Promise((resolve) => receiver.client.once("disconnected", resolve));
      } catch (error) {
        const why = error instanceof Error ? error.message : "the connection was closed";
        bot.outages.note(new SlackAway(`Socket Mode: ${why}`));
        pause = REOPEN_AFTER;
      }
      isConnected = false;
      await bot.clock.sleep(pause, bot.stopping).catch(() => {});
    }
  };
  void keepConnected();
  return { receiver, isConnected: () => isConnected, stop: () => receiver.client.disconnect() };
}

const proxyFor = ({ HTTPS_PROXY, NO_PROXY = "" }: Bot["config"]["env"]): Dispatcher | undefined =>
  HTTPS_PROXY
    ? // Over HTTP/2 a WebSocket would share its connection with the calls.
      new EnvHttpProxyAgent({ httpsProxy: HTTPS_PROXY, httpProxy: "", noProxy: NO_PROXY, allowH2: false })
    : undefined;

/** For answers by `respond`: Bolt gives them no time limit, and does not tell that Slack is away. */
const respondBy =
  (dispatcher: Dispatcher | undefined): FetchFunction =>
  async (url, init) => {
    const answer = await fetch(url, {
      ...(init as RequestInit),
      signal: AbortSignal.timeout(RESPOND_WITHIN_MS),
      ...(dispatcher ? { dispatcher } : {}),
    }).catch((error: Error) => {
      throw new SlackAway(`respond: ${error.message}`);
    });
    const seconds = Number(answer.headers.get("retry-after"));
    if (answer.status === 429) throw new SlackAway("respond: Slack asks to wait", seconds * SECOND);
    if (answer.status >= 500) throw new SlackAway(`respond: ${answer.status}`);
    return answer;
  };

/** Bolt's words for a request that is none of Slack's. */
const BAD_SIGNATURE = /^Failed to parse and verify the request data/;
const BAD_PAYLOAD = /^(?:Malformed request body|Could not determine the type of an incoming event)/;

/** Bolt's own lines in our log: its words and its errors, never the objects that it hands along, which hold tokens. */
function boltLogger(bot: Bot, level: "debug" | "warn"): Logger {
  const { log } = bot;
  const countBadSignature = badSignatureCounter(bot);
  const write = (...parts: unknown[]) => {
    const err = parts.find((part) => part instanceof Error);
    const words = parts.filter((part) => typeof part === "string").join(" ");
    if (BAD_SIGNATURE.test(words)) return countBadSignature();
    log[BAD_PAYLOAD.test(words) ? "debug" : level]({ err }, `Bolt: ${words}`);
  };
  return {
    debug() {},
    info() {},
    setLevel() {},
    setName() {},
    getLevel: () => LogLevel.INFO,
    warn: write,
    error: write,
  };
}

/** Anybody who reaches the port can send them: one line a minute, with how many there were. */
function badSignatureCounter({ log, clock, stopping }: Bot): () => void {
  let count = 0;
  const tell = () => {
    log.warn({ count }, "requests without a valid signature of Slack's within a minute: refused");
    count = 0;
  };
  return () => {
    count += 1;
    if (count === 1) void clock.sleep(MINUTE, stopping).then(tell, tell);
  };
}
