/** The hub's API over one keep-alive connection pool; every call has a timeout, and throws only what is safe to log. */
import type { Clock } from "../../domain/clock.ts";
import { parseJson } from "../../domain/json.ts";
import type { Secret } from "../../domain/secret.ts";
import type { HubAccess } from "../kubeconfig/kubeconfig.ts";
import { type ClockOffset, createClockOffset } from "./clock-offset.ts";
import { type Connection, createConnection } from "./connection.ts";
import { answered, hubError, isHubs, justStarted } from "./errors.ts";
import { createJustStarted, type JustStarted } from "./just-started.ts";
import { KubeApi } from "./kube-api.ts";
import { createLanes, type LaneName } from "./lanes.ts";
import { type HubAnswer, type HubRequest, request, requestAs } from "./request.ts";
import { createRetrying } from "./retrying.ts";
import { type HubCall, seen } from "./seen.ts";
import { httpApi, type Send, send as sendOnce } from "./send.ts";
import { watchLines } from "./watch.ts";

export interface HubClient {
  /** As last read. */
  readonly access: HubAccess;
  /** The bot's own token as it is now; null when it has a certificate. */
  token(): Secret | null;
  /** Goes by what the kubeconfig says now, though the hub refused nothing. */
  refresh(): Promise<void>;
  /** Throws the signal's reason, else HubError. */
  call<T>(doing: string, signal: AbortSignal | undefined, run: Run<T>): Promise<T>;
  /** Any path. Resolves whatever the status; throws the signal's reason, else HubError. */
  request(path: string, options?: HubRequest): Promise<HubAnswer>;
  /** What changes at a path with `watch=true`, event by event, until the hub ends it. In no lane: it waits, and nobody for it. Throws HubError, or the signal's reason. */
  watch(path: string, signal: AbortSignal): AsyncGenerator<unknown>;
  /** The same client for work of that kind: calls of one lane never wait for those of the other. */
  lane(name: LaneName): HubClient;
  /** How far the hub's clock is ahead of this machine's, ms: 0 under two seconds, and where no clock was given. */
  clockOffset(): number;
  close(): Promise<void>;
}

type Run<T> = (api: KubeApi) => Promise<T>;

export interface ClientOptions {
  /** Replaces the kubeconfig's credential; read at each call, since it may be renewed. */
  token?: (() => Secret) | undefined;
  /** Asked when the hub refuses the credential or shows a certificate we do not trust; null: what stands is kept. */
  reread?: (() => Promise<HubAccess | null>) | undefined;
  /** Milliseconds that a call may take once it is its turn. */
  timeout?: number | undefined;
  /** This machine's, which the hub's is compared with. */
  clock?: Clock | undefined;
  /** Milliseconds that only pass; this process's own when left out. */
  elapsed?: (() => number) | undefined;
  /** Told of each call when it is over; watches are none. */
  onCall?: ((call: HubCall) => void) | undefined;
  /** What the hub's audit log is to call each write; of the hub's choice when left out. */
  nameWrite?: (() => string) | undefined;
}

/** Goes by the urgent lane. */
export function createHubClient(access: HubAccess, options: ClientOptions = {}): HubClient {
  const { timeout = 5_000, clock, elapsed, onCall, nameWrite } = options;
  const link = (to: HubAccess) => createConnection(to, { token: options.token, timeout });
  const links = createRetrying(link(access), async () =>
    link((await options.reread?.()) ?? links.current().access),
  );
  const [lanes, offset] = [createLanes(), createClockOffset(elapsed)];
  const named = nameWrite ? naming(sendOnce, nameWrite) : sendOnce;
  const told = onCall ? seen(named, onCall) : named;
  const started = createJustStarted(clock ?? { now: Date.now });
  const minded: Send = (url, sending) => started.mind(told(url, sending), sending.signal);
  const send = clock ? learning(minded, offset, clock) : minded;
  const limit = (signal: AbortSignal | undefined) =>
    signal ? AbortSignal.any([AbortSignal.timeout(timeout), signal]) : AbortSignal.timeout(timeout);
  const on = (lane: LaneName): HubClient => ({
    get access() {
      return links.current().access;
    },
    ...{ lane: on, clockOffset: offset.now, refresh: links.renew },
    token: () => links.current().token(),
    call: (doing, signal, run) =>
      lanes[lane](signal, () =>
        links.through((by) =>
          guarded(doing, signal, () =>
            run(
              new KubeApi({
                ...by.way,
                httpApi: httpApi(hubOnly(doing, send, started), by.agent, limit(signal)),
              }),
            ),
          ),
        ),
      ),
    request: (path, asked = {}) =>
      lanes[lane](asked.signal, () =>
        links.through(
          (by) =>
            guarded(`${asked.method ?? "GET"} ${path.split("?")[0]}`, asked.signal, () =>
              ask(by, path, asked),
            ),
          // Another's token says nothing of our own.
          (answer) => asked.as === undefined && answer.status === 401,
        ),
      ),
    watch: (path, signal) => started.mindEach(watchLines(links, path, { signal, timeout })),
    close: async () => {
      const { agent, others } = links.current();
      await Promise.all([agent.destroy(), others.destroy()]);
    },
  });
  return on("urgent");

  function ask(
    connection: Connection,
    path: string,
    { signal, as, by, method, body, auditId, accept = "application/json" }: HubRequest,
  ) {
    const asking = { method, body, auditId, accept, signal: limit(signal), send, timeout };
    if (as !== undefined) return requestAs(connection, path, { as, by }, asking);
    const { access, token, agent, fresh } = connection;
    if (by !== "fresh") return request(access.server + path, token(), agent, asking);
    const own = fresh();
    return request(access.server + path, token(), own, asking).finally(() => own.destroy());
  }
}

const READS: readonly string[] = ["GET", "HEAD"];

const naming =
  (send: Send, name: () => string): Send =>
  (url, sending) =>
    send(
      url,
      READS.includes(sending.method ?? "GET")
        ? sending
        : { ...sending, headers: { ...sending.headers, "audit-id": name() } },
    );

/** A proxy's clock is not the hub's. */
const learning =
  (send: Send, offset: ClockOffset, clock: Clock): Send =>
  async (url, sending) => {
    const sent = clock.now();
    const answer = await send(url, sending);
    if (isHubs({ headers: answer.headers, body: undefined }))
      offset.learn(answer.headers.date, sent, clock.now());
    return answer;
  };

/** To the Kubernetes client a proxy's page with 200 would be a success. Throws HubError. */
const hubOnly =
  (doing: string, send: Send, started: Pick<JustStarted, "now">): Send =>
  async (url, sending) => {
    const answer = await send(url, sending);
    const { status, headers, text } = answer;
    const isOfHub = isHubs({ headers, body: undefined }) || isHubs({ headers, body: parseJson(text) });
    if (!isOfHub) throw answered(doing, { status, body: text, headers });
    if (status === 403 && started.now()) throw justStarted(doing, headers);
    return answer;
  };

async function guarded<T>(doing: string, signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await run();
  } catch (error) {
    signal?.throwIfAborted();
    throw hubError(error, doing);
  }
}
