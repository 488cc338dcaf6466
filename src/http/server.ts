/** The one HTTP server: health from the very start, and Slack's requests as soon as there is somebody to take them. */
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
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
  stop(): Promise<void>;
}

/** There is nothing else here. */
export const nothingElse: RequestListener = (_, response) => void response.writeHead(404).end();
/** There will be somebody. */
export const comeAgain: RequestListener = (_, response) =>
  void response.writeHead(503, { "retry-after": "5" }).end();

/** `setting`: what the port comes from. Throws one sentence when it cannot be had. */
export async function startHttp(port: number, pages: Pages, setting = "PORT"): Promise<HttpServer> {
  let rest = nothingElse;
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    const page = request.method === "GET" && Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page) void answer(response, page);
    else rest(request, response);
  });
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

const stop = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
