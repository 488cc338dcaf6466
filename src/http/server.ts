/** The one HTTP server: health from the very start, and Slack's requests as soon as there is somebody to take them. */
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Pages = Record<string, () => { status: number; body: unknown }>;

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

/** Throws one sentence when the port cannot be had. */
export async function startHttp(port: number, pages: Pages): Promise<HttpServer> {
  let rest = nothingElse;
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    const page = request.method === "GET" && Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page) respond(response, page());
    else rest(request, response);
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, resolve)).catch(
    (error: NodeJS.ErrnoException) => {
      throw new Error(`PORT ${port} cannot be listened on (${error.code}): free it, or set another PORT.`);
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

function respond(response: ServerResponse, { status, body }: ReturnType<Pages[string]>): void {
  const isText = typeof body === "string";
  response.writeHead(status, { "content-type": isText ? "text/plain" : "application/json" });
  response.end(isText ? body : JSON.stringify(body));
}

const stop = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
