/** `grants`: an operator sees and ends access, also while Slack or Redis is away. */
import { EVERYBODY } from "../../policy/lockdown.ts";
import { type RequestId, readRequestId, UserId } from "../../request/ids.ts";
import { StoreAway } from "../../store/redis.ts";
import { type CommandMeans, FLAG, readArguments, readOperator, TEXT, UsageError } from "../options.ts";
import { endGrants } from "./end.ts";
import { listGrants, showGrant } from "./list.ts";
import { type LockOrder, lockByOperator, unlockByOperator } from "./lockdown.ts";
import { type GrantsWork, withGrants } from "./open.ts";

export const GRANTS_USAGE = `grants list [--json]
grants show ID [--json]
grants end ID… [REASON] [--as NAME] [--json]
grants end --all [REASON] [--as NAME] [--json]
grants lockdown [@USER] REASON [--as NAME] [--json]
grants unlock [@USER] REASON [--as NAME] [--json]`;

const LONGEST_GIVEN = 500;

/** Resolves to whether what was asked for is done. Throws UsageError, ConfigError, or one sentence. */
export async function grants(args: string[], means: CommandMeans): Promise<boolean> {
  const { values, positionals } = readArguments(args, { json: FLAG, all: FLAG, as: TEXT }, true);
  const [name = "", ...words] = positionals;
  if (values.all && name !== "end") throw new UsageError("--all goes with end alone.");
  const run = readGrantsCommand(name, words, values.all ?? false);
  const answer = await withGrants(readOperator(values.as), means, run).catch(explainAway);
  means.say(values.json ? JSON.stringify(answer.json, null, 2) : answer.lines.join("\n"));
  return answer.isDone;
}

function readGrantsCommand(name: string, words: string[], all: boolean): GrantsWork {
  switch (name) {
    case "list":
      return listGrants;
    case "show": {
      const id = readRequestId(words.join(" "));
      if (!id) throw new UsageError("show takes the id of one request; grants list has them.");
      return (context) => showGrant(context, id);
    }
    case "end": {
      const asked = readEnd(words, all);
      return (context) => endGrants(context, asked);
    }
    case "lockdown":
    case "unlock": {
      const asked = readLockdown(name, words);
      const change = name === "lockdown" ? lockByOperator : unlockByOperator;
      return (context) => change(context, asked);
    }
    default:
      throw new UsageError("Say what to do: list, show, end, lockdown or unlock.");
  }
}

/** The ids that the words begin with, null for all; the words after them are a reason. */
function readEnd(words: string[], all: boolean) {
  const ids: RequestId[] = [];
  for (const word of words) {
    const id = readRequestId(word);
    if (!id) break;
    ids.push(id);
  }
  if (all && ids.length > 0) throw new UsageError("Give ids or --all, not both.");
  if (!all && ids.length === 0)
    throw new UsageError("Say which: grants end R-7K2Q9FXT3M; grants list has them.");
  return { ids: all ? null : ids, reason: readReason(words.slice(ids.length)) };
}

function readLockdown(name: string, words: string[]): LockOrder {
  const [first = "", ...rest] = words;
  const typed = /^<?@(.*?)>?$/.exec(first)?.[1];
  const whom = typed === undefined ? EVERYBODY : UserId.safeParse(typed).data;
  if (!whom)
    throw new UsageError(`${first} is no Slack user id such as @U0123ABCD; their profile in Slack has it.`);
  const reason = readReason(whom === EVERYBODY ? words : rest);
  if (reason === "") throw new UsageError(`Say why: grants ${name} REASON.`);
  return { whom, reason };
}

function readReason(words: string[]): string {
  const reason = words.join(" ").trim();
  if (reason.length > LONGEST_GIVEN) throw new UsageError(`Say why in ${LONGEST_GIVEN} characters at most.`);
  return reason;
}

function explainAway(error: unknown): never {
  if (!(error instanceof StoreAway)) throw error;
  throw new Error("Redis does not answer at REDIS_URL; what was begun goes on when it does. Run this again.");
}
