/** The only composition: clients → adapters → ports; what ends grants, then checks, work and Slack; stop. */

import type { RequestListener } from "node:http";
import { assemble } from "./app/assemble.ts";
import { createBeginning } from "./app/begin.ts";
import { type AppDeps, type Clients, connectAll } from "./app/clients.ts";
import { createDoor, listener } from "./app/door.ts";
import { hubAlarmsOf } from "./app/hub-alarms.ts";
import { hubAuditOf } from "./app/hub-audit.ts";
import { keepAccess, keepCredential, keepEnding } from "./app/keep.ts";
import type { Finding } from "./cli/checks/finding.ts";
import { keepChecking } from "./cli/checks/keep.ts";
import type { BotIdentity } from "./cli/checks/slack.ts";
import { checkStart, isOutage, type StartFindings } from "./cli/checks/start.ts";
import type { Config } from "./config.ts";
import type { Ports } from "./flow/ports.ts";
import { isAnythingOurs } from "./flow/watch/anything-ours.ts";
import { healthPages, metricsPage, statusPage } from "./http/pages.ts";
import { comeAgain, type HttpServer, type Pages, startHttp } from "./http/server.ts";
import { hubClock } from "./hub/client/clock-offset.ts";
import { credentialLife } from "./hub/kubeconfig/credential-life.ts";
import type { Sources } from "./metrics/scrape.ts";
import { readDepths } from "./queue/depth.ts";
import type { HomeWorkspace } from "./slack/outbound/profile.ts";
import { VERSION } from "./version.ts";

export interface App {
  /** Where HTTP is listened to: Slack's requests, and in Socket Mode health alone. */
  port: number;
  /** Where metrics are, if that is a port of its own. */
  metricsPort: number | null;
  /** Where the hub tells what tokens are used for; null where it does not. */
  hubAuditPort: number | null;
  /** Why commands and clicks cannot be received now, or null. */
  unready(): string | null;
  /** Resolves when it has stopped by itself, for what would refuse its start. */
  refused: Promise<StartRefused>;
  /** Takes no new work, lets what runs finish, closes everything; at most 25 s. */
  stop(): Promise<void>;
}

/** The checks say no, and nothing is there that only a running bot would end, or this one would not. */
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
  const said = {
    ...{ instance: config.instance, holds: holds.all, notices: holds.notices },
    canary: () => assembled.canary.standing()?.last ?? null,
  };
  const { metrics } = clients;
  const isReady = () => unready() === null;
  metrics.from(sourcesOf(config, means, clients, { ...assembled, isReady }));
  const own = opened.adopt(
    await openOwn(config, { ...metricsPage(metrics.text), ...statusPage(said, false) }),
    (h) => h?.stop(),
  );
  const isPublic = !config.env.SLACK_APP_TOKEN;
  const hubAlarms = hubAlarmsOf(config, assembled, clients);
  const hubAudit = hubAuditOf(config, assembled, hubAlarms?.signs);
  const http = opened.adopt(
    await openHttp(
      config,
      {
        ...healthPages({ unready, connections }),
        ...statusPage(said, isPublic),
        ...metricsPage(own ? "elsewhere" : isPublic ? "nowhere" : metrics.text),
      },
      hubAudit?.own ? {} : hubAudit?.doors,
    ),
    (h) => h.stop(),
  );
  const auditHttp = opened.adopt(hubAudit?.own ? await hubAudit.own() : null, (h) => h?.stop());
  // Before any check: whatever else is wrong, what is over ends.
  opened.adopt(keepEnding(config, timerPorts, clients, holds, means), (r) => r.close());

  const look = () => checkStart({ ...config, ...ports.policy }, machine.clock, clients);
  const found = await look();
  await mayStart(found, ports);
  opened.adopt(keepCredential(config, means, clients, ports), (r) => r.close());
  const { begin, isBegun } = createBeginning(config, means, clients, assembled, hubAlarms, opened);
  opened.defer(() => door.close());
  const onIdentity = (identity: BotIdentity) => {
    home = identity;
    return door.open(identity, http.serve);
  };
  const refusal = Promise.withResolvers<StartRefused>();
  const onRefused = (failed: readonly Finding[]) => refusal.resolve(new StartRefused(failed));
  const checking = await keepChecking(found, {
    ...{ look, holds, onRefused, onOurs: begin, onIdentity },
    ...means,
  });
  // A look under way fails when its clients close; nobody waits for it.
  opened.defer(() => void checking.close());
  opened.adopt(keepAccess(config, timerPorts, clients, { recheck: checking.now, isBegun }), (r) => r.close());
  const kept = opened.move();
  const stop = () => within(stopWithin, kept.disposeAsync());
  const refused = refusal.promise.then(async (why) => {
    means.log.error({}, "stopping: a start would be refused now");
    await stop();
    return why;
  });
  return {
    port: http.port,
    metricsPort: own?.port ?? null,
    hubAuditPort: hubAudit ? (auditHttp?.port ?? http.port) : null,
    unready,
    refused,
    stop,
  };
}

/** For those who watch the bot alone. */
const openOwn = async ({ env }: Config, pages: Pages): Promise<HttpServer | null> =>
  env.METRICS_PORT === undefined ? null : startHttp(env.METRICS_PORT, pages, { setting: "METRICS_PORT" });

function sourcesOf(
  { instance }: Config,
  { clock }: AppDeps,
  { hub }: Clients,
  { ports, holds, lanes, canary, anonymous, isReady }: ReturnType<typeof assemble> & { isReady(): boolean },
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
    closed: () => anonymous?.last()?.closed ?? null,
    coverage: ports.evidence?.coverage ?? null,
    clockOffset: hub.clockOffset,
    build: { version: VERSION, node: process.version, bot: instance },
  };
}

async function openHttp(
  { env }: Config,
  health: Pages,
  doors: Record<string, RequestListener> = {},
): Promise<HttpServer> {
  const http = await startHttp(env.PORT, health, { doors });
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
  const isRenamed = failures.some(({ refuses }) => refuses);
  if (!isRenamed && (failures.every(isOutage) || (await isAnythingOurs(ports)))) return;
  throw new StartRefused(failures);
}

/** What hangs when Redis is gone is left behind: the process ends. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
