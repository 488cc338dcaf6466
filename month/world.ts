/** All that the company has, and the bot as a process of its own: Slack and the hub are the sandbox's, Redis is real. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { stringify } from "yaml";
import { resident } from "../bench/bot.ts";
import { createBot } from "../playground/bot/process.ts";
import { freePort, scratch } from "../sandbox/child.ts";
import { jumpClock } from "../sandbox/clock.ts";
import { botKubeconfig, GRANTS_NAMESPACE } from "../sandbox/hub/bot-account.ts";
import { hubClient } from "../sandbox/hub/client.ts";
import { type LocalHub, startLocalHub } from "../sandbox/hub/index.ts";
import { startRedis } from "../sandbox/redis/redis.ts";
import { startLocalSlack } from "../sandbox/slack/index.ts";
import { keysOf } from "../src/store/keys.ts";
import { channels, type Example, example, groups, people } from "./company.ts";
import { createLogReader } from "./log.ts";
import { watchSights } from "./sights.ts";
import { createTime } from "./time.ts";
import { CANARY_EVERY } from "./timers.ts";

const SECRETS = { SLACK_BOT_TOKEN: "xoxb-1-month", SLACK_SIGNING_SECRET: "month-signing-secret" };

export type MonthWorld = Awaited<ReturnType<typeof startMonthWorld>>;

/** `from`: the month's first moment, ms since the epoch; it must not be over. */
export async function startMonthWorld(from: number) {
  await using opened = new AsyncDisposableStack();
  const clock = jumpClock();
  clock.jump(from - clock.now());
  const dir = opened.adopt(scratch("karpor-access-month"), (d) => d.remove()).path;
  const hub = opened.adopt(await startLocalHub({ clock }), (h) => h.stop());
  const redis = opened.use(await startRedis());
  const slack = opened.adopt(await startLocalSlack(workspace(clock)), (s) => s.close());
  const sights = watchSights(slack);
  await makeRoles(hub, example());
  const kubeconfig = join(dir, "hub.kubeconfig");
  const heal = async () => writeFileSync(kubeconfig, await botKubeconfig(hub));
  await heal();
  const config = join(dir, "karpor-access.yml");
  const file = example();
  const configure = (change: (file: Example) => Example) => writeFileSync(config, stringify(change(file)));
  Object.assign(file.hub, { kubeconfig, namespace: GRANTS_NAMESPACE });
  file.canary = CANARY_EVERY;
  configure((one) => one);
  const [port, metricsPort] = [await freePort(), await freePort()];
  const env = {
    ...{ ...SECRETS, KARPOR_ACCESS_CONFIG: config, REDIS_URL: redis.url, SLACK_API_URL: slack.apiUrl },
    ...{ PORT: String(port), METRICS_PORT: String(metricsPort) },
  };
  const log = createLogReader();
  const offset = () => Math.round(clock.now() - Date.now());
  const bot = createBot({ variables: () => env, offset, onLine: log.onLine });
  opened.defer(() => bot.kill());
  await bot.start();
  slack.deliverTo(`http://127.0.0.1:${port}/slack/events`);
  const commands = opened.adopt(new Redis(redis.url), (r) => r.disconnect());
  const keys = keysOf(file.instance);
  const time = opened.adopt(
    createTime({ clock, redis: commands, prefix: keys.prefix, hub, bot, isBusy: log.isMoving }),
    (t) => t.close(),
  );
  await time.rest();
  const kept = opened.move();
  return {
    ...{ clock, time, dir, hub, slack, sights, log, bot, env, heal, configure },
    scrape: async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text(),
    /** MB of the bot's process. */
    memory: () => resident(bot.pid ?? 0, "VmRSS"),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const workspace = (clock: ReturnType<typeof jumpClock>) => ({
  ...{ clock, signingSecret: SECRETS.SLACK_SIGNING_SECRET, botToken: SECRETS.SLACK_BOT_TOKEN },
  ...{ command: "/karpor-access", people, groups, channels },
});

/** As setup makes them, for roles that Karpor does not bring. */
async function makeRoles(hub: LocalHub, { roles }: Example): Promise<void> {
  const admin = hubClient(hub, hub.admin);
  const apiVersion = "rbac.authorization.k8s.io/v1";
  for (const { clusterRole: name, rules } of Object.values(roles))
    if (rules)
      await admin("POST", `/apis/${apiVersion}/clusterroles`, {
        body: { apiVersion, kind: "ClusterRole", metadata: { name }, rules },
      });
  await admin.close();
}
