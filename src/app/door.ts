/** Slack's door: commands, clicks and events come in by it. */
import type { RequestListener } from "node:http";
import type { BotIdentity } from "../cli/checks/slack.ts";
import type { Config } from "../config.ts";
import type { Ports } from "../flow/ports.ts";
import type { Holds } from "../flow/support/holds.ts";
import { createListener, type SlackListener } from "../slack/inbound/listen.ts";
import type { rememberPeople } from "../slack/outbound/people.ts";
import { keysOf } from "../store/keys.ts";
import { createSent } from "../store/sent.ts";
import { createSocketRegister } from "../store/socket-register.ts";
import { contextOf } from "./assemble.ts";
import type { AppDeps, Clients } from "./clients.ts";

interface Heard {
  ports: Ports;
  people: ReturnType<typeof rememberPeople>;
  holds: Holds;
  identity: BotIdentity;
  serve(take: RequestListener): void;
}

export function listener(
  config: Config,
  { clock, log }: AppDeps,
  { redis, memory, proxy, interactive, callers, busy }: Clients,
  { ports, people, holds, identity: { botId, botUserId }, serve }: Heard,
): SlackListener {
  const { env } = config;
  const store = { redis: redis.commands, keys: keysOf(config.instance), clock };
  return createListener({
    ...{ ports, people, memory, botId, botUserId, log, proxy, busy },
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
    held: createSocketRegister(store).hold,
    notice: (found) => holds.report("connections", found),
    sent: createSent(store).note,
  });
}

/** Slack's door: opened once it is known who the bot is, and not again. */
export function createDoor(make: (identity: BotIdentity, serve: Heard["serve"]) => SlackListener) {
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
