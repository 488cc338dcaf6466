/** Serves /livez (the process runs), /readyz (it can answer people) and /status (new access can be set up). */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Bot } from "../bot.ts";
import { readHubTold } from "../evidence/use.ts";
import { checkInWords } from "../life/sweep/checks.ts";
import { GRANTED, WAITING } from "../store/indexes.ts";
import { VERSION } from "../version.ts";

/** Bolt's receivers take it too. */
export interface Route {
  path: string;
  method: "GET";
  handler(request: IncomingMessage, response: ServerResponse): void;
}

interface StatusPage {
  status: number;
  body: object | string;
}

/** `read` must not reject. */
export const page = (path: string, read: () => StatusPage | Promise<StatusPage>): Route => ({
  path,
  method: "GET",
  handler: async (_, response) => {
    const { status, body } = await read();
    const isText = typeof body === "string";
    const type = isText ? "text/plain; version=0.0.4; charset=utf-8" : "application/json";
    response.writeHead(status, { "content-type": type });
    response.end(isText ? body : JSON.stringify(body));
  },
});

/**
 * The bot is ready while the hub or Redis is down, since people still get an answer. Where anybody can reach PORT
 * (Slack's HTTP mode, or `web` in the file), /status gives no details.
 */
export const healthPages = (bot: Bot, isReady: () => boolean): Route[] => [
  page("/livez", () => ({ status: 200, body: "ok\n" })),
  page("/readyz", () => ({ status: isReady() ? 200 : 503, body: { ready: isReady() } })),
  statusPage(bot, { isPublic: !bot.config.env.SLACK_APP_TOKEN || Boolean(bot.config.web) }),
];

export const statusPage = (bot: Bot, { isPublic }: { isPublic: boolean }): Route =>
  page("/status", async () => {
    const status = isPublic ? briefStatus(bot) : { ...briefStatus(bot), ...(await readDetails(bot)) };
    return { status: status.ok ? 200 : 503, body: status };
  });

const briefStatus = ({ config, outages, checks, companyChecks }: Bot) => ({
  ok:
    outages.current().size === 0 &&
    checks.failing.length === 0 &&
    [...companyChecks.values()].every((one) => one === null),
  instance: config.instance,
});

/** Values from Redis are null while it is down. */
async function readDetails(bot: Bot) {
  const away = [...bot.outages.current()].map(([outside, since]) => [outside, new Date(since).toISOString()]);
  const [hubTold, waiting, granted, queue] = await Promise.all([
    readHubTold(bot.store).catch(() => null),
    bot.store.count(WAITING).catch(() => null),
    bot.store.count(GRANTED).catch(() => null),
    countDueJobs(bot).catch(() => null),
  ]);
  const known = {
    version: VERSION,
    away: Object.fromEntries(away),
    failing: bot.checks.failing.map(checkInWords),
  };
  const silent = [...bot.companyChecks].flatMap(([role, one]) => (one ? [[role, one.why]] : []));
  const use = bot.config.audit.hub ? { hubTold: hubTold && new Date(hubTold).toISOString() } : {};
  return { ...known, silentChecks: Object.fromEntries(silent), ...use, waiting, granted, queue };
}

/** Delayed jobs don't count. */
export async function countDueJobs({ queue }: Pick<Bot, "queue">) {
  const { access, slack } = await queue.depth();
  const due = ({ waiting = 0, prioritized = 0, active = 0 }) => waiting + prioritized + active;
  return { access: due(access), slack: due(slack) };
}

/** Rejects when the port is taken. */
export async function servePages(at: { port: number; host: string }, routes: readonly Route[]) {
  const server = createServer((request, response) => {
    const route = routes.find(({ path }) => path === request.url?.split("?")[0]);
    if (route) route.handler(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(at, resolve));
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}
