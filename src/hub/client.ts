/** Calls an API server, and keeps its connection and credential. */
import type { Agent } from "undici";
import type { Clock } from "../request/clock.ts";
import { SECOND } from "../request/durations.ts";
import type { Secret } from "../request/secret.ts";
import { type Call, exchange, type KubeApis, kubeApis, openPool } from "./connection.ts";
import { type HubAnswer, isDistrust, isHubAnswer, isReason, noAnswer, parseJson, refusal } from "./errors.ts";
import type { HubAccess } from "./kubeconfig.ts";

export interface ClientOptions {
  readAccess(): Promise<HubAccess>;
  clock: Clock;
  timeoutMs?: number | undefined;
}

export interface HubClient {
  call<T>(run: (apis: KubeApis) => Promise<T>): Promise<T>;
  get(path: string, headers?: Record<string, string>): Promise<HubAnswer>;
  /** Sends JSON, for PATCH a merge patch. The answer is undefined if it isn't JSON. */
  ask(method: Call["method"], path: string, body?: object): Promise<unknown>;
  /** With a holder's token or none (null), over connections that never show the bot's certificate. */
  getAs(token: Secret | null, path: string): Promise<HubAnswer>;
  reread(): Promise<void>;
  token(): Secret | null;
  /** How many ms the server's clock is ahead; 0 for less than 2 s. */
  clockOffset(): number;
  close(): Promise<void>;
}

interface Link {
  access: HubAccess;
  agent: Agent;
  /** A client certificate would make every call on its connection the bot's. */
  guests: Agent;
  apis: KubeApis;
}

/** A starting API server refuses everybody until it has read its RBAC rules. */
const STARTS_WITHIN = 15 * SECOND;
/** The header `Date` has whole seconds. */
const CLOCK_BLUR = 2 * SECOND;

export function createClient({ readAccess, clock, timeoutMs = 5 * SECOND }: ClientOptions): HubClient {
  let link: Link | null = null;
  let opening: Promise<Link> | null = null;
  let awayAt = Number.NEGATIVE_INFINITY;
  let offset = 0;

  return {
    call: (run) => withLink(true, ({ apis }) => run(apis).catch(throwNoAnswer("read the answer"))),
    get: (path, headers = {}) =>
      withLink(true, ({ access, agent }) =>
        send(agent, access.token, { method: "GET", url: access.server + path, headers }),
      ),
    ask: (method, path, body) =>
      withLink(true, async ({ access, agent }) => {
        const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
        const sent = { headers: { "content-type": type }, body: body && JSON.stringify(body) };
        const call = { method, url: access.server + path, ...sent };
        return parseJson((await send(agent, access.token, call)).text);
      }),
    getAs: (token, path) =>
      withLink(false, ({ access, guests }) =>
        send(guests, token, { method: "GET", url: access.server + path }),
      ),
    reread: async () => void (await openLink()),
    token: () => link?.access.token ?? null,
    clockOffset: () => offset,
    close: async () => void (await Promise.all([link?.agent.destroy(), link?.guests.destroy()])),
  };

  /** After a refused credential or certificate, reads the kubeconfig again and repeats the call. */
  async function withLink<T>(asBot: boolean, run: (by: Link) => Promise<T>): Promise<T> {
    const by = link ?? (await openLink());
    try {
      return await run(by);
    } catch (error) {
      const isLockedOut = isDistrust(error) || (asBot && isReason(error, "Unauthorized"));
      if (!isLockedOut) throw error;
      return run(link === by ? await openLink() : (link ?? by));
    }
  }

  /** Simultaneous calls share one reading. */
  function openLink(): Promise<Link> {
    opening ??= readAccess()
      .then((access) => {
        for (const pool of [link?.agent, link?.guests]) pool?.close().catch(() => {});
        const agent = openPool(access, timeoutMs);
        const guests = openPool({ ...access, certificate: null }, timeoutMs);
        const apis = kubeApis(access.server, (call) => send(agent, access.token, call));
        link = { access, agent, guests, apis };
        return link;
      })
      .catch(throwNoAnswer("read the kubeconfig"))
      .finally(() => {
        opening = null;
      });
    return opening;
  }

  async function send(agent: Agent, token: Secret | null, call: Call): Promise<HubAnswer> {
    const doing = `${call.method} ${new URL(call.url).pathname}`;
    const sentAt = clock.now();
    const answer = await exchange(agent, token, call, timeoutMs).catch((error: unknown) => {
      awayAt = clock.now();
      throw noAnswer(doing, error);
    });
    if (isHubAnswer(answer)) learnClock(answer.headers.date, sentAt);
    if (answer.status >= 200 && answer.status < 300 && isHubAnswer(answer)) return answer;
    if (answer.status >= 502 && answer.status <= 504) awayAt = clock.now();
    throw refusal(doing, answer, { isStarting: clock.now() - awayAt < STARTS_WITHIN });
  }

  function learnClock(date: string | undefined, sentAt: number): void {
    const [hubTime, heardAt] = [Date.parse(date ?? ""), clock.now()];
    if (Number.isNaN(hubTime) || heardAt - sentAt > CLOCK_BLUR) return;
    const ahead = hubTime - (sentAt + heardAt) / 2;
    offset = Math.abs(ahead) < CLOCK_BLUR ? 0 : Math.round(ahead);
  }
}

const throwNoAnswer = (doing: string) => (error: unknown) => {
  throw noAnswer(doing, error);
};
