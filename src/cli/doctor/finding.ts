/** What a check found: one sentence, and where something is wrong, what to do. */
import type { Redis } from "ioredis";
import type { Config } from "../../config.ts";
import type { Clock } from "../../request/clock.ts";
import type { CallSlack } from "../../slack/calls.ts";
import type { Store } from "../../store/store.ts";
import type { HubCalls } from "../hub/calls.ts";

export interface Finding {
  check: string;
  level: "ok" | "warn" | "fail";
  message: string;
  fix?: string;
}

/** What the checks look at: one each of Slack, Redis and the hub. */
interface Side {
  config: Config;
  clock: Clock;
}
export interface SlackSide extends Side {
  callSlack: CallSlack;
}
export interface RedisSide extends Side {
  redis: Redis;
  store: Store;
}
export interface HubSide extends Side {
  hub: HubCalls;
  store: Store;
}

export const ok = (check: string, message: string): Finding => ({ check, level: "ok", message });
export const warn = (check: string, message: string, fix: string): Finding => ({
  ...{ check, level: "warn", message, fix },
});
export const fail = (check: string, message: string, fix: string): Finding => ({
  ...{ check, level: "fail", message, fix },
});

/** What puts the bot's side of the hub right. */
export const SETUP = "npm run setup -- --from-cluster, with your own access to the cluster that runs Karpor";
