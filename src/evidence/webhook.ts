/** Receives the hub's audit log by HTTP, on the bot's port or a port of its own, from callers with the secret; stores its use. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Bot } from "../bot.ts";
import { safeEqual } from "../request/secret.ts";
import type { ReadRequest } from "../store/store.ts";
import { readBatch } from "./events.ts";
import { keepUse } from "./use.ts";

/** Over plain HTTP the hub leaves its token out: there the secret is the rest of the path. */
export const HUB_AUDIT_PATH = "/hub-audit";

const LARGEST_BATCH = 8 * 1024 * 1024;

/** Returns the routes on the bot's own port; none without audit.hub, or when that has another port. */
export function hubAuditRoutes(bot: Bot) {
  const { hub } = bot.config.audit;
  if (!hub || hub.port !== undefined) return [];
  const paths = [HUB_AUDIT_PATH, `${HUB_AUDIT_PATH}/:secret`];
  return paths.map((path) => ({ path, method: "POST", handler: hubAuditListener(bot) }));
}

/** Listens on audit.hub.port. Resolves to null where the file gives none. Rejects when the port is taken. */
export async function listenForHub(bot: Bot): Promise<{ close(): void } | null> {
  const { port, tls } = bot.config.audit.hub ?? {};
  if (port === undefined) return null;
  const listener = hubAuditListener(bot);
  const server = tls
    ? createTlsServer({ cert: readFileSync(tls.cert), key: readFileSync(tls.key) }, listener)
    : createServer(listener);
  await once(server.listen(port), "listening");
  return {
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Answers 200 only after a batch is stored: the hub sends it again until then. */
function hubAuditListener(bot: Bot): RequestListener {
  const secret = bot.config.secretNamed(bot.config.audit.hub?.tokenEnv ?? "");
  const owner = { instance: bot.config.instance, namespace: bot.config.hub.namespace };
  return async (request, response) => {
    try {
      if (secret === null || !safeEqual(pathSecret(request), secret.reveal()))
        return answerHub(response, 401);
      const body = await readBody(request, LARGEST_BATCH);
      if (body === null) return answerHub(response, 413);
      const batch = readBatch(body);
      if (batch === null) return answerHub(response, 400);
      for (const request of await keepUse(bot.store, batch, owner, bot.clock.now()))
        await scheduleUse(bot, request);
      return answerHub(response, 200);
    } catch (error) {
      bot.outages.note(error);
      bot.log.debug({ err: error }, "a batch of the hub's audit log was not kept; the hub sends it again");
      return answerHub(response, 503);
    }
  };
}

/** Redraws the messages of ended access, which show the counts; steps access that was asked *Still needed?*: use answers it. */
async function scheduleUse({ queue }: Bot, { id, ending, idle }: ReadRequest): Promise<void> {
  if (ending) await queue.schedule("messages", id);
  else if (idle.askedAt !== null) await queue.schedule("access", id);
}

const answerHub = (response: ServerResponse, status: number): void => void response.writeHead(status).end();

function pathSecret({ headers, url = "" }: IncomingMessage): string {
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
  return bearer ?? url.slice(HUB_AUDIT_PATH.length + 1).replace(/\?.*/, "");
}

/** Returns null where it is larger than `most` bytes. */
export async function readBody(request: IncomingMessage, most: number): Promise<string | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > most) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
