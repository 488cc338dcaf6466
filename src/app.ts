/** The only composition: clients → adapters → ports; checks, start, stop. */
import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import type { Finding } from "./cli/checks/finding.ts";
import type { BotIdentity } from "./cli/checks/slack.ts";
import { checkStart } from "./cli/checks/start.ts";
import type { Config } from "./config.ts";
import { keepCredential } from "./credential.ts";
import { clusterRolesOf } from "./domain/catalog.ts";
import { DAY, MINUTE, SECOND } from "./domain/duration.ts";
import type { Locale } from "./domain/person.ts";
import { endGrant } from "./flow/end.ts";
import { fallbackExpiry } from "./flow/fallback-expiry.ts";
import { createEpochKeeper } from "./flow/keep-epoch.ts";
import type { Clock, Lane, Policy, Ports } from "./flow/ports.ts";
import { provisionGrant } from "./flow/provision.ts";
import { remindHolder } from "./flow/remind.ts";
import { createHolds } from "./flow/support/holds.ts";
import { sweep } from "./flow/sweep.ts";
import { syncMessages } from "./flow/sync-messages.ts";
import { takeTokenOff } from "./flow/take-token-off.ts";
import { timeOutRequest } from "./flow/time-out.ts";
import { validateRequester } from "./flow/validate.ts";
import { verifyEnd } from "./flow/verify.ts";
import { createReadiness } from "./http/ready.ts";
import { openHub } from "./hub/client/access.ts";
import { createHubClient, type HubClient } from "./hub/client/client.ts";
import { createAnchor } from "./hub/grants/anchor.ts";
import { createGrants } from "./hub/grants/grants.ts";
import { createJobs } from "./queue/jobs.ts";
import { createWorker, type LockTimes } from "./queue/worker.ts";
import { createListener } from "./slack/inbound/listen.ts";
import { createAdmins } from "./slack/outbound/admins.ts";
import { slackClient } from "./slack/outbound/client.ts";
import { createDirectory } from "./slack/outbound/directory.ts";
import { createNotifier } from "./slack/outbound/notifier.ts";
import { rememberPeople } from "./slack/outbound/people.ts";
import type { HomeWorkspace } from "./slack/outbound/profile.ts";
import type { ViewContext } from "./slack/views/context.ts";
import { atMostOnce } from "./store/at-most-once.ts";
import { connect } from "./store/connect.ts";
import { createEpochs } from "./store/epoch.ts";
import { keysOf } from "./store/keys.ts";
import { createLease, type LeaseTimes } from "./store/lease.ts";
import { createRequests } from "./store/requests.ts";
import { createTold } from "./store/told.ts";

export interface App {
  /** Where HTTP is listened to: Slack's requests, and in Socket Mode health alone. */
  port: number | undefined;
  /** What the checks at the start found; none of them a failure. */
  findings: readonly Finding[];
  /** Takes no new work, lets what runs finish, closes everything; at most 25 s. */
  stop(): Promise<void>;
}

export interface AppDeps {
  clock: Clock;
  log: Logger;
  /** Shorter in tests: after how long another replica takes over. */
  times?: { lease: LeaseTimes; locks: LockTimes };
}

/** The checks say no. */
export class StartRefused extends Error {
  override name = "StartRefused";
  readonly findings: readonly Finding[];
  constructor(findings: readonly Finding[]) {
    super(findings.map(({ check, message }) => `${check}: ${message}`).join("\n"));
    this.findings = findings;
  }
}

export interface StartOptions {
  /** Shorter in tests. */
  stopWithin?: number;
}

const STOP_WITHIN = 25_000;

/** Throws StartRefused. */
export async function startApp(
  config: Config,
  means: AppDeps,
  { stopWithin = STOP_WITHIN }: StartOptions = {},
): Promise<App> {
  await using opened = new AsyncDisposableStack();
  const clients = await connectAll(config, means, opened);
  const { findings, identity } = await checkStart(config, means.clock, clients);
  const failures = findings.filter(({ level }) => level === "fail");
  if (failures.length > 0 || !identity) throw new StartRefused(failures);
  for (const { check, message, fix } of findings.filter(({ level }) => level === "warn"))
    means.log.warn({ check, fix }, message);

  const { ports, timerPorts, people } = assemble(config, means, clients, opened, () => identity);
  startWork(
    { urgent: ports, messages: ports, timers: timerPorts },
    clients,
    keysOf(config.instance).prefix,
    means,
    opened,
  );
  opened.adopt(credential(config, means, clients, ports), (c) => c.close());
  const port = await listen(config, means, clients, { ports, people, identity }, opened);
  const kept = opened.move();
  return { port, findings, stop: () => within(stopWithin, kept.disposeAsync()) };
}

export type Clients = Awaited<ReturnType<typeof connectAll>>;

/** Throws one sentence when the hub's kubeconfig cannot be read; nothing else must answer yet. */
export async function connectAll(config: Config, { log }: AppDeps, opened: AsyncDisposableStack) {
  const { env } = config;
  const redis = opened.adopt(connect(env.REDIS_URL, { log }), (r) => r.close());
  const hub = opened.adopt(await openHub(config, { log }), (h) => h.close());
  const hubClient = opened.adopt(createHubClient(hub.access, { reread: hub.reread }), (c) => c.close());
  const slack = (interactive: boolean) =>
    slackClient(env.SLACK_BOT_TOKEN, { apiUrl: env.SLACK_API_URL, interactive });
  return { redis, source: hub.source, hub: hubClient, interactive: slack(true), slack: slack(false) };
}

/** The adapters behind the flows. */
export function assemble(
  config: Config,
  { clock, log, times }: AppDeps,
  clients: Clients,
  opened: AsyncDisposableStack,
  home: () => HomeWorkspace,
) {
  const { redis, hub, slack, interactive } = clients;
  const keys = keysOf(config.instance);
  const people = rememberPeople(createDirectory(interactive, home));
  const context = contextOf(config, clock);
  const jobs = createJobs({ connection: redis.commands, prefix: keys.prefix, clock });
  opened.adopt(jobs, (j) => j.close());
  const grantsBy = (lane: "urgent" | "timers") =>
    createGrants({
      client: hub.lane(lane),
      instance: config.instance,
      namespace: config.hub.namespace,
      clock,
      log,
      clusterRoles: clusterRolesOf(config.roles),
      known: config.hub.known,
    });
  const stopping = new AbortController();
  opened.defer(() => stopping.abort());
  const holds = createHolds({ clock, log });
  const admins = createAdmins({
    client: slack,
    directory: people,
    admins: config.admins,
    channel: config.slack.channel,
    hub: config.hub.name,
    log,
    once: (name, work) => atMostOnce(redis.commands, `${keys.prefix}:told:${name}`, DAY, work),
  });
  const epoch = createEpochKeeper({
    ...{ clock, log, admins, holds, stopping: stopping.signal },
    epochs: createEpochs({ redis: redis.commands, keys }),
    anchor: createAnchor({ client: hub, instance: config.instance, namespace: config.hub.namespace }),
  });
  const ports: Ports = {
    requests: createRequests({
      redis: redis.commands,
      keys,
      clock,
      onTransition: (entry) => log.info({ trail: entry }, `${entry.id} ${entry.from ?? "new"} → ${entry.to}`),
      onBroken: (error) => log.error({ err: error }, "a record cannot be read; it is left alone"),
    }),
    grants: grantsBy("urgent"),
    jobs,
    notifier: createNotifier({ client: slack, ...config.slack, context, log }),
    directory: people,
    admins,
    lease: createLease(redis.commands, keys, times?.lease),
    told: createTold({ redis: redis.commands, keys }),
    clock,
    log,
    policy: policyOf(config),
    epoch,
    heldBack: () => holds.all()[0] ?? null,
    random: () => randomBytes(5),
    stopping: stopping.signal,
  };
  return { ports, timerPorts: { ...ports, grants: grantsBy("timers") }, people };
}

const policyOf = ({ roles, admins, reminders, digest }: Config): Policy => ({
  roles,
  admins,
  reminders,
  digest,
});

const contextOf =
  ({ hub, roles }: Config, clock: Clock) =>
  (locale: Locale): ViewContext => ({
    locale,
    hub: { name: hub.name, dashboard: hub.dashboard },
    roles,
    pings: (role) => {
      const approval = roles[role]?.approval;
      return approval && approval !== "none" ? (approval.ping ?? approval.by) : [];
    },
    command: "/karpor-access",
    now: clock.now(),
  });

function startWork(
  ports: Record<Lane, Ports>,
  { redis }: Clients,
  prefix: string,
  { clock, log, times }: AppDeps,
  opened: AsyncDisposableStack,
) {
  const worker = createWorker({
    connection: redis.worker,
    prefix,
    clock,
    log,
    locks: times?.locks,
    handlers: {
      validate: (id, lane) => validateRequester(ports[lane], id),
      provision: (id, lane) => provisionGrant(ports[lane], id),
      remind: (id, lane) => remindHolder(ports[lane], id),
      timeOut: (id, lane) => timeOutRequest(ports[lane], id),
      end: (id, lane) => endGrant(ports[lane], id),
      verify: (id, lane) => verifyEnd(ports[lane], id),
      syncMessages: (id, lane) => syncMessages(ports[lane], id),
      takeTokenOff: (id, lane) => takeTokenOff(ports[lane], id),
    },
    sweep: () => sweep(ports.timers),
  });
  opened.adopt(worker, (w) => w.close());
  const timer = setInterval(() => {
    fallbackExpiry(ports.timers).catch((error: unknown) =>
      log.error({ err: error }, "the hub does not answer either"),
    );
  }, MINUTE);
  opened.defer(() => clearInterval(timer));
  void ports.timers.epoch.settle();
  const epochs = setInterval(() => void ports.timers.epoch.settle(), SETTLE_EPOCH_MS);
  opened.defer(() => clearInterval(epochs));
}

/** How soon a Redis that went back is noticed where nothing happens. */
const SETTLE_EPOCH_MS = 10 * SECOND;

const credential = (config: Config, { clock, log }: AppDeps, clients: Clients, { directory }: Ports) =>
  keepCredential({
    hub: clients,
    client: clients.hub,
    hubName: config.hub.name,
    admins: { client: clients.slack, directory, admins: config.admins, log },
    redis: clients.redis.commands,
    prefix: keysOf(config.instance).prefix,
    clock,
    log,
  });

interface Heard {
  ports: Ports;
  people: ReturnType<typeof rememberPeople>;
  identity: BotIdentity;
}

async function listen(
  config: Config,
  { clock, log }: AppDeps,
  clients: Clients,
  heard: Heard,
  opened: AsyncDisposableStack,
) {
  const { env } = config;
  const { botId, botUserId } = heard.identity;
  const ready = createReadiness(
    {
      redis: () => heard.ports.requests.ping(),
      hub: () => answers(clients.hub),
      slack: async () => listener.check(),
    },
    clock,
  );
  const listener = createListener({
    ports: heard.ports,
    people: heard.people,
    transport: env.SLACK_APP_TOKEN
      ? { appToken: env.SLACK_APP_TOKEN, port: env.PORT }
      : { signingSecret: env.SLACK_SIGNING_SECRET ?? "", port: env.PORT },
    token: env.SLACK_BOT_TOKEN,
    botId,
    botUserId,
    client: clients.interactive,
    viewContext: contextOf(config, clock),
    language: config.slack.language,
    log,
    apiUrl: env.SLACK_API_URL,
    health: { "/livez": async () => ({ status: 200, body: "ok" }), "/readyz": ready },
  });
  opened.adopt(listener, (l) => l.stop());
  return (await listener.start()).port;
}

async function answers(hub: HubClient): Promise<void> {
  const { status } = await hub.request("/livez");
  if (status !== 200) throw new Error(`the hub answers ${status}`);
}

/** What hangs when Redis is gone is left behind: the process ends. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
