/** The bot's HTTP servers: health from the very start, doors for others, and Slack's requests as soon as there is somebody to take them. */
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

export interface Page {
  status: number;
  body: unknown;
  /** Where it is neither JSON nor plain text. */
  type?: string;
}
/** What throws is 500, and says nothing. */
export type Pages = Record<string, () => Page | Promise<Page>>;

export interface HttpServer {
  readonly port: number;
  /** Who takes what asks for no page, from now on. */
  serve(take: RequestListener): void;
  /** From now on, of a server with TLS. Throws what is no certificate with its key. */
  certify(tls: Tls): void;
  stop(): Promise<void>;
}

/** There is nothing else here. */
export const nothingElse: RequestListener = (_, response) => void response.writeHead(404).end();
/** There will be somebody. */
export const comeAgain: RequestListener = (_, response) =>
  void response.writeHead(503, { "retry-after": "5" }).end();

export interface HttpOptions {
  /** What the port comes from. */
  setting?: string;
  /** Who takes whatever is asked for at such a path, and below it: by its first part. */
  doors?: Record<string, RequestListener>;
  /** Without a certificate nobody gets in, until `certify` gives it one. */
  tls?: Partial<Tls> | undefined;
}
export interface Tls {
  cert: string;
  key: string;
}

/** Longer than the minute that what stands before us keeps one: it loses what it sends into one that we close. */
const keepAliveTimeout = 75_000;

/** Throws one sentence when the port cannot be had. */
export async function startHttp(
  port: number,
  pages: Pages,
  { setting = "PORT", doors = {}, tls }: HttpOptions = {},
): Promise<HttpServer> {
  let rest = nothingElse;
  const take: RequestListener = (request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    const isAsked = request.method === "GET" || request.method === "HEAD";
    const page = isAsked && Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page) return void answer(response, page);
    const door = `/${path.split("/")[1]}`;
    const through = (Object.hasOwn(doors, door) && doors[door]) || rest;
    through(request, response);
  };
  const secure = tls && createTlsServer({ ...tls, keepAliveTimeout }, take);
  const server = secure ?? createServer({ keepAliveTimeout }, take);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, resolve)).catch(
    (error: NodeJS.ErrnoException) => {
      throw new Error(
        `${setting} ${port} cannot be listened on (${error.code}): free it, or set another ${setting}.`,
      );
    },
  );
  return {
    port: (server.address() as AddressInfo).port,
    serve: (take) => {
      rest = take;
    },
    certify: (other) => secure?.setSecureContext(other),
    stop: () => stop(server),
  };
}

async function answer(response: ServerResponse, page: () => Page | Promise<Page>): Promise<void> {
  try {
    respond(response, await page());
  } catch {
    respond(response, { status: 500, body: "This page cannot be made." });
  }
}

function respond(response: ServerResponse, { status, body, type }: Page): void {
  const isText = typeof body === "string";
  response.writeHead(status, { "content-type": type ?? (isText ? "text/plain" : "application/json") });
  response.end(isText ? body : JSON.stringify(body));
}

const stop = (server: Pick<Server, "close" | "closeAllConnections">): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
