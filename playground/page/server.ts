/** The page's server, on loopback only: files, what the page shows now, and what a visitor does. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { readBody } from "../../sandbox/slack/http.ts";
import type { PlaygroundContext } from "../context.ts";
import { Refusal } from "../language.ts";
import { createScenarios } from "../scenarios/index.ts";
import { PAGE_ACTIONS, type Ports } from "./actions.ts";
import { asset } from "./assets.ts";
import { refusal, SAFE_HEADERS } from "./guard.ts";
import { close, listen } from "./listen.ts";
import { drawPage } from "./view/page.ts";
import { readVisit } from "./view/visit.ts";

interface Serving extends Ports {
  port: number;
  dashboard: string;
}

/** Throws one sentence when the port is taken. */
export async function servePage(context: PlaygroundContext, wanted: number, dashboard: string) {
  const serving: Serving = { context, scenarios: createScenarios(context), port: wanted, dashboard };
  const server = createServer((request, response) => {
    serve(serving, request, response).catch((error: Error) =>
      answer(response, 500, { error: error.message }),
    );
  });
  const url = await listen(server, wanted);
  serving.port = Number(new URL(url).port);
  return { url, close: () => close(server) };
}

async function serve(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const no = refusal(request, serving.port);
  if (no) return answer(response, 403, { error: no });
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://page");
  if (request.method === "POST") return perform(serving, pathname, await readBody(request), response);
  if (pathname === "/events") return stream(serving, searchParams, response);
  const found = asset(pathname);
  if (!found) return answer(response, 404, { error: "There is nothing here." });
  response.writeHead(200, { ...SAFE_HEADERS, "content-type": found.type }).end(found.body);
}

/** Redis and Karpor don't say when they change. */
const LOOK_EVERY = 500;

/** Sends what the page shows whenever that has changed, until the page is closed. */
function stream(
  { context, scenarios, dashboard }: Serving,
  asked: URLSearchParams,
  response: ServerResponse,
) {
  const visit = readVisit(asked);
  response.writeHead(200, { ...SAFE_HEADERS, "content-type": "text/event-stream" });
  let sent = "";
  let drawing = Promise.resolve();
  let isQueued = false;
  const draw = async () => {
    isQueued = false;
    const data = JSON.stringify(await drawPage(context, scenarios, visit, dashboard));
    if (data !== sent) response.write(`data: ${data}\n\n`);
    sent = data;
  };
  const look = () => {
    if (isQueued) return;
    isQueued = true;
    drawing = drawing.then(draw).catch(() => void response.destroy());
  };
  const off = context.slack.onEvent(look);
  const timer = setInterval(look, LOOK_EVERY);
  response.once("close", () => {
    off();
    clearInterval(timer);
  });
  look();
}

async function perform(ports: Ports, path: string, text: string, response: ServerResponse): Promise<void> {
  const action = PAGE_ACTIONS[path.replace("/do/", "")];
  if (!action) return answer(response, 404, { error: "There is no such action." });
  try {
    answer(response, 200, (await action(ports, JSON.parse(text))) ?? {});
  } catch (error) {
    const said = error instanceof Refusal ? error.said : undefined;
    answer(response, 409, { error: error instanceof Error ? error.message : String(error), said });
  }
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  response
    .writeHead(status, { ...SAFE_HEADERS, "content-type": "application/json" })
    .end(JSON.stringify(value));
}
