/** The way to Slack through an HTTP proxy: Web API calls, answers by URL and the WebSocket alike. For Slack alone; hub and Redis are reached directly. */
import type { FetchFunction } from "@slack/web-api";
import { type Dispatcher, EnvHttpProxyAgent } from "undici";
import { sendBy } from "./send.ts";

export interface ProxySettings {
  HTTPS_PROXY?: string | undefined;
  /** Hosts reached without it, as Node understands them. */
  NO_PROXY?: string | undefined;
}

export interface SlackProxy {
  /** For the WebSocket. */
  readonly dispatcher: Dispatcher;
  readonly fetch: FetchFunction;
}

/** Undefined where there is no proxy. */
export function slackProxy({ HTTPS_PROXY, NO_PROXY = "" }: ProxySettings): SlackProxy | undefined {
  if (!HTTPS_PROXY) return undefined;
  // Over HTTP/2 a WebSocket would share its socket with the calls.
  const dispatcher = new EnvHttpProxyAgent({
    ...{ httpsProxy: HTTPS_PROXY, httpProxy: "", noProxy: NO_PROXY },
    allowH2: false,
  });
  return { dispatcher, fetch: sendBy(dispatcher) };
}

/** What is said where the proxy let nothing through, and what to do about it; null of any other error. */
export function proxyRefused(error: unknown): { message: string; fix: string } | null {
  // Only undici's words have the status.
  const [, status] = /Proxy response \((\d{3})\)/.exec(error instanceof Error ? error.message : "") ?? [];
  if (status === undefined) return null;
  return {
    message: `the proxy refuses the way to Slack (${status})`,
    fix:
      status === "407"
        ? "Put its user and password into HTTPS_PROXY: http://user:password@proxy.example.com:3128"
        : "Have the proxy allow CONNECT to slack.com, wss-primary.slack.com and wss-backup.slack.com, port 443",
  };
}
