/** Posts, edits or deletes one message of a request at Slack, and notes its place in Redis, beside the record. */
import { createHash } from "node:crypto";
import type { Bot } from "../../bot.ts";
import type { Request } from "../../request/record.ts";
import { drawMessage } from "../../slack/messages/draw.ts";
import { drawEmptied } from "../../slack/messages/notices.ts";
import { type Message, SlackRefusal } from "../../slack/slack.ts";
import type { ShownMessage } from "../../store/shown.ts";
import type { ReadRequest } from "../../store/store.ts";
import { readUse } from "../use.ts";
import { failUndelivered } from "./undelivered.ts";
import type { WantedMessage } from "./wanted.ts";

/** The messages of a request that Slack shows now: message key → its place, and a digest of its text. */
export type Shown = Map<string, ShownMessage>;

/** Posts the message, or edits it when it shows something else. Throws SlackAway, StoreAway; SlackRefusal of an edit. */
export async function drawOne(
  bot: Bot,
  request: ReadRequest,
  wanted: WantedMessage,
  shown: Shown,
): Promise<void> {
  const message = await drawWanted(bot, request, wanted);
  const shows = messageDigest(message);
  const place = shown.get(wanted.key);
  if (place === undefined) return void (await postMessage(bot, request, wanted, { message, shows }, shown));
  if (place.shows === shows) return;
  if (await bot.slack.update(place, message))
    await bot.store.noteMessage(request.id, wanted.key, { ...place, shows });
  else await bot.store.forgetMessage(request.id, wanted.key);
}

/** Returns the message as Slack gets it, in the reader's language. Throws SlackAway, StoreAway. */
async function drawWanted(bot: Bot, request: Request, { to, face }: WantedMessage): Promise<Message> {
  const locale = "dm" in to ? await bot.slack.localeFor(to.dm) : bot.config.slack.language;
  const use = face === "receipt" ? await readUse(bot, request.id) : null;
  return drawMessage({ config: bot.config, locale, use, now: bot.clock.now() }, request, face);
}

const messageDigest = (message: Message): string =>
  createHash("sha256").update(JSON.stringify(message)).digest("base64url").slice(0, 16);

/**
 * Posts the message, notes its place and returns it. Null: another replica was first (this one deletes its own), or Slack
 * refuses the message, which may end the request (undelivered.ts). Throws SlackAway, StoreAway, Refused.
 */
export async function postMessage(
  bot: Bot,
  request: ReadRequest,
  wanted: WantedMessage,
  { message, shows }: { message: Message; shows: string },
  shown?: Shown,
): Promise<ShownMessage | null> {
  try {
    const channel = "dm" in wanted.to ? await bot.slack.openDm(wanted.to.dm) : wanted.to.channel;
    const thread = wanted.inThread ? shown?.get("card")?.ts : undefined;
    const place = { ...(await bot.slack.post(channel, message, thread)), shows };
    if (await bot.store.placeMessage(request.id, wanted.key, place)) return place;
    await bot.slack.remove(place);
    return null;
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    bot.log.error({ id: request.id, err: error }, `Slack refuses to post ${wanted.key}`);
    await failUndelivered(bot, request, wanted);
    return null;
  }
}

/** Deletes the message. If Slack refuses, empties it; if Slack refuses that too, it is left. Throws SlackAway, StoreAway. */
export async function removeMessage(
  bot: Bot,
  request: ReadRequest,
  key: string,
  shown: Shown,
): Promise<void> {
  const place = shown.get(key);
  if (place === undefined) return;
  try {
    await bot.slack.remove(place);
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    const context = { config: bot.config, locale: bot.config.slack.language };
    const emptied = drawEmptied(context, /^(reminder|call)-/.test(key));
    await bot.slack
      .update(place, emptied)
      .catch((refused: unknown) => bot.log.debug({ err: refused }, "the message stays"));
  }
  await bot.store.forgetMessage(request.id, key);
  shown.delete(key);
}
