/** The page's server, on loopback only: files, live parts, and what a visitor does. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { basename, join } from "node:path";
import { readBody } from "../../sandbox/slack/http.ts";
import type { PlaygroundContext } from "../context.ts";
import { readManifest, USERS } from "../fixtures/people.ts";
import type { Signal } from "../fixtures/signal.ts";
import { createScenarios } from "../scenarios/index.ts";
import { Refusal } from "../scenarios/scenario.ts";
import { PAGE_ACTIONS, type PagePorts } from "./actions.ts";
import { asset } from "./assets.ts";
import { refusal, SAFE_HEADERS } from "./guard.ts";
import { close, listen } from "./listen.ts";
import { partsFor, stream } from "./live.ts";
import type { PageFacts } from "./types.ts";
import { whoOf } from "./view/reader.ts";

export interface PageServer {
  url: string;
  /** Shows another world from now on. */
  show(context: PlaygroundContext): void;
  close(): Promise<void>;
}

interface Serving {
  ports: PagePorts;
  facts: PageFacts;
  signal: Signal;
  port: number;
}

/** What a page shows and does in one world. */
type Staging = Pick<Serving, "ports" | "facts">;

/** Throws one sentence when the port is taken. */
export async function servePage(
  context: PlaygroundContext,
  wanted: number,
  signal: Signal,
  startOver: () => Promise<void>,
  dashboard: string,
): Promise<PageServer> {
  const stage = (shown: PlaygroundContext): Staging => {
    const scenarios = createScenarios(shown, signal.changed);
    return { ports: { context: shown, scenarios, startOver }, facts: factsOf(shown, dashboard) };
  };
  const serving: Serving = { ...stage(context), signal, port: wanted };
  const server = createServer((request, response) => {
    serve(serving, request, response).catch((error: Error) =>
      answer(response, 500, { error: error.message }),
    );
  });
  const url = await listen(server, wanted);
  serving.port = Number(new URL(url).port);
  return {
    url,
    show: (next) => {
      Object.assign(serving, stage(next));
      signal.changed();
    },
    close: () => close(server),
  };
}

function factsOf({ hub, slack, dir }: PlaygroundContext, dashboard: string): PageFacts {
  const { commands, shortcuts, homeTab } = readManifest();
  return {
    world: basename(dir),
    people: [...slack.directory.people.values()].map(whoOf),
    commands: commands.map(({ command, description, usage_hint }) => ({
      ...{ command, description, usage: usage_hint },
    })),
    shortcuts: shortcuts.map(({ name, callback_id }) => ({ name, id: callback_id })),
    ...{ homeTab, dashboard },
    hub: { url: hub.local.url, caFile: join(dir, "hub-ca.crt") },
  };
}

async function serve(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const no = refusal(request, serving.port);
  if (no) return answer(response, 403, { error: no });
  const url = new URL(request.url ?? "/", "http://page");
  const path = url.pathname;
  if (request.method === "POST") return perform(serving, path, await readBody(request), response);
  if (path === "/events") return events(serving, url, response);
  if (path.startsWith("/detail/")) return detail(serving, Number(path.slice("/detail/".length)), response);
  const found = asset(path);
  if (found) file(response, found);
  else answer(response, 404, { error: "There is nothing here." });
}

function events(serving: Serving, { searchParams }: URL, response: ServerResponse): void {
  const watching = {
    left: searchParams.get("left") ?? USERS.dana,
    right: searchParams.get("right") ?? USERS.alice,
  };
  const parts = () => partsFor(serving.ports.context, serving.ports.scenarios, serving.facts, watching);
  stream(response, parts, serving.signal.on);
}

function detail({ ports }: Serving, n: number, response: ServerResponse): void {
  const text = ports.context.timeline.detail(n);
  if (text === undefined) answer(response, 404, { error: "It is no longer kept." });
  else file(response, { type: "text/plain; charset=utf-8", body: text });
}

async function perform({ ports }: Serving, path: string, text: string, response: ServerResponse) {
  const action = PAGE_ACTIONS[path.replace(/^\/do\//, "")];
  if (!action) return answer(response, 404, { error: "There is no such thing to do." });
  try {
    answer(response, 200, (await action(ports, JSON.parse(text))) ?? {});
  } catch (error) {
    const said = error instanceof Refusal ? error.said : undefined;
    answer(response, 409, { error: error instanceof Error ? error.message : String(error), said });
  }
}

function file(response: ServerResponse, { type, body }: { type: string; body: string | Buffer }): void {
  response.writeHead(200, { ...SAFE_HEADERS, "content-type": type }).end(body);
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  response
    .writeHead(status, { ...SAFE_HEADERS, "content-type": "application/json" })
    .end(JSON.stringify(value));
}
