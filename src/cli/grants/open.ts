/** The context of each of the `grants` commands, and the shape of its answer. */
import type { Bot } from "../../bot.ts";
import { loadForHub } from "../../config.ts";
import { HubError } from "../../hub/errors.ts";
import type { AccountOnHub, BindingOnHub } from "../../hub/hub.ts";
import { sealTrail } from "../../life/trail/seal-trail.ts";
import type { Operator, RequestId, UserId } from "../../request/ids.ts";
import { StoreAway } from "../../store/redis.ts";
import { openBot, replaceError } from "../open.ts";
import type { CommandMeans } from "../options.ts";

export interface GrantsContext {
  /** Its parts alone: nothing of it runs, and Slack is not called. */
  bot: Bot;
  /** `operator NAME` */
  operator: Operator;
  /** Why Redis cannot be used, in words; null when it can. */
  redisTrouble: string | null;
}

export interface GrantsAnswer {
  /** Whether what was asked for is done: the exit code. */
  isDone: boolean;
  /** For scripts. */
  json: unknown;
  /** For people. */
  lines: string[];
}

export type GrantsWork = (context: GrantsContext) => Promise<GrantsAnswer>;

/** Resolves to the work's answer, and closes all connections. */
export async function withGrants(
  operator: Operator,
  means: CommandMeans,
  work: GrantsWork,
): Promise<GrantsAnswer> {
  await using opened = await openBot(loadForHub(means.variables), means);
  const { bot } = opened;
  const redisTrouble = await findRedisTrouble(bot);
  const answer = await work({ bot, operator, redisTrouble });
  // A running bot would seal it within a minute; where there is none nobody else would.
  if (redisTrouble === null) await sealTrail(bot).catch(() => {});
  return answer;
}

async function findRedisTrouble({ store, config }: Bot): Promise<string | null> {
  if (!config.env.RECORDS_KEY) return "RECORDS_KEY is not set, so that Redis cannot be read";
  return store.owner.mismatch().catch(replaceError(StoreAway, "Redis does not answer"));
}

/** A binding of the bot, and whom its account is for. */
export interface GrantOnHub extends BindingOnHub {
  requester: UserId | null;
}

export type GrantFilter = (grant: Pick<GrantOnHub, "id" | "requester">) => boolean;

interface OpenedHub {
  grants: GrantOnHub[];
  accounts: ReadonlyMap<RequestId, AccountOnHub>;
}

/** Null when the hub does not tell. */
export async function readObjects({ bot: { hub } }: GrantsContext): Promise<OpenedHub | null> {
  try {
    const [bindings, listed] = [await hub.listBindings(), await hub.listAccounts()];
    const accounts = new Map(listed.items.flatMap((one) => (one.id ? [[one.id, one] as const] : [])));
    const holder = ({ id }: BindingOnHub) => (id && accounts.get(id)?.requester) ?? null;
    return { grants: bindings.items.map((one) => ({ ...one, requester: holder(one) })), accounts };
  } catch (error) {
    if (error instanceof HubError) return null;
    throw error;
  }
}

export const NEITHER_ANSWERS = "Neither Redis nor Karpor answers; npm run doctor says what keeps them.";
