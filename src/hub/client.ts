/** Calls an API server, and keeps its connection and credential. Each call has a time limit, and throws only HubError. */
import type { Agent } from "undici";
import type { Clock } from "../request/clock.ts";
import { SECOND } from "../request/durations.ts";
import type { Secret } from "../request/secret.ts";
import { type Call, exchange, type KubeApis, kubeApis, openPool } from "./connection.ts";
import { type HubAnswer, isDistrust, isHubAnswer, isReason, noAnswer, parseJson, refusal } from "./errors.ts";
import type { HubAccess } from "./kubeconfig.ts";

export interface ClientOptions {
  /** Reads the kubeconfig: before the first call, and again when the hub refuses the credential or is not trusted. */
  readAccess(): Promise<HubAccess>;
  clock: Clock;
  timeoutMs?: number | undefined;
}

export interface HubClient {
  /** Runs a typed call of @kubernetes/client-node. */
  call<T>(run: (apis: KubeApis) => Promise<T>): Promise<T>;
  /** Reads a path that the typed calls do not know. */
  get(path: string, headers?: Record<string, string>): Promise<HubAnswer>;
  /** Sends JSON, for PATCH a merge patch; resolves to the parsed answer, undefined where it is no JSON. */
  ask(method: Call["method"], path: string, body?: object): Promise<unknown>;
  /** Calls as the holder of a token, or without one (null), over connections that never show the bot's certificate. */
  getAs(token: Secret | null, path: string): Promise<HubAnswer>;
  /** Reads the kubeconfig again, and connects by it. */
  reread(): Promise<void>;
  /** The bot's own token as last read. */
  token(): Secret | null;
  /** How far the server's clock is ahead of ours, ms; 0 when less than 2 s, or not known. */
  clockOffset(): number;
  close(): Promise<void>;
}

interface Link {
  access: HubAccess;
  agent: Agent;
  /** For calls that aren't the bot's: a client certificate would make each call on its connection the bot's. */
  guests: Agent;
  apis: KubeApis;
}

/** An API server that starts refuses everybody until it has read its RBAC rules. */
const STARTS_WITHIN = 15 * SECOND;
/** The header `Date` has whole seconds, and a slow answer blurs it more. */
const CLOCK_BLUR = 2 * SECOND;

/** Connects at the first call. `timeoutMs` limits each call, 5 s when left out. */
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

  /** Runs a call; where the credential or the certificate was refused, the kubeconfig is read again and it runs once more. */
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

  /** Reads the kubeconfig and makes new pools; calls at the same time share one reading. */
  function openLink(): Promise<Link> {
    opening ??= readAccess()
      .then((access) => {
        // Calls that are still running on the old pool may end there.
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
