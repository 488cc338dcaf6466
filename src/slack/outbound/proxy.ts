/** The way to Slack through an HTTP proxy: Web API calls, answers by URL and the WebSocket alike. For Slack alone; hub and Redis are reached directly. */
import { type Dispatcher, EnvHttpProxyAgent, fetch as fetchWith, type RequestInit as Init } from "undici";

export interface ProxySettings {
  HTTPS_PROXY?: string | undefined;
  /** Hosts reached without it, as Node understands them. */
  NO_PROXY?: string | undefined;
}

export interface SlackProxy {
  /** For the WebSocket. */
  readonly dispatcher: Dispatcher;
  readonly fetch: typeof globalThis.fetch;
}

/** Undefined where there is no proxy. */
export function slackProxy({ HTTPS_PROXY, NO_PROXY = "" }: ProxySettings): SlackProxy | undefined {
  if (!HTTPS_PROXY) return undefined;
  // Over HTTP/2 a WebSocket would share its socket with the calls.
  const dispatcher = new EnvHttpProxyAgent({
    ...{ httpsProxy: HTTPS_PROXY, httpProxy: "", noProxy: NO_PROXY },
    allowH2: false,
  });
  // Node's own fetch refuses this undici's dispatchers; both give and take the same.
  const proxied = (url: string, init?: Init) => fetchWith(url, { ...init, dispatcher });
  return { dispatcher, fetch: proxied as unknown as typeof globalThis.fetch };
}
