/** What each of the `grants` commands works with, and what it answers. */
import type { Bot } from "../../bot.ts";
import { createBot } from "../../bot.ts";
import { loadForHub } from "../../config.ts";
import { HubError } from "../../hub/errors.ts";
import type { AccountOnHub, BindingOnHub } from "../../hub/hub.ts";
import { sealTrail } from "../../life/trail/seal-trail.ts";
import type { Operator, RequestId, UserId } from "../../request/ids.ts";
import { StoreAway } from "../../store/redis.ts";
import type { CommandMeans } from "../options.ts";

export interface GrantsContext {
  /** Its parts alone: nothing of it runs, and Slack is not called. */
  bot: Bot;
  /** `operator NAME` */
  operator: Operator;
  /** Why Redis cannot be used, in words; null when it can. */
  redisTrouble: string | null;
}

export interface Answer {
  /** Whether what was asked for is done: the exit code. */
  isDone: boolean;
  /** For scripts. */
  json: unknown;
  /** For people. */
  lines: string[];
}

/** Resolves to the work's answer, and closes all connections. */
export async function withGrants(
  operator: Operator,
  means: CommandMeans,
  work: (context: GrantsContext) => Promise<Answer>,
): Promise<Answer> {
  const stopping = new AbortController();
  const { bot, redis, close } = createBot(loadForHub(means.variables), means, stopping.signal);
  try {
    if (redis.status !== "ready")
      await new Promise((resolve) => redis.once("ready", resolve).once("error", resolve));
    const redisTrouble = await findRedisTrouble(bot);
    const answer = await work({ bot, operator, redisTrouble });
    // What a running bot would seal within a minute; where there is none nobody else would.
    if (redisTrouble === null) await sealTrail(bot).catch(() => {});
    return answer;
  } finally {
    stopping.abort();
    await close();
  }
}

async function findRedisTrouble({ store, config }: Bot): Promise<string | null> {
  if (!config.env.RECORDS_KEY) return "RECORDS_KEY is not set, so that Redis cannot be read";
  try {
    return await store.owner.mismatch();
  } catch (error) {
    if (error instanceof StoreAway) return "Redis does not answer";
    throw error;
  }
}

/** A binding of the bot, and whom its account is for. */
export interface GrantOnHub extends BindingOnHub {
  requester: UserId | null;
}

export interface OnHub {
  grants: GrantOnHub[];
  accounts: ReadonlyMap<RequestId, AccountOnHub>;
}

/** Null when the hub does not tell. */
export async function readHub({ bot: { hub } }: GrantsContext): Promise<OnHub | null> {
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

export const NEITHER = "Neither Redis nor Karpor answers; npm run doctor says what keeps them.";
