/** `grants`: what an operator sees and ends where Slack, or Redis, is away. Resolves to whether it did what was asked. */

import { contextOf } from "../../app/assemble.ts";
import type { Config } from "../../config.ts";
import { Refused } from "../../domain/refusal.ts";
import { isStoreAway } from "../../flow/ports.ts";
import { refusedReply } from "../../slack/views/index.ts";
import { abandon, end, endAll } from "./end.ts";
import { list } from "./list.ts";
import { confirmRestore, lockdown, unlock } from "./lock.ts";
import { type Answer, type GrantsDeps, type GrantsMeans, openMeans } from "./means.ts";
import type { GrantsCommand, GrantsOptions } from "./options.ts";
import { show } from "./show.ts";

/** Throws one sentence. */
export async function grants(config: Config, options: GrantsOptions, deps: GrantsDeps): Promise<boolean> {
  await using opened = new AsyncDisposableStack();
  const means = await openMeans(config, options.as ?? deps.user(), deps, opened);
  const { good, json, lines } = await run(means, options.command).catch((error: unknown) =>
    refused(means, error),
  );
  if (options.json) deps.say(JSON.stringify(json, null, 2));
  else for (const line of lines) deps.say(line);
  return good;
}

async function run(means: GrantsMeans, command: GrantsCommand): Promise<Answer> {
  if (command.do === "list") return list(means);
  if (command.do === "show") return show(means, command.id);
  if (command.do === "end") return end(means, command);
  if (command.do === "end-all") return endAll(means, command.reason);
  if (command.do === "lockdown") return lockdown(means, command.reason);
  if (command.do === "abandon") return abandon(means, command);
  return command.do === "unlock" ? unlock(means, command.reason) : confirmRestore(means);
}

/** In the bot's own words. */
function refused({ config, ports }: GrantsMeans, error: unknown): Answer {
  if (isStoreAway(error))
    throw new Error(
      `Redis does not answer at REDIS_URL (${error.message}): start it, or npm run doctor says what keeps it.`,
    );
  if (!(error instanceof Refused)) throw error;
  const says = refusedReply(error.refusal, contextOf(config, config, ports.clock)("en")).text;
  return { good: false, json: { error: says }, lines: [says] };
}
