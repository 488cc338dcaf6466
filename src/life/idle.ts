/**
 * Asks the holder of unused access whether they still need it, in roles with `idle`; the step of active calls it. With
 * `release` the access ends when they do not answer. If the hub does not tell of its use, nobody is asked.
 */
import type { Bot } from "../bot.ts";
import { idleDueAt, idleSince } from "../policy/idle.ts";
import type { Request } from "../request/record.ts";
import { startEnding } from "../request/transitions.ts";
import { dmMessage, type WantedMessage } from "./messages/wanted.ts";
import type { Decision } from "./state.ts";
import { readUse } from "./use.ts";

/**
 * Returns the decision that the step of active commits; null: it is too early to ask, or the holder has time left to
 * answer. Throws StoreAway.
 */
export async function idleDecision(bot: Bot, request: Request): Promise<Decision | null> {
  const { askedAt } = request.idle;
  const isDue = bot.clock.now() >= idleDueAt(bot.config, request);
  if (!isDue && askedAt === null) return null;
  const use = await readUse(bot, request.id);
  const lastUse = use?.last ?? 0;
  if (lastUse > (askedAt ?? idleSince(request))) return inUse(lastUse);
  if (!isDue) return null;
  if (!use?.isKnown) return inUse(bot.clock.now());
  return askedAt === null ? askHolder(bot) : release(bot);
}

/** Starts the idle time again at `since`, ms. */
const inUse = (since: number): Decision => ({
  event: "access.idle-checked",
  by: null,
  change: (request) => (request.state === "active" ? { ...request, idle: { since, askedAt: null } } : null),
});

const askHolder = (bot: Bot): Decision => ({
  event: "access.idle-asked",
  by: null,
  change: (request) =>
    request.state === "active" && request.idle.askedAt === null
      ? { ...request, idle: { ...request.idle, askedAt: bot.clock.now() } }
      : null,
});

/** Ends the access, unless the holder answered meanwhile. */
const release = (bot: Bot): Decision => ({
  event: "request.ended",
  by: null,
  change: (request) =>
    request.state === "active" && request.idle.askedAt !== null
      ? startEnding(request, { cause: "unused" }, bot.clock.now())
      : null,
});

/** Returns the question's message while it waits for an answer, else none. */
export const idleQuestion = (request: Request): WantedMessage[] =>
  request.idle.askedAt === null ? [] : [dmMessage(request, `needed-${request.idle.askedAt}`, "needed")];
