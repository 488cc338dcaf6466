/** Starts the stand-ins, the bot and the page, and stops them together. */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, scratch } from "../sandbox/child.ts";
import { jumpClock } from "../sandbox/clock.ts";
import { botKubeconfig, GRANTS_NAMESPACE } from "../sandbox/hub/bot-account.ts";
import { startLocalHub } from "../sandbox/hub/index.ts";
import { closedRoles } from "../sandbox/hub/roles.ts";
import { startLocalSlack } from "../sandbox/slack/index.ts";
import { auditPolicy, auditWebhook } from "../src/cli/setup/hub-audit.ts";
import { secret } from "../src/request/secret.ts";
import { createBot } from "./bot/process.ts";
import type { PlaygroundContext } from "./context.ts";
import { HUB_AUDIT_TOKEN, writeConfig } from "./fixtures/config.ts";
import { channels, groups, people, readManifest } from "./fixtures/people.ts";
import { openRedis } from "./fixtures/redis.ts";
import type { Options } from "./options.ts";
import { serveDashboard } from "./page/dashboard.ts";
import { servePage } from "./page/server.ts";

export interface Playground {
  url: string;
  /** Karpor's dashboard has an address of its own. */
  dashboard: string;
  context: PlaygroundContext;
  close(): Promise<void>;
}

const TOKENS = { botToken: "xoxb-playground", appToken: "xapp-playground", signingSecret: "playground" };

/** Throws one sentence. */
export async function startPlayground({ port, verbose }: Options): Promise<Playground> {
  await using opened = new AsyncDisposableStack();
  const clock = jumpClock();
  const dir = opened.adopt(scratch("karpor-access-playground"), (folder) => folder.remove()).path;
  // Its modules load while the stand-ins start.
  const bot = opened.adopt(createBot(clock, verbose), (process) => process.kill());
  const [redis, hub, slack] = await Promise.all([
    openRedis().then((side) => opened.adopt(side, ({ close }) => close())),
    startLocalHub({ clock, roles: closedRoles }).then((local) => opened.adopt(local, ({ stop }) => stop())),
    startLocalSlack({ ...TOKENS, ...readManifest(), clock, people, groups, channels }).then((local) =>
      opened.adopt(local, ({ close }) => close()),
    ),
  ]);
  const context: PlaygroundContext = { clock, slack, hub, redis, bot, answers: [], read: new Map(), dir };
  const dashboard = opened.adopt(await serveDashboard(context, port && port + 1), ({ close }) => close());
  const page = opened.adopt(await servePage(context, port, dashboard.url), ({ close }) => close());
  await bot.start(await variablesFor(context, dashboard.url));
  const kept = opened.move();
  return { url: page.url, dashboard: dashboard.url, context, close: () => kept.disposeAsync() };
}

async function variablesFor({ slack, redis, hub, dir }: PlaygroundContext, dashboard: string) {
  const [port, token] = [await freePort(), randomBytes(32).toString("hex")];
  const kubeconfig = join(dir, "bot.kubeconfig");
  writeFileSync(kubeconfig, await botKubeconfig(hub), { mode: 0o600 });
  hub.audit.keep(auditPolicy(GRANTS_NAMESPACE));
  hub.audit.tellTo(auditWebhook(new URL(`http://127.0.0.1:${port}`), secret(token), null));
  return {
    KARPOR_ACCESS_CONFIG: writeConfig(dir, { kubeconfig, dashboard }),
    [HUB_AUDIT_TOKEN]: token,
    SLACK_BOT_TOKEN: TOKENS.botToken,
    SLACK_APP_TOKEN: TOKENS.appToken,
    SLACK_API_URL: slack.apiUrl,
    RECORDS_KEY: randomBytes(32).toString("base64"),
    REDIS_URL: redis.url,
    PORT: String(port),
  };
}
