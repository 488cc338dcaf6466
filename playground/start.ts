/** The only composition of the playground: the stand-ins, the bot as a process, and the page; and how all of it ends. */
import { scratch } from "../sandbox/child.ts";
import { jumpClock } from "../sandbox/clock.ts";
import { type LocalSlack, startLocalSlack } from "../sandbox/slack/index.ts";
import { type BotProcess, createBot } from "./bot/process.ts";
import type { PlaygroundContext } from "./context.ts";
import { writeConfig } from "./fixtures/config.ts";
import { greet } from "./fixtures/greet.ts";
import { localHub, realHub } from "./fixtures/hub.ts";
import { channels, groups, people, readManifest } from "./fixtures/people.ts";
import { openRedis } from "./fixtures/redis.ts";
import { createSignal } from "./fixtures/signal.ts";
import type { Options } from "./options.ts";
import { servePage } from "./page/server.ts";
import { listenToHub, listenToSlack, readLogLine } from "./record/listen.ts";
import { createTimeline, type Timeline } from "./record/timeline.ts";
import type { Named } from "./record/titles.ts";

export interface Playground {
  url: string;
  /** One line: what is real and what is not. */
  says: string;
  context: PlaygroundContext;
  close(): Promise<void>;
}

const TOKENS = { botToken: "xoxb-playground", appToken: "xapp-playground", signingSecret: "playground" };

/** Throws one sentence. */
export async function startPlayground(options: Options): Promise<Playground> {
  await using opened = new AsyncDisposableStack();
  const clock = jumpClock();
  const changes = createSignal();
  const timeline = createTimeline(clock, changes.changed);
  const dir = opened.adopt(scratch("karpor-access-playground"), (d) => d.remove()).path;
  const late: { variables?: Record<string, string>; slack?: LocalSlack } = {};
  const named: Named = (id) => nameIn(late.slack, id);
  const bot = opened.adopt(launch(options, { clock, timeline, named, late }), (b) => b.kill());
  const [redis, hub, slack] = await Promise.all([
    openRedis(options.redisUrl).then((r) => opened.adopt(r, ({ close }) => close())),
    Promise.resolve(options.kubeconfig ? realHub(options.kubeconfig) : localHub(clock, dir)).then((h) =>
      opened.adopt(h, ({ close }) => close()),
    ),
    startSlack(clock).then((s) => opened.adopt(s, ({ close }) => close())),
  ]);
  late.slack = slack;
  const context: PlaygroundContext = {
    clock,
    slack,
    hub,
    redis,
    bot,
    timeline,
    named,
    dir,
    clockOff: whyOff(options),
  };
  const page = opened.adopt(
    await servePage(context, { port: options.port, says: sentence(options) }, changes),
    (p) => p.close(),
  );
  watch(context, page.isOwn, changes.changed);
  late.variables = {
    KARPOR_ACCESS_CONFIG: writeConfig(dir, { kubeconfig: hub.kubeconfig, dashboard: `${page.url}/karpor` }),
    SLACK_BOT_TOKEN: TOKENS.botToken,
    SLACK_APP_TOKEN: TOKENS.appToken,
    SLACK_API_URL: slack.apiUrl,
    REDIS_URL: redis.url,
    PORT: "0",
  };
  await bot.start();
  greet(slack);
  const kept = opened.move();
  return { url: page.url, says: sentence(options), context, close: () => kept.disposeAsync() };
}

interface Launch {
  clock: PlaygroundContext["clock"];
  timeline: Timeline;
  named: Named;
  late: { variables?: Record<string, string> };
}

function launch({ verbose }: Options, { clock, timeline, named, late }: Launch): BotProcess {
  return createBot({
    variables: () => late.variables ?? {},
    offset: () => clock.now() - Date.now(),
    onLine: (line) => {
      if (verbose) process.stderr.write(`${line}\n`);
      readLogLine(line, timeline, named);
    },
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

function nameIn(slack: LocalSlack | undefined, id: string): string {
  const { people, groups, channels } = slack?.directory ?? {};
  const person = people?.get(id);
  if (person) return (person.realName ?? person.name).split(" ")[0] ?? person.name;
  const owner = id.startsWith("D") ? people?.get(`U${id.slice(1)}`) : undefined;
  if (owner) return `the DM with ${nameIn(slack, owner.id)}`;
  const channel = channels?.get(id);
  if (channel) return `#${channel.name}`;
  const group = groups?.get(id);
  return group ? `@${group.handle}` : id === slack?.bot.userId ? "the bot" : id;
}

const whyOff = ({ kubeconfig, redisUrl }: Options): string | undefined => {
  const real = [...(kubeconfig ? ["the hub"] : []), ...(redisUrl ? ["Redis"] : [])];
  if (real.length === 0) return undefined;
  return `The clock is off: ${real.join(" and ")} ${real.length > 1 ? "are" : "is"} real, and real time cannot be moved.`;
};

/** What is not the real thing, in one line. */
const sentence = ({ kubeconfig }: Options): string =>
  kubeconfig
    ? "Only Slack’s servers are a stand-in; everything else is the real thing, your hub included."
    : "Only Slack’s servers and the cluster are stand-ins; everything else is the real thing.";
