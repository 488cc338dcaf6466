/** `audit`: the trail is exported, its seals are verified, or it is reported on. */
import type { Redis } from "ioredis";
import type { Bot } from "../../bot.ts";
import type { Config } from "../../config.ts";
import { ConfigError, loadForHub } from "../../config.ts";
import { openFailFast, StoreAway } from "../../store/redis.ts";
import { createStore } from "../../store/store.ts";
import { operatorNamed } from "../operator.ts";
import { type CommandMeans, readOptions, readWords, UsageError } from "../options.ts";
import { EXPORT_OPTIONS, exportTrail } from "./export.ts";
import { REPORT_OPTIONS, reportAccess } from "./report.ts";

export const AUDIT_USAGE = `audit export [--from 2026-11-01] [--to 2026-12-01] [--format jsonl]
audit verify [--seal TEXT]
audit acknowledge REASON [--as NAME]
audit report [--at TIME | --from TIME --to TIME] [--role ROLE] [--person WHO] [--review] [--format table|csv|jsonl]`;

/** Resolves to the exit code: 1 when the trail is not whole, or Redis does not answer. Throws UsageError, ConfigError. */
export async function audit([command = "", ...args]: string[], means: CommandMeans): Promise<number> {
  const run = readCommand(command, args, means);
  const config = loadForHub(means.variables);
  if (!config.env.RECORDS_KEY)
    throw new ConfigError(["RECORDS_KEY: is not set; the trail is read with the bot's own"]);
  try {
    return (await run(config)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof StoreAway)) throw error;
    means.say("Redis does not answer, so the trail cannot be read; npm run doctor says why.");
    return 1;
  }
}

/** Resolves to whether all is well. */
type Run = (config: Config) => Promise<boolean>;

function readCommand(command: string, args: string[], means: CommandMeans): Run {
  const { say } = means;
  switch (command) {
    case "export": {
      const options = readOptions(args, EXPORT_OPTIONS);
      return withStore(means, ({ store }) => exportTrail(store, options, say));
    }
    case "verify": {
      const { seal } = readOptions(args, { seal: { type: "string" } });
      return withBot(means, async (bot) => (await import("./verify.ts")).verifyTrail(bot, seal ?? null, say));
    }
    case "acknowledge": {
      const { words, as } = readWords(args, { as: { type: "string" } });
      const reason = words.join(" ").trim();
      if (reason === "") throw new UsageError("Say why: audit acknowledge REASON.");
      const by = operatorNamed(as);
      return withBot(means, async (bot) =>
        (await import("./acknowledge.ts")).acknowledgeFaults(bot, { by, reason }, say),
      );
    }
    case "report": {
      const options = readOptions(args, REPORT_OPTIONS);
      return withStore(means, ({ store, clock }) => reportAccess(store, options, clock.now(), say));
    }
    default:
      throw new UsageError("Say what to do: export, verify, acknowledge or report.");
  }
}

/** For what reads the trail alone: the clients of Slack and of the hub would double its memory. */
const withStore =
  ({ clock, log }: CommandMeans, work: (parts: Pick<Bot, "store" | "clock">) => Promise<boolean>): Run =>
  async ({ env, instance, hub }) => {
    const redis = openFailFast(env.REDIS_URL, log);
    try {
      await connected(redis);
      const store = createStore({ redis, instance, hub: hub.name, key: env.RECORDS_KEY, log });
      return await work({ store, clock });
    } finally {
      redis.disconnect();
    }
  };

const withBot =
  (means: CommandMeans, work: (bot: Bot) => Promise<boolean>): Run =>
  async (config) => {
    const stopping = new AbortController();
    const { createBot } = await import("../../bot.ts");
    const { bot, redis, close } = createBot(config, means, stopping.signal);
    try {
      await connected(redis);
      return await work(bot);
    } finally {
      stopping.abort();
      await close();
    }
  };

/** Or not: then the first command says so. */
async function connected(redis: Redis): Promise<void> {
  if (redis.status !== "ready")
    await new Promise((resolve) => redis.once("ready", resolve).once("error", resolve));
}
