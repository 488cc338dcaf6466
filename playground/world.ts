/** The stand-ins and the bot as a process: opened together, ended together, and nothing of them is left behind. */
import { randomBytes } from "node:crypto";
import { freePort, scratch } from "../sandbox/child.ts";
import { jumpClock } from "../sandbox/clock.ts";
import { type LocalSlack, startLocalSlack } from "../sandbox/slack/index.ts";
import { createBot } from "./bot/process.ts";
import type { PlaygroundContext } from "./context.ts";
import { HUB_AUDIT_TOKEN, writeConfig } from "./fixtures/config.ts";
import { openHub } from "./fixtures/hub.ts";
import { channels, groups, people, readManifest } from "./fixtures/people.ts";
import { openRedis } from "./fixtures/redis.ts";
import type { Options } from "./options.ts";
import type { DashboardServer } from "./page/dashboard.ts";
import { listenToHub, listenToSlack, listenToTrail, readLogLine } from "./record/listen.ts";
import { createTimeline } from "./record/timeline.ts";
import type { Named } from "./record/titles.ts";

export interface World {
  context: PlaygroundContext;
  /** Starts the bot, which links to that dashboard. Throws one sentence. */
  start(dashboard: DashboardServer): Promise<void>;
  close(): Promise<void>;
}

const TOKENS = { botToken: "xoxb-playground", appToken: "xapp-playground", signingSecret: "playground" };

/** Throws one sentence. */
export async function openWorld({ verbose }: Options, changed: () => void): Promise<World> {
  await using opened = new AsyncDisposableStack();
  const clock = jumpClock();
  const timeline = createTimeline(clock, changed);
  const dir = opened.adopt(scratch("karpor-access-playground"), (folder) => folder.remove()).path;
  let variables: Record<string, string> = {};
  // Its modules load while the stand-ins start.
  const bot = opened.adopt(
    createBot({
      variables: () => variables,
      offset: () => clock.now() - Date.now(),
      onLine(line) {
        if (verbose) process.stderr.write(`${line}\n`);
        readLogLine(line, timeline);
      },
    }),
    (process) => process.kill(),
  );
  const [redis, hub, slack] = await Promise.all([
    openRedis().then((side) => opened.adopt(side, ({ close }) => close())),
    openHub(clock, dir).then((side) => opened.adopt(side, ({ close }) => close())),
    startSlack(clock).then((local) => opened.adopt(local, ({ close }) => close())),
  ]);
  const named: Named = (id, lang = "en") => nameIn(slack, id, lang);
  const context: PlaygroundContext = { clock, slack, hub, redis, bot, timeline, named, dir };
  const kept = opened.move();
  return {
    context,
    async start({ url, isOwn }) {
      listenToSlack(slack, timeline, named);
      slack.onEvent(changed);
      listenToHub(hub.local, timeline, isOwn);
      listenToTrail(redis, timeline, named);
      variables = await variablesFor(context, url);
      await bot.start();
    },
    close: () => kept.disposeAsync(),
  };
}

async function variablesFor({ slack, redis, hub, dir }: PlaygroundContext, dashboard: string) {
  const [port, secret] = [await freePort(), randomBytes(32).toString("hex")];
  hub.tellUsesTo(port, secret);
  return {
    KARPOR_ACCESS_CONFIG: writeConfig(dir, port, { kubeconfig: hub.kubeconfig, dashboard }),
    [HUB_AUDIT_TOKEN]: secret,
    SLACK_BOT_TOKEN: TOKENS.botToken,
    SLACK_APP_TOKEN: TOKENS.appToken,
    SLACK_API_URL: slack.apiUrl,
    RECORDS_KEY: randomBytes(32).toString("base64"),
    REDIS_URL: redis.url,
    PORT: String(port),
  };
}

function startSlack(clock: PlaygroundContext["clock"]): Promise<LocalSlack> {
  const { scopes, commands } = readManifest();
  const [command] = commands;
  if (!command) throw new Error("manifest.yml names no command.");
  return startLocalSlack({ ...TOKENS, clock, scopes, command: command.command, people, groups, channels });
}

function nameIn(slack: LocalSlack, id: string, lang: "en" | "zh"): string {
  const { people, groups, channels } = slack.directory;
  const person = people.get(id);
  if (person) return (person.realName ?? person.name).split(" ")[0] ?? person.name;
  const owner = id.startsWith("D") ? people.get(`U${id.slice(1)}`) : undefined;
  if (owner) {
    const name = nameIn(slack, owner.id, lang);
    return lang === "zh" ? `私信（${name}）` : `the DM with ${name}`;
  }
  const channel = channels.get(id);
  if (channel) return `#${channel.name}`;
  const group = groups.get(id);
  if (group) return `@${group.handle}`;
  if (id !== slack.bot.userId) return id;
  return lang === "zh" ? "机器人" : "the bot";
}
