/** The only composition: clients → adapters → ports; what ends grants, then checks, work and Slack; stop. */

import { randomBytes } from "node:crypto";
import type { RequestListener } from "node:http";
import { basename } from "node:path";
import { setTimeout as plainSleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Finding } from "./cli/checks/finding.ts";
import { type Checking, keepChecking } from "./cli/checks/keep.ts";
import { checkRoles } from "./cli/checks/roles.ts";
import type { BotIdentity } from "./cli/checks/slack.ts";
import { checkStart, isOutage, type StartFindings } from "./cli/checks/start.ts";
import { type Config, fixedDiffering, readConfig } from "./config.ts";
import type { AllowanceEntry } from "./domain/allowance.ts";
import type { Transition } from "./domain/audit.ts";
import { approvalOf, channelFor, clusterRolesOf } from "./domain/catalog.ts";
import { DAY, SECOND } from "./domain/duration.ts";
import { RequestId } from "./domain/ids.ts";
import type { Locale } from "./domain/person.ts";
import type { Policy } from "./domain/policy-file.ts";
import { createAgreement } from "./flow/agree-on-policy.ts";
import { isAnythingOurs } from "./flow/anything-ours.ts";
import { askFallback } from "./flow/ask-fallback.ts";
import { createCanary } from "./flow/canary.ts";
import { checkDeparture } from "./flow/check-departure.ts";
import { coverViews } from "./flow/cover-views.ts";
import { endGrant } from "./flow/end.ts";
import { extendGrant } from "./flow/extend-grant.ts";
import { createEpochKeeper } from "./flow/keep-epoch.ts";
import { createLockdownKeeper } from "./flow/keep-lockdown.ts";
import { keepSeals, SEAL_EVERY_MS } from "./flow/keep-seals.ts";
import { carryOutMassEnds } from "./flow/mass-end.ts";
import { nudgeApprovers } from "./flow/nudge.ts";
import {
  type Clock,
  type Lane,
  type Later,
  type Lease,
  type PolicyRegister,
  type Ports,
  type SealKeeping,
  StoreDown,
  StoreUnsure,
} from "./flow/ports.ts";
import { provisionGrant } from "./flow/provision.ts";
import { redrawHomes } from "./flow/redraw-homes.ts";
import { refreshToken } from "./flow/refresh-token.ts";
import { createHubEnds } from "./flow/remember-on-hub.ts";
import { remindHolder } from "./flow/remind.ts";
import { renewCredential } from "./flow/renew-credential.ts";
import { startGrant } from "./flow/start.ts";
import { createHolds, type Holds } from "./flow/support/holds.ts";
import { type LivePolicy, livePolicy } from "./flow/support/live-policy.ts";
import { setNextTimer } from "./flow/support/next-timer.ts";
import { type Repeating, repeat } from "./flow/support/repeat.ts";
import { sweep } from "./flow/sweep.ts";
import { syncMessages } from "./flow/sync-messages.ts";
import { createPolicyIntake } from "./flow/take-policy.ts";
import { takeTokenOff } from "./flow/take-token-off.ts";
import { timeOutRequest } from "./flow/time-out.ts";
import { validateRequester } from "./flow/validate.ts";
import { verifyEnd } from "./flow/verify.ts";
import { watchAccess } from "./flow/watch-access.ts";
import { watchGroups, watchPeople } from "./flow/watch-departures.ts";
import { type EndsWatchTimes, watchEnds } from "./flow/watch-ends.ts";
import { createChangeReader, watchHub } from "./flow/watch-hub.ts";
import { metricsPage, pages } from "./http/pages.ts";
import { comeAgain, type HttpServer, type Pages, startHttp } from "./http/server.ts";
import { openHub } from "./hub/client/access.ts";
import { hubClock } from "./hub/client/clock-offset.ts";
import { openLazily } from "./hub/client/lazy.ts";
import { lookAtOwnAccess } from "./hub/client/own-access.ts";
import type { HubCall } from "./hub/client/seen.ts";
import { createAnchor } from "./hub/grants/anchor.ts";
import { createGrants } from "./hub/grants/grants.ts";
import { createGrantWatch } from "./hub/grants/watch.ts";
import { canaryInstance } from "./hub/grants/whose.ts";
import { renewBotToken } from "./hub/kubeconfig/bot-token.ts";
import { credentialLife } from "./hub/kubeconfig/credential-life.ts";
import { aboutRequest } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics/metrics.ts";
import type { Sources } from "./metrics/scrape.ts";
import { createOutside } from "./outside/outside.ts";
import { readDepths } from "./queue/depth.ts";
import { createJobs } from "./queue/jobs.ts";
import { createWorker, type Handler, type LockTimes } from "./queue/worker.ts";
import { createListener, type SlackListener } from "./slack/inbound/listen.ts";
import { createAdmins, tellAdmins } from "./slack/outbound/admins.ts";
import { createAllowanceNotifier } from "./slack/outbound/allowance-notifier.ts";
import { createBudget } from "./slack/outbound/budget.ts";
import { postInChannel } from "./slack/outbound/channel-post.ts";
import { slackClients } from "./slack/outbound/client.ts";
import { createDirectory } from "./slack/outbound/directory.ts";
import { createHomeTab } from "./slack/outbound/home-tab.ts";
import { createMassEndNotifier } from "./slack/outbound/mass-end-notifier.ts";
import { createNotifier } from "./slack/outbound/notifier.ts";
import { rememberPeople } from "./slack/outbound/people.ts";
import type { HomeWorkspace } from "./slack/outbound/profile.ts";
import { slackProxy } from "./slack/outbound/proxy.ts";
import type { SlackCall } from "./slack/outbound/seen.ts";
import { createTokenViews } from "./slack/outbound/token-views.ts";
import type { ViewContext } from "./slack/views/context.ts";
import { checkpointMessage } from "./slack/views/index.ts";
import { createAllowances } from "./store/allowances.ts";
import { atMostOnce } from "./store/at-most-once.ts";
import { createCanaries } from "./store/canaries.ts";
import type { TrailLine } from "./store/chain.ts";
import { connect } from "./store/connect.ts";
import { createEpochs } from "./store/epoch.ts";
import { createHomes } from "./store/homes.ts";
import { keysOf } from "./store/keys.ts";
import { createLease, type LeaseTimes } from "./store/lease.ts";
import { createLists } from "./store/lists/lists.ts";
import { createLockdowns } from "./store/lockdown.ts";
import { createLooks } from "./store/looks.ts";
import { createMassEnds } from "./store/mass-ends.ts";
import { createMemory } from "./store/memory.ts";
import { createPolicies } from "./store/policies.ts";
import { createRequests } from "./store/requests.ts";
import { createSeals } from "./store/seals.ts";
import { createSocketRegister } from "./store/socket-register.ts";
import { createSweeps } from "./store/sweeps.ts";
import { createTold } from "./store/told.ts";
import { createTurns } from "./store/turns.ts";
import { VERSION } from "./version.ts";

export interface App {
  /** Where HTTP is listened to: Slack's requests, and in Socket Mode health alone. */
  port: number;
  /** Where metrics are, if that is a port of its own. */
  metricsPort: number | null;
  /** Why commands and clicks cannot be received now, or null. */
  unready(): string | null;
  /** Takes no new work, lets what runs finish, closes everything; at most 25 s. */
  stop(): Promise<void>;
}

export interface AppDeps {
  /** This machine's. */
  clock: Clock;
  log: Logger;
  /** Shorter in tests: after how long another replica, or the hub alone, takes over, and a call is given up. */
  times?: { lease?: LeaseTimes; locks?: LockTimes; ends?: EndsWatchTimes; callMs?: number };
}

/** The checks say no, and nothing is there that only a running bot would end. */
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

/** Throws StartRefused, or an Error of one sentence when its port is taken. */
export async function startApp(
  config: Config,
  machine: AppDeps,
  { stopWithin = STOP_WITHIN }: StartOptions = {},
): Promise<App> {
  await using opened = new AsyncDisposableStack();
  const clients = connectAll(config, machine, opened);
  const means = { ...machine, clock: hubClock(machine.clock, clients.hub.clockOffset) };
  let home: HomeWorkspace | undefined;
  const assembled = assemble(config, means, clients, opened, () => known(home));
  const { ports, timerPorts, people, holds } = assembled;
  const door = createDoor((identity, serve) =>
    listener(config, means, clients, { ports, people, holds, identity, serve }),
  );
  const { unready, connections } = door;
  const health = pages({
    ...{ unready, connections, holds: holds.all, notices: holds.notices },
    canary: () => assembled.canary.standing()?.last ?? null,
  });
  const { metrics } = clients;
  const isReady = () => unready() === null;
  metrics.from(sourcesOf(config, means, clients, { ...assembled, isReady }));
  const own = opened.adopt(await openMetrics(config, metrics), (h) => h?.stop());
  const beside = own || !config.env.SLACK_APP_TOKEN ? null : metrics.text;
  const http = opened.adopt(await openHttp(config, { ...health, ...metricsPage(beside) }), (h) => h.stop());
  // Before any check: whatever else is wrong, what is over ends.
  opened.adopt(keepEnding(timerPorts, clients, holds, means), (r) => r.close());

  const look = () => checkStart({ ...config, ...ports.policy }, machine.clock, clients);
  const found = await look();
  await mayStart(found, ports);
  opened.adopt(await keepPolicy(config, means, clients, assembled), (r) => r.close());
  startWork(
    { urgent: ports, messages: ports, timers: timerPorts },
    clients,
    keysOf(config.instance).prefix,
    means,
    opened,
  );
  opened.adopt(keepWatchingHub(config, timerPorts, clients), (r) => r.close());
  opened.adopt(keepEpoch(ports, means), (r) => r.close());
  opened.adopt(keepSealing({ ...ports, ...assembled.sealing }), (r) => r.close());
  opened.adopt(keepHomes(ports, means), (r) => r.close());
  opened.adopt(keepMassEnds(ports, means), (r) => r.close());
  opened.adopt(keepCredential(config, means, clients, ports), (r) => r.close());
  opened.adopt(keepLooking(ports), (r) => r.close());
  opened.adopt(keepCanary(assembled, means), (r) => r.close());
  opened.defer(() => door.close());
  const onIdentity = (identity: BotIdentity) => {
    home = identity;
    return door.open(identity, http.serve);
  };
  const checking = await keepChecking(found, { look, holds, onIdentity, ...means });
  // A look under way fails when its clients close; nobody waits for it.
  opened.defer(() => void checking.close());
  opened.adopt(keepAccess(config, timerPorts, clients, checking), (r) => r.close());
  const kept = opened.move();
  const stop = () => within(stopWithin, kept.disposeAsync());
  return { port: http.port, metricsPort: own?.port ?? null, unready, stop };
}

const openMetrics = async ({ env }: Config, { text }: Metrics): Promise<HttpServer | null> =>
  env.METRICS_PORT === undefined ? null : startHttp(env.METRICS_PORT, metricsPage(text), "METRICS_PORT");

function sourcesOf(
  { instance }: Config,
  { clock }: AppDeps,
  { hub }: Clients,
  { ports, holds, lanes, canary, isReady }: ReturnType<typeof assemble> & { isReady(): boolean },
): Sources {
  return {
    clock,
    lastSweep: ports.sweeps.last,
    depths: () => readDepths(lanes, clock),
    isReady,
    holdingBack: () => holds.all().length,
    roles: () => Object.keys(ports.policy.roles),
    credential: () => credentialLife(hub),
    canary: canary.standing,
    clockOffset: hub.clockOffset,
    build: { version: VERSION, node: process.version, bot: instance },
  };
}

async function openHttp({ env }: Config, health: Pages): Promise<HttpServer> {
  const http = await startHttp(env.PORT, health);
  if (!env.SLACK_APP_TOKEN) http.serve(comeAgain);
  return http;
}

function known(home: HomeWorkspace | undefined): HomeWorkspace {
  if (!home) throw new Error("Slack has not said yet which workspace is ours");
  return home;
}

/** Throws StartRefused. */
async function mayStart({ findings }: StartFindings, ports: Ports): Promise<void> {
  for (const { check, level, message, fix } of findings)
    if (level === "warn") ports.log.warn({ check, fix }, message);
  const failures = findings.filter(({ level }) => level === "fail");
  if (failures.every(isOutage) || (await isAnythingOurs(ports))) return;
  throw new StartRefused(failures);
}

export type Clients = ReturnType<typeof connectAll>;

/** Nothing must answer yet. */
export function connectAll(config: Config, { clock, log, times }: AppDeps, opened: AsyncDisposableStack) {
  const { env } = config;
  const timeout = times?.callMs;
  const redis = opened.adopt(connect(env.REDIS_URL, { log, commandTimeout: timeout }), (r) => r.close());
  const metrics = createMetrics();
  const onHubCall = (call: HubCall) => {
    metrics.hubCall(call);
    const { method, resource, result, ms } = call;
    log.debug({ hub: `${method} ${resource}`, result, ms: Math.round(ms) }, "called the hub");
  };
  const onSlackCall = (call: SlackCall) => {
    metrics.slackCall(call);
    const { method, result, ms, waitedMs } = call;
    log.debug({ slack: method, result, ms: Math.round(ms), waitedMs: Math.round(waitedMs) }, "called Slack");
  };
  const hub = opened.adopt(
    openLazily(() => openHub(config, { log }), { clock, timeout, onCall: onHubCall }),
    (h) => h.close(),
  );
  const proxy = slackProxy(env);
  opened.defer(() => proxy?.dispatcher.destroy());
  const time = hubClock(clock, hub.clockOffset);
  const shared = { redis: redis.commands, keys: keysOf(config.instance), clock: time };
  const turns = createTurns(shared);
  const budget = createBudget({
    ...{ turns, clock: time, send: proxy?.fetch },
    onCall: onSlackCall,
    onPostponed: metrics.slackPostponed,
  });
  const callers = slackClients(env.SLACK_BOT_TOKEN, budget, { apiUrl: env.SLACK_API_URL, timeout });
  const memory = createMemory(shared);
  return {
    metrics,
    redis,
    hub,
    proxy,
    memory,
    callers,
    interactive: callers.interactive,
    slack: callers.to("trouble"),
  };
}

const HUB_ITSELF = new Set(["hub", "hub access"]);

/** The adapters behind the flows. */
export function assemble(
  config: Config,
  { clock, log, times }: AppDeps,
  clients: Clients,
  opened: AsyncDisposableStack,
  home: () => HomeWorkspace,
) {
  const { metrics, redis, hub, memory, slack, callers } = clients;
  const keys = keysOf(config.instance);
  const people = rememberPeople(createDirectory({ slack: callers, memory, clock, home }));
  const live = livePolicy(config);
  const { policy } = live;
  const register = createPolicies({
    ...{ redis: redis.commands, keys, clock, policy },
    onChange: (trail, chain) =>
      log.info({ trail, chain }, `policy ${trail.took.slice(0, 8)} is on the trail`),
  });
  const context = contextOf(config, policy, clock);
  const holds = createHolds({ clock, log });
  const jobs = createJobs({ connection: redis.commands, prefix: keys.prefix, clock });
  opened.adopt(jobs, (j) => j.close());
  const grantsBy = (lane: "urgent" | "timers") =>
    createGrants({
      client: hub.lane(lane),
      instance: config.instance,
      namespace: config.hub.namespace,
      clock,
      log,
      clusterRoles: () => clusterRolesOf(policy.roles),
      known: config.hub.known,
    });
  const stopping = new AbortController();
  opened.defer(() => stopping.abort());
  const looks = createLooks({ redis: redis.commands, keys });
  const admins = createAdmins({
    lately: async (groups) => {
      const { look } = await looks.last();
      return [...new Set(groups.flatMap((id) => look?.groups[id]?.members ?? []))];
    },
    ...{ client: slack, directory: people, memory, clock },
    policy,
    channel: (role) => channelFor(policy.roles, role, config.slack.channel),
    hub: config.hub.name,
    log,
    once: (name, work) => atMostOnce(redis.commands, `${keys.prefix}:told:${name}`, DAY, work),
  });
  const anchor = createAnchor({ client: hub, instance: config.instance, namespace: config.hub.namespace });
  const epoch = createEpochKeeper({
    ...{ clock, log, admins, holds, stopping: stopping.signal },
    epochs: createEpochs({ redis: redis.commands, keys }),
    anchor,
  });
  const lockdown = createLockdownKeeper({
    ...{ clock, log, holds, stopping: stopping.signal },
    lockdowns: createLockdowns({
      ...{ redis: redis.commands, keys, clock },
      onChange: ({ lockdown: what }, line) => log.info(line, `lockdown ${what}`),
    }),
    anchor,
  });
  const told = ({ id, from, to }: Transition | AllowanceEntry, line: TrailLine) =>
    log.info({ id, ...line }, `${id} ${from ?? "new"} → ${to}`);
  const onBroken = (error: Error) => log.error({ err: error }, "a record cannot be read; it is left alone");
  const records = { redis: redis.commands, keys, clock, onBroken };
  const { language } = config.slack;
  const messages = { slack: callers, language, context, memory, clock, log };
  const inChannel = { ...messages, channel: config.slack.channel };
  const ports: Ports = {
    requests: metrics.requests(createRequests({ ...records, onTransition: told })),
    allowances: createAllowances({ ...records, onChange: told }),
    lists: createLists(records),
    sweeps: createSweeps({ redis: redis.commands, keys }),
    grants: grantsBy("urgent"),
    jobs,
    notifier: createNotifier(messages),
    tokenViews: createTokenViews(messages),
    allowanceNotifier: createAllowanceNotifier(messages),
    homes: createHomes({ redis: redis.commands, keys, clock }),
    homeTab: createHomeTab(messages),
    directory: people,
    outside: createOutside({ hub: config.hub.name, secretOf: config.secretOf, clock, log }),
    admins,
    lease: leaseByRequest(createLease(redis.commands, keys, times?.lease, metrics.leaseTakenOver)),
    told: createTold({ redis: redis.commands, keys }),
    looks,
    clock,
    log,
    policy,
    policies: register,
    channel: config.slack.channel,
    epoch,
    lockdown,
    massEnds: createMassEnds({ redis: redis.commands, keys }),
    hubEnds: createHubEnds({ clock, anchor, stopping: stopping.signal }),
    massEndNotifier: createMassEndNotifier(inChannel),
    // What the hub itself keeps from being made waits by that, and is told so.
    heldBack: () => holds.all().find(({ cause }) => !HUB_ITSELF.has(cause)) ?? null,
    random: () => randomBytes(5),
    stopping: stopping.signal,
  };
  const sealing: SealKeeping = {
    seals: createSeals({
      ...{ redis: redis.commands, keys, clock },
      onSeal: (line) =>
        log.info(line, `seal ${line.trail.seal} of the trail: ${line.trail.entries.length} entries`),
    }),
    anchor,
    checkpoint: config.audit
      ? (seal) => postInChannel(inChannel, checkpointMessage(seal, context(language)))
      : null,
  };
  const timerPorts = { ...ports, grants: grantsBy("timers") };
  const canary = createCanary(
    {
      ...{ ...ports, holds, canaries: createCanaries({ redis: redis.commands, keys }) },
      grants: createGrants({
        ...{ client: hub.lane("timers"), instance: canaryInstance(config.instance), clock, log },
        namespace: config.hub.namespace,
      }),
    },
    config.canary,
  );
  return { ports, timerPorts, people, holds, live, register, canary, lanes: jobs.lanes, sealing };
}

/** What is done under a request's lease is about it. */
const leaseByRequest = ({ hold }: Lease): Lease => ({
  hold: (name, work) =>
    hold(name, (signal) =>
      RequestId.safeParse(name).success ? aboutRequest(name, () => work(signal)) : work(signal),
    ),
});

export const contextOf =
  ({ hub, slack }: Pick<Config, "hub" | "slack">, policy: Pick<Policy, "roles" | "admins">, clock: Clock) =>
  (locale: Locale): ViewContext => ({
    locale,
    hub: { name: hub.name, dashboard: hub.dashboard },
    roles: policy.roles,
    channel: (role) => channelFor(policy.roles, role, slack.channel),
    pings: (role) => {
      const approval = approvalOf(policy.roles, role);
      return approval?.ping ?? approval?.by ?? [];
    },
    admins: policy.admins,
    command: slack.command,
    now: clock.now(),
  });

export function startWork(
  ports: Record<Lane, Ports>,
  { redis }: Clients,
  prefix: string,
  { clock, log, times }: AppDeps,
  opened: AsyncDisposableStack,
) {
  const about =
    (step: (ports: Ports, id: RequestId, lane: Lane) => Promise<Later>): Handler =>
    (id, lane) =>
      aboutRequest(id, () => step(ports[lane], id, lane));
  const worker = createWorker({
    connection: redis.worker,
    prefix,
    clock,
    log,
    locks: times?.locks,
    onTimer: (id, fired) => setNextTimer(ports.timers, id, fired),
    handlers: {
      validate: about(validateRequester),
      start: about(startGrant),
      provision: about(provisionGrant),
      refreshToken: about(refreshToken),
      extend: about(extendGrant),
      remind: about(remindHolder),
      nudge: about(nudgeApprovers),
      askFallback: about(askFallback),
      timeOut: about(timeOutRequest),
      end: about(endGrant),
      verify: about(verifyEnd),
      syncMessages: about(syncMessages),
      takeTokenOff: about(takeTokenOff),
      coverViews: about(coverViews),
      checkDeparture: about(checkDeparture),
    },
    sweep: () => sweep(ports.timers),
  });
  opened.adopt(worker, (w) => w.close());
}

const REDIS_WITHIN = 3_000;

/** By plain timers: needs neither queue, nor lease, nor a clock that is right. */
function keepEnding(ports: Ports, { redis }: Clients, holds: Holds, { log, times }: AppDeps): Repeating {
  const watch = watchEnds({ ...ports, holds, elapsed: () => performance.now() }, times?.ends);
  const connected = redis.ready(REDIS_WITHIN).catch(() => {});
  const run = (signal: AbortSignal) => connected.then(() => watch(signal));
  const sleep = (ms: number, signal: AbortSignal) => plainSleep(ms, undefined, { signal });
  return repeat(run, { what: "the watch over what must end", sleep, log });
}

function keepWatchingHub(
  { instance, hub: { namespace } }: Config,
  ports: Ports,
  { hub: client }: Clients,
): Pick<Repeating, "close"> {
  const { clock, log } = ports;
  const tell = createChangeReader(ports);
  const both = (["accounts", "bindings"] as const).map((kind) => {
    const watch = createGrantWatch({ client, instance, namespace }, kind);
    return repeat(watchHub(ports, watch, tell), { what: "the watch over the hub", sleep: clock.sleep, log });
  });
  return { close: async () => void (await Promise.all(both.map((one) => one.close()))) };
}

/** That the hub refuses the bot is noticed before the checks come round. */
function keepAccess(
  { hub: { namespace } }: Config,
  ports: Ports,
  { hub }: Clients,
  checking: Checking,
): Repeating {
  const { clock, log, admins } = ports;
  const watch = watchAccess({
    ...{ admins, log },
    look: (signal) => lookAtOwnAccess(hub, namespace, signal),
    recheck: checking.now,
    resume: () => sweep(ports),
  });
  return repeat(watch, { what: "the bot's access to the hub", sleep: clock.sleep, log });
}

/** How soon a Redis that went back is noticed where nothing happens. */
const SETTLE_EPOCH_MS = 10 * SECOND;

export function keepEpoch({ epoch, lockdown }: Ports, { clock, log }: AppDeps): Repeating {
  const run = async () => {
    await Promise.all([epoch.settle(), lockdown.settle()]);
    return SETTLE_EPOCH_MS;
  };
  return repeat(run, { what: "what hub and Redis agree on", sleep: clock.sleep, log });
}

export function keepSealing(ports: Parameters<typeof keepSeals>[0]): Repeating {
  const { clock, log } = ports;
  const run = () => keepSeals(ports).catch(againUnlessDown);
  return repeat(run, { what: "the sealing of the trail", sleep: clock.sleep, after: SEAL_EVERY_MS, log });
}

/** How soon another replica goes on with what one began and did not finish; and how often it is counted. */
const MASS_ENDS_MS = 2 * SECOND;

export function keepMassEnds(ports: Ports, { clock, log }: AppDeps): Repeating {
  const run = () => carryOutMassEnds(ports).then(() => MASS_ENDS_MS, againUnlessDown);
  return repeat(run, { what: "what is ended at once", sleep: clock.sleep, log });
}

/** By events, and by looks of their own for those that did not come. */
export function keepLooking(ports: Ports): Pick<Repeating, "close"> {
  const { clock, log } = ports;
  const both = [watchGroups, watchPeople].map((look) =>
    repeat(() => look(ports), { what: "the look at who left", sleep: clock.sleep, after: LOOK_MS, log }),
  );
  return { close: async () => void (await Promise.all(both.map((one) => one.close()))) };
}

function keepCanary({ canary }: ReturnType<typeof assemble>, { clock, log }: AppDeps): Repeating {
  const run = (signal: AbortSignal) => canary.run(signal).catch(againUnlessDown);
  return repeat(run, { what: "the canary", sleep: clock.sleep, log });
}

export function keepHomes(ports: Ports, { clock, log }: AppDeps): Repeating {
  return repeat(() => redrawHomes(ports), { what: "the Home tabs", sleep: clock.sleep, log });
}

function keepCredential(
  config: Config,
  { clock, log }: AppDeps,
  { hub, redis, memory, slack }: Clients,
  { directory, policy }: Ports,
): Repeating {
  const admins = { client: slack, directory, memory, clock, policy, log };
  const told = `${keysOf(config.instance).prefix}:credential-told`;
  const ports = {
    ...{ clock, log },
    renew: async () => renewBotToken({ hub: await hub.open(), client: hub, clock }),
    warnAdmins: async (left: number) => {
      const tell = () => tellAdmins(admins, (words) => words.credential(left, config.hub.name));
      await atMostOnce(redis.commands, told, DAY, async () => (await tell()) > 0);
    },
  };
  return repeat(() => renewCredential(ports), { what: "the bot's own token", sleep: clock.sleep, log });
}

/** Resolves when this replica has told the others what it goes by, where Redis answers. */
async function keepPolicy(
  config: Config,
  { clock, log }: AppDeps,
  { hub }: Clients,
  {
    live,
    register,
    holds,
    ports,
  }: { live: LivePolicy; register: PolicyRegister; holds: Holds; ports: Ports },
): Promise<Repeating> {
  const read = () => {
    const found = readConfig(config.path, config.secretOf);
    return found.file ? { ...found, fixed: fixedDiffering(config, found.file) } : found;
  };
  const refused = async (book: Pick<Policy, "roles" | "rules">) =>
    (await checkRoles(hub, book)).flatMap(({ check, level, message, fix = "" }) =>
      level === "fail" ? [{ message: `${check}: ${message}`, fix }] : [],
    );
  const means = { clock, log, live, register, holds, homes: ports.homes };
  const look = createPolicyIntake({ ...means, file: basename(config.path), read, refused });
  const agree = createAgreement({ ...means, policy: live.policy });
  const often = (work: () => Promise<void>, what: string) =>
    repeat(() => work().then(again, againUnlessDown), { what, sleep: clock.sleep, log, after: LOOK_MS });
  await agree().catch(againUnlessDown);
  // Apart: a hub that is slow to say which roles may be given must not make this replica look dead.
  const both = [often(agree, "the policy of this replica"), often(look, "the configuration")];
  return {
    close: async () => {
      await Promise.all(both.map((one) => one.close()));
      await register.leave().catch(() => {});
    },
  };
}

const LOOK_MS = 2 * SECOND;
const again = () => LOOK_MS;

/** Whoever made the connection to Redis reports its outages. Throws what else it is given. */
function againUnlessDown(error: unknown): number {
  if (error instanceof StoreDown || error instanceof StoreUnsure) return LOOK_MS;
  throw error;
}

interface Heard {
  ports: Ports;
  people: ReturnType<typeof rememberPeople>;
  holds: Holds;
  identity: BotIdentity;
  serve(take: RequestListener): void;
}

function listener(
  config: Config,
  { clock, log }: AppDeps,
  { redis, memory, proxy, interactive, callers }: Clients,
  { ports, people, holds, identity: { botId, botUserId }, serve }: Heard,
): SlackListener {
  const { env } = config;
  return createListener({
    ...{ ports, people, memory, botId, botUserId, log, proxy },
    transport: env.SLACK_APP_TOKEN
      ? { appToken: env.SLACK_APP_TOKEN }
      : { signingSecret: env.SLACK_SIGNING_SECRET ?? "", serve },
    token: env.SLACK_BOT_TOKEN,
    client: interactive,
    patient: callers.to("tidying"),
    viewContext: contextOf(config, ports.policy, clock),
    language: config.slack.language,
    apiUrl: env.SLACK_API_URL,
    hasRecords: () => redis.commands.status === "ready",
    report: (found) => holds.report("delivery", found),
    held: createSocketRegister({ redis: redis.commands, keys: keysOf(config.instance), clock }).hold,
    notice: (found) => holds.report("connections", found),
  });
}

/** Slack's door: opened once it is known who the bot is, and not again. */
function createDoor(make: (identity: BotIdentity, serve: Heard["serve"]) => SlackListener) {
  let listening: SlackListener | undefined;
  let closed = false;
  return {
    async open(identity: BotIdentity, serve: Heard["serve"]) {
      if (listening || closed) return;
      listening = make(identity, serve);
      await listening.start();
    },
    unready(): string | null {
      if (!listening) return "Slack has not said yet who the bot is";
      return listening.isOpen() ? null : "Slack does not reach this replica";
    },
    connections: () => listening?.connections(),
    async close() {
      closed = true;
      await listening?.stop();
    },
  };
}

/** What hangs when Redis is gone is left behind: the process ends. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
