/** The bot in this process, with a clock that runs ahead: what waits minutes for Slack's limits is over in one. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { pino } from "pino";
import { stringify } from "yaml";
import { scratch } from "../sandbox/child.ts";
import { jumpClock } from "../sandbox/clock.ts";
import { botKubeconfig } from "../sandbox/hub/bot-account.ts";
import { startLocalHub } from "../sandbox/hub/index.ts";
import { promoteDue } from "../sandbox/promote.ts";
import { startRedis } from "../sandbox/redis/redis.ts";
import { startLocalSlack } from "../sandbox/slack/index.ts";
import { startApp } from "../src/app.ts";
import { loadConfig } from "../src/config.ts";
import { LANES } from "../src/flow/ports.ts";
import { createJobs } from "../src/queue/jobs.ts";
import { keysOf } from "../src/store/keys.ts";
import { BENCH_INSTANCE, SECRETS, settings, workspace } from "./context.ts";

export type FastBot = Awaited<ReturnType<typeof startFastBot>>;

const TICK_MS = 50;
/** Against real time; what the machine itself takes counts so many times. */
const SPEED = 4;

export async function startFastBot() {
  await using opened = new AsyncDisposableStack();
  const clock = jumpClock();
  const hub = opened.adopt(await startLocalHub({ clock }), (h) => h.stop());
  const redis = opened.use(await startRedis());
  const slack = opened.adopt(await startLocalSlack({ ...workspace(), clock, limits: true }), (s) =>
    s.close(),
  );
  const dir = scratch("karpor-access-burst");
  opened.defer(() => dir.remove());
  writeFileSync(join(dir.path, "hub.kubeconfig"), await botKubeconfig(hub));
  writeFileSync(join(dir.path, "config.yml"), stringify(settings));
  const config = loadConfig({
    ...{ ...SECRETS, KARPOR_ACCESS_CONFIG: join(dir.path, "config.yml") },
    ...{ REDIS_URL: redis.url, SLACK_API_URL: slack.apiUrl, PORT: "0" },
  });
  const app = opened.adopt(await startApp(config, { clock, log: pino({ level: "silent" }) }), (a) =>
    a.stop(),
  );
  slack.deliverTo(`http://127.0.0.1:${app.port}/slack/events`);
  opened.use(hurry(clock, redis.url));
  const kept = opened.move();
  return { clock, hub, slack, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

function hurry(clock: ReturnType<typeof jumpClock>, url: string): AsyncDisposable {
  const connection = new Redis(url);
  const { lanes, close } = createJobs({ connection, prefix: keysOf(BENCH_INSTANCE).prefix, clock });
  let promoting: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    clock.jump(TICK_MS * (SPEED - 1));
    promoting ??= Promise.all(LANES.map((lane) => promoteDue(lanes[lane], clock.now())))
      .catch(() => {})
      .finally(() => {
        promoting = undefined;
      });
  }, TICK_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await promoting;
      await close();
      connection.disconnect();
    },
  };
}
