/** Slack's Web API: each call ends within seconds, and what Slack asked to wait for is not called until then. */
import type { View } from "@slack/types";
import { type FetchFunction, LogLevel, WebClient, type WebClientOptions } from "@slack/web-api";
import { Agent, type Dispatcher, EnvHttpProxyAgent, fetch, type RequestInit } from "undici";
import { z } from "zod";
import type { Clock } from "../request/clock.ts";
import type { UserId } from "../request/ids.ts";
import type { CallSlack, Kept } from "./calls.ts";
import { createDirectory } from "./directory.ts";
import { slackErrorFor } from "./errors.ts";
import { type Message, type Place, SlackAway, SlackRefusal } from "./slack.ts";

interface SlackConnection {
  token: string;
  apiUrl?: string | undefined;
  /** The address of an HTTP proxy on the way to Slack, and the hosts that are reached without it. */
  proxy?: string | undefined;
  noProxy?: string | undefined;
}

interface SlackOptions extends SlackConnection {
  store: Kept;
  clock: Clock;
  /** Told of each message that Slack took: it is not away. */
  onDone?: () => void;
}

const LARGEST_SLACK_ANSWER = 8 * 1024 * 1024;
const Anything = z.unknown();
const Posted = z.object({ channel: z.string(), ts: z.string() });
const Opened = z.object({ view: z.object({ id: z.string(), hash: z.string() }) });
const NO_PREVIEWS = { unfurl_links: false, unfurl_media: false };

export type Slack = ReturnType<typeof createSlack>;

/** Every call throws SlackAway (try again later) or SlackRefusal (Slack will never do it), and nothing else. */
export function createSlack(options: SlackOptions) {
  const openClient = clientOpener(options);
  const waits = createWaits(options.clock);
  const ask = createCaller(openClient(READ), waits);
  const sendOnly = createCaller(openClient(WRITE), waits);
  const send: CallSlack = async (...call) => {
    const answer = await sendOnly(...call);
    options.onDone?.();
    return answer;
  };
  return {
    ...createDirectory(ask, options),

    /** Slack limits calls of this replica now, of whatever method. */
    isAskedToWait: waits.isAny,

    async post(channel: string, message: Message, thread?: string): Promise<Place> {
      const args = {
        channel,
        ...message,
        ...NO_PREVIEWS,
        ...(thread === undefined ? {} : { thread_ts: thread }),
      };
      const { channel: where, ts } = await send("chat.postMessage", args, Posted, channel);
      return { channel: where, ts };
    },

    /** False when the message is gone. */
    update: (place: Place, message: Message): Promise<boolean> =>
      isDone(send("chat.update", { ...place, ...message }, Anything), { ifGone: false }),

    /** True when it is gone, by this or before; SlackRefusal when Slack will never delete it. */
    remove: (place: Place): Promise<boolean> =>
      isDone(send("chat.delete", { ...place }, Anything), { ifGone: true }),

    /** Seen by one person in a channel. */
    whisper: async (channel: string, user: UserId, message: Message): Promise<void> =>
      void (await send("chat.postEphemeral", { channel, user, ...message }, Anything)),

    openView: async (triggerId: string, view: View): Promise<{ id: string; hash: string }> => {
      const opened = await ask("views.open", { trigger_id: triggerId, view }, Opened);
      return { id: opened.view.id, hash: opened.view.hash };
    },
    updateView: async (viewId: string, view: View): Promise<void> =>
      void (await ask("views.update", { view_id: viewId, view }, Anything)),
    publishHome: async (user: UserId, view: View): Promise<void> =>
      void (await ask("views.publish", { user_id: user, view }, Anything)),
  };
}

/** Calls for a command that runs once, and waits for them. */
export const createSlackCaller = (connection: SlackConnection, clock: Clock): CallSlack =>
  createCaller(clientOpener(connection)(ONCE), createWaits(clock));

/** True when Slack did it; `ifGone` when the message is not there any more. */
async function isDone(call: Promise<unknown>, { ifGone }: { ifGone: boolean }): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof SlackRefusal && error.code === "message_not_found") return ifGone;
    throw error;
  }
}

/**
 * Somebody waits for what is read, or for a view. A post that the client repeated would be there twice: jobs try again
 * instead.
 */
const READ: WebClientOptions = {
  timeout: 1000,
  retryConfig: { retries: 2, minTimeout: 100, maxTimeout: 300, factor: 2, randomize: false },
};
const WRITE: WebClientOptions = { timeout: 5000, retryConfig: { retries: 0 } };
const ONCE: WebClientOptions = { timeout: 5000, retryConfig: { retries: 1 } };

function clientOpener({ token, apiUrl, proxy, noProxy = "" }: SlackConnection) {
  const limits = { maxResponseSize: LARGEST_SLACK_ANSWER };
  const dispatcher = proxy
    ? new EnvHttpProxyAgent({ ...limits, httpsProxy: proxy, httpProxy: "", noProxy })
    : new Agent(limits);
  const common: WebClientOptions = {
    fetch: fetchBy(dispatcher),
    // Else one 429 holds back every later call of the client.
    rejectRateLimitedCalls: true,
    logger: SILENT,
    // The limit is of what comes over the wire.
    headers: { "accept-encoding": "identity" },
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
  };
  return (patience: WebClientOptions) => new WebClient(token, { ...common, ...patience });
}

const fetchBy =
  (dispatcher: Dispatcher): FetchFunction =>
  (url, init) =>
    fetch(url, { ...(init as RequestInit), dispatcher });

/** Its errors are thrown too, and its own lines would bypass our log and its redaction. */
const SILENT: NonNullable<WebClientOptions["logger"]> = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => LogLevel.ERROR,
};

const createCaller =
  (client: WebClient, waits: Waits): CallSlack =>
  async (method, args, answer, channel) => {
    const key = channel === undefined ? method : `${method}:${channel}`;
    waits.check(key);
    try {
      return answer.parse(await client.apiCall(method, args));
    } catch (error) {
      const told = slackErrorFor(method, error);
      if (told instanceof SlackAway && told.retryAfter !== null) waits.note(key, told.retryAfter);
      throw told;
    }
  };

type Waits = ReturnType<typeof createWaits>;

/** Until when Slack asked this replica to wait, by method (a post: by channel). Each replica learns it by its own 429. */
function createWaits({ now }: Clock) {
  const until = new Map<string, number>();
  return {
    note: (key: string, ms: number) => void until.set(key, now() + ms),
    isAny: (): boolean => [...until.values()].some((end) => end > now()),
    /** Throws SlackAway while Slack asks to wait. */
    check(key: string): void {
      const wait = (until.get(key) ?? 0) - now();
      if (wait > 0) throw new SlackAway(`${key}: Slack asked to wait`, wait);
      until.delete(key);
    },
  };
}
