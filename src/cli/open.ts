/** Connections of one command, which `using` closes, and what takes the place of an answer. */
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import { openFailFast } from "../store/redis.ts";
import { createStore } from "../store/store.ts";
import type { CommandMeans } from "./options.ts";

/** Redis alone: the clients of Slack and of the hub would double the memory of a command. */
export async function openStore({ env, instance, hub }: Config, log: Logger) {
  const redis = openFailFast(env.REDIS_URL, log);
  await connectionTried(redis);
  const store = createStore({ redis, instance, hub: hub.name, key: env.RECORDS_KEY, log });
  return { redis, store, [Symbol.dispose]: () => redis.disconnect() };
}

/** The bot's parts; nothing of it runs. */
export async function openBot(config: Config, means: CommandMeans) {
  const { createBot } = await import("../bot.ts");
  const stopping = new AbortController();
  const { bot, redis, close } = createBot(config, means, stopping.signal);
  await connectionTried(redis);
  return {
    bot,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await close();
    },
  };
}

/** Resolves when Redis answers, and where it does not: then the first command says so. */
async function connectionTried(redis: Redis): Promise<void> {
  if (redis.status !== "ready")
    await new Promise((resolve) => redis.once("ready", resolve).once("error", resolve));
}

/** For `catch`: this value takes the place of an error of this class. */
export const replaceError =
  <T>(kind: new (...args: never[]) => Error, value: T) =>
  (error: unknown): T => {
    if (error instanceof kind) return value;
    throw error;
  };
