/**
 * A part of active, for roles with `idle`: its holder is asked whether they still need what nobody uses, and with
 * `release` it ends when nobody answers. Where the hub tells nothing of this access, nobody is asked.
 */
import type { Bot } from "../bot.ts";
import { readUse } from "../evidence/use.ts";
import { idleDueAt, idleSince } from "../policy/idle.ts";
import type { Request } from "../request/record.ts";
import { ended } from "../request/transitions.ts";
import { dmOf, type WantedMessage } from "./messages.ts";
import type { Decision } from "./state.ts";

/** What the step of active commits; null: it is in use, or it was asked and there is time left to answer. */
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

/** It is looked at again when it was not used for as long again. */
const inUse = (since: number): Decision => ({
  what: "looked for use",
  by: null,
  change: (request) => (request.state === "active" ? { ...request, idle: { since, askedAt: null } } : null),
});

const askHolder = (bot: Bot): Decision => ({
  what: "asked whether it is needed",
  by: null,
  change: (request) =>
    request.state === "active" && request.idle.askedAt === null
      ? { ...request, idle: { ...request.idle, askedAt: bot.clock.now() } }
      : null,
});

/** Unless its holder answered meanwhile. */
const release = (bot: Bot): Decision => ({
  what: "unused",
  by: null,
  change: (request) =>
    request.state === "active" && request.idle.askedAt !== null
      ? ended(request, { cause: "unused" }, bot.clock.now())
      : null,
});

export const idleQuestion = (request: Request): WantedMessage[] =>
  request.idle.askedAt === null ? [] : [dmOf(request, `needed-${request.idle.askedAt}`, "needed")];
