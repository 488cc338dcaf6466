/** The stand-ins and the bot as a process: opened together, ended together, and nothing of them left behind. */
import { scratch } from "../sandbox/child.ts";
import { jumpClock } from "../sandbox/clock.ts";
import { type LocalSlack, startLocalSlack } from "../sandbox/slack/index.ts";
import { type BotProcess, createBot } from "./bot/process.ts";
import type { PlaygroundContext } from "./context.ts";
import { writeConfig } from "./fixtures/config.ts";
import { greet } from "./fixtures/greet.ts";
import { type HubSide, localHub, realHub } from "./fixtures/hub.ts";
import { channels, groups, people, readManifest } from "./fixtures/people.ts";
import { openRedis } from "./fixtures/redis.ts";
import type { Options } from "./options.ts";
import type { PageServer } from "./page/server.ts";
import { listenToHub, listenToSlack, readLogLine } from "./record/listen.ts";
import { createTimeline, type Timeline } from "./record/timeline.ts";
import type { Named } from "./record/titles.ts";
import type { Said } from "./said.ts";

export interface World {
  context: PlaygroundContext;
  /** Starts the bot, which links to that page. Throws one sentence. */
  start(page: Pick<PageServer, "url" | "isOwn">): Promise<void>;
  close(): Promise<void>;
}

const TOKENS = { botToken: "xoxb-playground", appToken: "xapp-playground", signingSecret: "playground" };

/** What comes to stand only after the bot's process has been made. */
interface Late {
  variables?: Record<string, string>;
  slack?: LocalSlack;
  hub?: HubSide;
}

/** Throws one sentence. */
export async function openWorld(options: Options, changed: () => void): Promise<World> {
  await using opened = new AsyncDisposableStack();
  const clock = jumpClock();
  const timeline = createTimeline(clock, changed);
  const dir = opened.adopt(scratch("karpor-access-playground"), (d) => d.remove()).path;
  const late: Late = {};
  const named: Named = (id, lang) => nameIn(late.slack, id, lang);
  const bot = opened.adopt(launch(options, { clock, timeline, named, late }), (b) => b.kill());
  const [redis, hub, slack] = await Promise.all([
    openRedis(options.redisUrl).then((r) => opened.adopt(r, ({ close }) => close())),
    Promise.resolve(options.kubeconfig ? realHub(options.kubeconfig) : localHub(clock, dir)).then((h) =>
      opened.adopt(h, ({ close }) => close()),
    ),
    startSlack(clock).then((s) => opened.adopt(s, ({ close }) => close())),
  ]);
  late.slack = slack;
  late.hub = hub;
  const clockOff = whyOff(options);
  const context: PlaygroundContext = { clock, slack, hub, redis, bot, timeline, named, dir, clockOff };
  const kept = opened.move();
  return {
    context,
    async start({ url, isOwn }) {
      watch(context, isOwn, changed);
      late.variables = variablesFor(context, url);
      await bot.start();
      greet(slack);
    },
    close: () => kept.disposeAsync(),
  };
}

const HUB_AUDIT = { tokenEnv: "HUB_AUDIT_TOKEN" };

function variablesFor({ slack, redis, hub, dir }: PlaygroundContext, page: string): Record<string, string> {
  const where = { kubeconfig: hub.kubeconfig, dashboard: `${page}/karpor` };
  return {
    KARPOR_ACCESS_CONFIG: writeConfig(dir, where, hub.audit && HUB_AUDIT),
    ...(hub.audit && { [HUB_AUDIT.tokenEnv]: hub.audit.secret }),
    SLACK_BOT_TOKEN: TOKENS.botToken,
    SLACK_APP_TOKEN: TOKENS.appToken,
    SLACK_API_URL: slack.apiUrl,
    REDIS_URL: redis.url,
    PORT: "0",
  };
}

interface Launch {
  clock: PlaygroundContext["clock"];
  timeline: Timeline;
  named: Named;
  late: Late;
}

function launch({ verbose }: Options, { clock, timeline, named, late }: Launch): BotProcess {
  return createBot({
    variables: () => late.variables ?? {},
    offset: () => clock.now() - Date.now(),
    onLine: (line) => {
      if (verbose) process.stderr.write(`${line}\n`);
      readLogLine(line, timeline, named);
    },
    onHubAudit: (port) => late.hub?.audit?.tellTo(port),
  });
}

function startSlack(clock: PlaygroundContext["clock"]): Promise<LocalSlack> {
  const { scopes, commands } = readManifest();
  const [command] = commands;
  if (!command) throw new Error("manifest.yml names no command.");
  return startLocalSlack({ ...TOKENS, clock, scopes, command: command.command, people, groups, channels });
}

function watch(
  { slack, hub, timeline, named }: PlaygroundContext,
  isOwn: (path: string) => boolean,
  changed: () => void,
): void {
  listenToSlack(slack, timeline, named);
  slack.onEvent(changed);
  if (hub.local) listenToHub(hub.local, timeline, isOwn);
}

function nameIn(slack: LocalSlack | undefined, id: string, lang: keyof Said = "en"): string {
  const { people, groups, channels } = slack?.directory ?? {};
  const person = people?.get(id);
  if (person) return (person.realName ?? person.name).split(" ")[0] ?? person.name;
  const owner = id.startsWith("D") ? people?.get(`U${id.slice(1)}`) : undefined;
  const name = owner && nameIn(slack, owner.id);
  if (name) return lang === "zh" ? `${name} 的私信` : `the DM with ${name}`;
  const channel = channels?.get(id);
  if (channel) return `#${channel.name}`;
  const group = groups?.get(id);
  return group ? `@${group.handle}` : id === slack?.bot.userId ? (lang === "zh" ? "机器人" : "the bot") : id;
}

const whyOff = ({ kubeconfig, redisUrl }: Options): Said | undefined => {
  const real = [...(kubeconfig ? ["the hub"] : []), ...(redisUrl ? ["Redis"] : [])];
  if (real.length === 0) return undefined;
  return {
    en: `The clock is off: ${real.join(" and ")} ${real.length > 1 ? "are" : "is"} real, and real time cannot be moved.`,
    zh: `时钟不可用：${real.join("和").replace("the hub", "集群")}是真的，真实的时间无法移动。`,
  };
};
