/** `grants`: what an operator sees and ends, also while Slack or Redis is away. */
import { StoreAway } from "../../store/redis.ts";
import type { CommandMeans } from "../options.ts";
import { endGrants } from "./end.ts";
import { listGrants, showGrant } from "./list.ts";
import { lockDown, unlock } from "./lockdown.ts";
import { type Answer, type GrantsContext, withGrants } from "./open.ts";
import { type GrantsCommand, grantsOptions } from "./options.ts";

export { GRANTS_USAGE } from "./options.ts";

/** Resolves to whether what was asked for is done. Throws UsageError, ConfigError, or one sentence. */
export async function grants(args: string[], means: CommandMeans): Promise<boolean> {
  const { command, json, operator } = grantsOptions(args);
  const answer = await withGrants(operator, means, (context) => run(context, command)).catch(explain);
  if (json) means.say(JSON.stringify(answer.json, null, 2));
  else for (const line of answer.lines) means.say(line);
  return answer.isDone;
}

async function run(context: GrantsContext, command: GrantsCommand): Promise<Answer> {
  switch (command.kind) {
    case "list":
      return listGrants(context);
    case "show":
      return showGrant(context, command.id);
    case "end":
      return endGrants(context, command);
    case "lockdown":
      return lockDown(context, command);
    case "unlock":
      return unlock(context, command);
  }
}

function explain(error: unknown): never {
  if (!(error instanceof StoreAway)) throw error;
  throw new Error("Redis does not answer at REDIS_URL; what was begun goes on when it does. Run this again.");
}
