/** Karpor's dashboard behind its gateway, on an address of its own: deploy/gateway's page and mapping of the cookie, without nginx. */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { request as ask } from "node:https";
import type { PlaygroundContext } from "../context.ts";
import { asset } from "./assets.ts";
import { DASHBOARD_HEADERS, LOGIN_HEADERS } from "./guard.ts";
import { close, listen } from "./listen.ts";

export interface DashboardServer {
  url: string;
  /** Whether a request that the hub logged came through here. */
  isOwn(path: string): boolean;
  /** Stands before another world's hub from now on. */
  show(context: PlaygroundContext): void;
  close(): Promise<void>;
}

const LOGIN = new URL("../../deploy/gateway/login.html", import.meta.url);
const PAGES = /^\/(login|search|insight|insightDetail|cluster)?$/;

/** Throws one sentence when the port is taken. */
export async function serveDashboard(context: PlaygroundContext, port: number): Promise<DashboardServer> {
  let shown = context;
  const passed = new Map<string, number>();
  const count = (path: string, change: number) => passed.set(path, (passed.get(path) ?? 0) + change);
  const server = createServer((request, response) => {
    const path = pathOf(request);
    if (path.startsWith("/rest-api/")) {
      count(path, 1);
      return passOn(shown.hub.local, request, response, () => count(path, -1));
    }
    if (path === "/access/login") tellOfClick(shown);
    serve(path, response);
  });
  const url = await listen(server, port);
  return {
    url,
    isOwn(path) {
      const isPassed = (passed.get(path) ?? 0) > 0;
      if (isPassed) count(path, -1);
      return isPassed;
    },
    show(next) {
      shown = next;
    },
    close: () => close(server),
  };
}

const pathOf = ({ url = "/" }: IncomingMessage): string => url.split("?")[0] ?? url;

function serve(path: string, response: ServerResponse): void {
  if (path === "/access/login")
    return void response
      .writeHead(200, { ...LOGIN_HEADERS, "content-type": "text/html; charset=utf-8" })
      .end(readFileSync(LOGIN));
  const found = asset(PAGES.test(path) ? "/dashboard" : path);
  response.writeHead(found ? 200 : 404, {
    ...DASHBOARD_HEADERS,
    "content-type": found?.type ?? "text/plain",
  });
  response.end(found?.body ?? "There is nothing here.");
}

function tellOfClick({ timeline }: PlaygroundContext): void {
  timeline.add({
    lane: "you",
    title: {
      en: "GET /access/login of the dashboard: the token behind # stays in the browser",
      zh: "GET 控制台的 /access/login：# 之后的令牌只留在浏览器里",
    },
  });
}

/** On a connection of its own, so that nothing is left of a hub that went away and came back. */
function passOn(
  { url, ca }: { url: string; ca: string },
  request: IncomingMessage,
  response: ServerResponse,
  failed: () => void,
): void {
  // As the gateway: Karpor knows no cookies, and lets any origin read with them.
  const { origin: _origin, cookie: _cookie, ...kept } = request.headers;
  const headers = { ...kept, ...authorization(request) };
  const hub = ask(`${url}${request.url}`, { method: request.method, headers, ca, agent: false });
  hub.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  hub.on("error", () => {
    failed();
    if (!response.headersSent) response.writeHead(502);
    response.end();
  });
  response.on("close", () => hub.destroy());
  request.pipe(hub);
}

/** The maps of deploy/gateway: pod logs, events and AI come with the cookie alone, from the dashboard's own page. */
function authorization({ url = "", headers }: IncomingMessage): { authorization?: string } {
  const isStream = /^\/rest-api\/v1\/insight\/(aggregator|issue|yaml)\//.test(url);
  if (headers.authorization !== undefined || !isStream || headers["sec-fetch-site"] !== "same-origin")
    return {};
  const [, token] = /(?:^|;\s*)__Host-karpor_token=([\w.-]+)/.exec(headers.cookie ?? "") ?? [];
  return token ? { authorization: `Bearer ${token}` } : {};
}
