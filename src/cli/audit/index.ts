/** `audit`: the trail is exported, its seals are verified, or it is reported on. */
import type { Bot } from "../../bot.ts";
import type { Config } from "../../config.ts";
import { ConfigError, loadForHub } from "../../config.ts";
import { StoreAway } from "../../store/redis.ts";
import type { Store } from "../../store/store.ts";
import { openBot, openStore } from "../open.ts";
import { type CommandMeans, readArguments, readOperator, TEXT, UsageError } from "../options.ts";
import { EXPORT_OPTIONS, exportTrail } from "./export.ts";
import { REPORT_OPTIONS, reportAccess } from "./report.ts";

export const AUDIT_USAGE = `audit export [--from 2026-11-01] [--to 2026-12-01]
audit verify
audit acknowledge REASON [--as NAME]
audit report [--at TIME | --from TIME --to TIME] [--role ROLE] [--person WHO] [--review] [--format table|csv|jsonl]`;

/** Resolves to the exit code: 1 when the trail is not whole, or Redis does not answer. Throws UsageError, ConfigError. */
export async function audit([command = "", ...args]: string[], means: CommandMeans): Promise<number> {
  const run = readAuditCommand(command, args, means);
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
type AuditRun = (config: Config) => Promise<boolean>;

/** Loads late what needs more than Redis. */
function readAuditCommand(command: string, args: string[], means: CommandMeans): AuditRun {
  const { say, clock } = means;
  switch (command) {
    case "export": {
      const { values } = readArguments(args, EXPORT_OPTIONS);
      return withStore(means, (store) => exportTrail(store, values, say));
    }
    case "verify":
      readArguments(args, {});
      return withBot(means, async (bot) => (await import("./verify.ts")).verifyTrail(bot, say));
    case "acknowledge": {
      const { values, positionals } = readArguments(args, { as: TEXT }, true);
      const reason = positionals.join(" ").trim();
      if (reason === "") throw new UsageError("Say why: audit acknowledge REASON.");
      const by = readOperator(values.as);
      return withBot(means, async (bot) =>
        (await import("./acknowledge.ts")).acknowledgeFaults(bot, { by, reason }, say),
      );
    }
    case "report": {
      const { values } = readArguments(args, REPORT_OPTIONS);
      return withStore(means, (store) => reportAccess(store, values, clock.now(), say));
    }
    default:
      throw new UsageError("Say what to do: export, verify, acknowledge or report.");
  }
}

const withStore =
  (means: CommandMeans, work: (store: Store) => Promise<boolean>): AuditRun =>
  async (config) => {
    using opened = await openStore(config, means.log);
    return await work(opened.store);
  };

const withBot =
  (means: CommandMeans, work: (bot: Bot) => Promise<boolean>): AuditRun =>
  async (config) => {
    await using opened = await openBot(config, means);
    return await work(opened.bot);
  };
