/** Karpor's dashboard behind its gateway, on an address of its own: deploy/gateway's login page and its use of the cookie, without nginx. */
import { readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { request as ask } from "node:https";
import type { PlaygroundContext } from "../context.ts";
import { asset } from "./assets.ts";
import { DASHBOARD_HEADERS, LOGIN_HEADERS } from "./guard.ts";
import { close, listen } from "./listen.ts";

const LOGIN = new URL("../../deploy/gateway/login.html", import.meta.url);
const PAGES = /^\/(login|search|insight|insightDetail|cluster)?$/;

/** Throws one sentence when the port is taken. */
export async function serveDashboard(context: PlaygroundContext, port: number) {
  const server = createServer((request, response) => {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    if (path.startsWith("/rest-api/")) passOn(context, request, response);
    else serve(path, response);
  });
  const url = await listen(server, port);
  return { url, close: () => close(server) };
}

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

/** On a new connection, so that an outage of the hub leaves none half open. */
function passOn(context: PlaygroundContext, request: IncomingMessage, response: ServerResponse): void {
  const { url, ca } = context.hub;
  // As the gateway does: Karpor knows no cookies, and lets any origin read with them.
  const { origin: _origin, cookie: _cookie, ...kept } = request.headers;
  const headers = { ...kept, ...authorization(request) };
  const hub = ask(`${url}${request.url}`, { method: request.method, headers, ca, agent: false });
  const begin = (status: number, answered: IncomingHttpHeaders) => {
    if (request.url === "/rest-api/v1/authn") keepAnswer(context, status);
    if (!response.headersSent) response.writeHead(status, answered);
  };
  hub.on("response", (answer) => {
    begin(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  hub.on("error", () => {
    begin(502, {});
    response.end();
  });
  response.on("close", () => hub.destroy());
  request.pipe(hub);
}

/** The answers start with a login, and start again with a login after a refusal. */
function keepAnswer({ answers, clock }: PlaygroundContext, status: number): void {
  const last = answers.at(-1)?.status;
  if (status === last || (last === undefined && status !== 200)) return;
  if (last === 401) answers.length = 0;
  answers.push({ status, at: clock.now() });
}

/** As the gateway does: the cookie stands for the token on three paths, and only for the dashboard's own pages. */
function authorization({ url = "", headers }: IncomingMessage): { authorization?: string } {
  const isStream = /^\/rest-api\/v1\/insight\/(aggregator|issue|yaml)\//.test(url);
  if (headers.authorization !== undefined || !isStream || headers["sec-fetch-site"] !== "same-origin")
    return {};
  const [, token] = /(?:^|;\s*)__Host-karpor_token=([\w.-]+)/.exec(headers.cookie ?? "") ?? [];
  return token ? { authorization: `Bearer ${token}` } : {};
}
