/** Starts and stops one replica of the bot: Slack's inbound, HTTP pages, the workers, and the loops (sweep, seals, delivery). */
import { type Bot, type BotParts, createBot } from "./bot.ts";
import type { Config } from "./config.ts";
import { hubAuditRoutes, listenForHub } from "./evidence/webhook.ts";
import { startBolt } from "./inbound/bolt.ts";
import { passkeyRoutes } from "./inbound/passkey/routes.ts";
import { readFromHub } from "./life/lockdown/read.ts";
import { runSlackJob } from "./life/messages/draw.ts";
import { runAccessJob } from "./life/step.ts";
import { runChecks } from "./life/sweep/checks.ts";
import { keepSweeping } from "./life/sweep/sweep.ts";
import { keepDelivering } from "./life/trail/deliver-trail.ts";
import { healthPages, servePages, statusPage } from "./ops/health.ts";
import { createMetrics, type Metrics } from "./ops/metrics.ts";
import { keepSealing } from "./ops/seals.ts";
import { startWorkers } from "./queue/queue.ts";
import { openPatient, StoreAway, unsuitableRedis } from "./store/redis.ts";

const STOPS_WITHIN_MS = 8000;

/** Serves until `stop`. Throws UnfitRedis when Redis answers and is not fit; it starts with Redis, Slack or the hub away. */
export async function startBot(config: Config, outer: BotParts) {
  const stopping = new AbortController();
  const { bot, redis, close } = createBot(config, outer, stopping.signal);
  const patient = openPatient(config.env.REDIS_URL, outer.log);
  await assertFitRedis(bot, redis);
  // Without the hub's answer new access is held back until a sweep has checked it.
  await runChecks(bot).catch((error: unknown) =>
    outer.log.debug({ err: error }, "the hub was not looked at"),
  );
  await readFromHub(bot);
  let isConnected = () => false;
  const isReady = () => !stopping.signal.aborted && isConnected();
  const metrics = createMetrics(bot, isReady);
  const inbound = await startBolt(bot, [
    ...healthPages(bot, isReady),
    ...hubAuditRoutes(bot),
    ...passkeyRoutes(bot),
  ]);
  isConnected = inbound.isConnected;
  const metricsServer = await serveMetrics(bot, metrics);
  const hubAudit = await listenForHub(bot);
  const sealing = keepSealing(bot);
  const delivering = keepDelivering(bot);
  const sweeping = keepSweeping(bot, redis, metrics.noteSweep);
  const workers = startWorkers({
    patient,
    prefix: bot.store.keys.prefix,
    log: bot.log,
    run: (kind, id) => (kind === "access" ? runAccessJob(bot, id) : runSlackJob(bot, kind, id)),
  });
  return {
    bot,
    port: inbound.port,
    metricsPort: metricsServer?.port ?? null,
    isConnected: inbound.isConnected,
    async stop() {
      stopping.abort();
      await inbound.close(STOPS_WITHIN_MS);
      await Promise.all([workers.close(STOPS_WITHIN_MS), sweeping, sealing, delivering]);
      hubAudit?.close();
      metricsServer?.close();
      await close();
      patient.disconnect();
    },
  };
}

/** Serves /metrics and the full /status on METRICS_PORT, which only Prometheus and operators should reach. */
async function serveMetrics(bot: Bot, metrics: Metrics) {
  const { METRICS_PORT: port, METRICS_HOST: host } = bot.config.env;
  if (port === undefined) return null;
  return servePages({ port, host }, [metrics.page, statusPage(bot, { isPublic: false })]);
}

async function assertFitRedis(bot: Bot, redis: Parameters<typeof unsuitableRedis>[0]): Promise<void> {
  try {
    if (redis.status !== "ready")
      await new Promise((resolve) => redis.once("ready", resolve).once("error", resolve));
    const unsuitable = (await unsuitableRedis(redis)) ?? (await bot.store.owner.mismatch());
    if (unsuitable) throw new UnfitRedis(unsuitable);
    await bot.store.owner.claim();
  } catch (error) {
    if (!(error instanceof StoreAway)) throw error;
    bot.outages.note(error);
  }
}

/** Redis answers, and must not be used as it is; the message says what to correct. */
export class UnfitRedis extends Error {
  override name = "UnfitRedis";
}
