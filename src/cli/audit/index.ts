/** `audit`: the trail is exported, its seals are verified, or it is reported on. */
import type { Bot } from "../../bot.ts";
import { createBot } from "../../bot.ts";
import { ConfigError, loadForHub } from "../../config.ts";
import { StoreAway } from "../../store/redis.ts";
import { operatorNamed } from "../operator.ts";
import { type CommandMeans, readOptions, readWords, UsageError } from "../options.ts";
import { acknowledgeFaults } from "./acknowledge.ts";
import { EXPORT_OPTIONS, exportTrail } from "./export.ts";
import { REPORT_OPTIONS, reportAccess } from "./report.ts";
import { verifyTrail } from "./verify.ts";

export const AUDIT_USAGE = `audit export [--from 2026-11-01] [--to 2026-12-01] [--format jsonl]
audit verify [--seal TEXT]
audit acknowledge REASON [--as NAME]
audit report [--at TIME | --from TIME --to TIME] [--role ROLE] [--person WHO]
             [--review] [--format table|csv|jsonl]`;

/** Resolves to the exit code: 1 when the trail is not whole, or Redis does not answer. Throws UsageError, ConfigError. */
export async function audit([command = "", ...args]: string[], means: CommandMeans): Promise<number> {
  const run = readCommand(command, args, means.say);
  const stopping = new AbortController();
  const config = loadForHub(means.variables);
  if (!config.env.RECORDS_KEY)
    throw new ConfigError(["RECORDS_KEY: is not set; the trail is read with the bot's own"]);
  const { bot, redis, close } = createBot(config, means, stopping.signal);
  try {
    if (redis.status !== "ready")
      await new Promise((resolve) => redis.once("ready", resolve).once("error", resolve));
    return (await run(bot)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof StoreAway)) throw error;
    means.say("Redis does not answer, so the trail cannot be read; npm run doctor says why.");
    return 1;
  } finally {
    stopping.abort();
    await close();
  }
}

/** Resolves to whether all is well. */
type Run = (bot: Bot) => Promise<boolean>;

function readCommand(command: string, args: string[], say: (line: string) => void): Run {
  switch (command) {
    case "export": {
      const options = readOptions(args, EXPORT_OPTIONS);
      return (bot) => exportTrail(bot, options, say);
    }
    case "verify": {
      const { seal } = readOptions(args, { seal: { type: "string" } });
      return (bot) => verifyTrail(bot, seal ?? null, say);
    }
    case "acknowledge": {
      const { words, as } = readWords(args, { as: { type: "string" } });
      const reason = words.join(" ").trim();
      if (reason === "") throw new UsageError("Say why: audit acknowledge REASON.");
      return (bot) => acknowledgeFaults(bot, { by: operatorNamed(as), reason }, say);
    }
    case "report": {
      const options = readOptions(args, REPORT_OPTIONS);
      return (bot) => reportAccess(bot, options, say);
    }
    default:
      throw new UsageError("Say what to do: export, verify, acknowledge or report.");
  }
}
