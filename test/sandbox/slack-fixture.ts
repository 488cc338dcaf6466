/** A small workspace and a small bot of real Bolt, for the tests of the local Slack. */
import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from "@slack/bolt";
import { WebClient, type WebClientOptions } from "@slack/web-api";
import { onTestFinished } from "vitest";
import { type LocalSlack, type LocalSlackOptions, startLocalSlack } from "../../sandbox/slack/index.ts";

export const signingSecret = "shh";
export const botToken = "xoxb-local";
export const appToken = "xapp-local";
export const annId = "U0ANN";
export const bobId = "U0BOB";
export const eveId = "U0EVE";
export const opsId = "C0OPS";
export const secretId = "C0SECRET";
export const sreId = "S0SRE";

/** A clock the test moves; sleeping is not needed here. */
export function handClock(start = Date.UTC(2026, 10, 2, 9)) {
  let now = start;
  const advance = (ms: number): void => {
    now += ms;
  };
  return { now: () => now, sleep: () => Promise.resolve(), advance };
}

export async function world(options: Partial<LocalSlackOptions> = {}) {
  const clock = handClock();
  const slack = await startLocalSlack({
    clock,
    signingSecret,
    botToken,
    appToken,
    command: "/karpor-access",
    people: [
      { id: annId, name: "ann", realName: "Ann Approver", email: "ann@example.com" },
      { id: bobId, name: "bob", realName: "Bob Builder", locale: "zh-CN" },
      { id: eveId, name: "eve", isUltraRestricted: true },
      { id: "U0ROBOT", name: "robot", isBot: true },
    ],
    groups: [{ id: sreId, handle: "sre", members: [annId] }],
    channels: [
      { id: opsId, name: "ops", members: [annId, bobId] },
      { id: secretId, name: "secret", members: [annId], isPrivate: true },
      { id: "C0OTHER", name: "other", members: [annId], botIsMember: false },
    ],
    ...options,
  });
  onTestFinished(slack.close);
  return { slack, clock, web: webClient(slack) };
}

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

export const webClient = (slack: LocalSlack, token = botToken, options: WebClientOptions = {}) =>
  new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    logger: silent,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 2000,
    ...options,
  });

function appOn(receiver: HTTPReceiver | SocketModeReceiver, slack: LocalSlack): App {
  return new App({
    receiver,
    token: botToken,
    botId: slack.bot.botId,
    botUserId: slack.bot.userId,
    convoStore: false,
    logger: silent,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } },
  });
}

/** The workspace with a bot reached over signed HTTP. */
export async function httpWorld(wire: (app: App) => void, options: Partial<LocalSlackOptions> = {}) {
  const made = await world(options);
  const { slack } = made;
  const app = appOn(new HTTPReceiver({ signingSecret, logger: silent }), slack);
  wire(app);
  await app.start({ port: 0, host: "127.0.0.1" });
  const server = (app as unknown as { receiver: { server: { address(): { port: number } } } }).receiver
    .server;
  slack.deliverTo(`http://127.0.0.1:${server.address().port}/slack/events`);
  onTestFinished(async () => {
    await app.stop();
  });
  return made;
}

/** A bot that must be soon back: it waits so long for a pong, and as long before it connects anew. */
export const SOON_BACK_MS = 1_000;

/** The workspace with a bot that connects by itself; a busy machine is no reason for it to connect anew. */
export async function socketWorld(wire: (app: App) => void, clientPingTimeout = 5_000) {
  const made = await world();
  const { slack } = made;
  const receiver = new SocketModeReceiver({
    appToken,
    logger: silent,
    clientPingTimeout,
    installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
  });
  const app = appOn(receiver, slack);
  wire(app);
  await app.start();
  onTestFinished(async () => {
    await app.stop();
  });
  return made;
}
