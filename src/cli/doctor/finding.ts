/** A finding of a check: one sentence, and where something is wrong, how to correct it. */
import type { Redis } from "ioredis";
import type { Config } from "../../config.ts";
import type { Clock } from "../../request/clock.ts";
import type { CallSlack } from "../../slack/calls.ts";
import type { Directory } from "../../slack/directory.ts";
import type { Store } from "../../store/store.ts";
import type { HubCalls } from "../hub/calls.ts";

export interface Finding {
  check: string;
  level: "ok" | "warn" | "fail";
  message: string;
  fix?: string;
}

export const ok = (check: string, message: string): Finding => ({ check, level: "ok", message });
const findingAt =
  (level: "warn" | "fail") =>
  (check: string, message: string, fix: string): Finding => ({ check, level, message, fix });
export const warn = findingAt("warn");
export const fail = findingAt("fail");

/** Puts the bot's account, rights and kubeconfig right. */
export const SETUP = "npm run setup -- --from-cluster, with your own access to the cluster that runs Karpor";

/** The checks look at one side each: Slack, Redis or the hub. */
export interface Side {
  config: Config;
  clock: Clock;
}
export interface SlackSide extends Side {
  callSlack: CallSlack;
  directory: Directory;
}
export interface RedisSide extends Side {
  redis: Redis;
  store: Store;
}
export interface HubSide extends Side {
  hub: HubCalls;
  store: Store;
}

/** It throws where its side gives no answer. */
export type Check<S extends Side> = (side: S) => Promise<Finding | Finding[]>;
