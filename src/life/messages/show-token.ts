/**
 * Shows the token of active access in the holder's DM, and deletes it when it is no longer wanted; the job `token` runs it.
 * It posts a message without the token, then edits the token in: if Slack's answer to a post is lost, nobody knows the
 * message's place, and nobody could delete the token. A retry edits the same message.
 */
import type { Bot } from "../../bot.ts";
import type { MintedToken } from "../../hub/hub.ts";
import type { Request } from "../../request/record.ts";
import type { Secret } from "../../request/secret.ts";
import { drawSettingUp, drawToken } from "../../slack/messages/own.ts";
import type { ShownMessage } from "../../store/shown.ts";
import type { ReadRequest } from "../../store/store.ts";
import { hasChanged } from "../commit.ts";
import { postMessage, removeMessage, type Shown } from "./post.ts";
import { deliversByDm, dmMessage, drawMessagesFrom, isTokenKey, tokenKey } from "./wanted.ts";

const SETTING_UP = "setting-up";
const TOKEN_SHOWN = "token";
const LOGIN_AGAIN_AFTER = 100;

/**
 * Deletes obsolete token messages, then shows the wanted token. Returns 0 when it must run again at once, since a process
 * that was suspended may have drawn an older record over a newer one; else null. Throws SlackAway, SlackRefusal, HubError,
 * StoreAway; Error when the hub does not accept the token yet. The job is then tried again.
 */
export async function drawTokens(bot: Bot, request: ReadRequest, shown: Shown): Promise<number | null> {
  const wanted = wantedToken(bot, request);
  const obsolete = [...shown.keys()].filter((key) => isTokenKey(key) && key !== wanted);
  for (const key of obsolete) await removeMessage(bot, request, key, shown);
  if (wanted !== null && shown.get(wanted)?.shows !== TOKEN_SHOWN)
    await showToken(bot, request, wanted, shown);
  return (await hasChanged(bot, request)) ? 0 : null;
}

/** Posts the message without the token, unless it is there, and edits the token in. */
async function showToken(bot: Bot, request: ReadRequest, key: string, shown: Shown): Promise<void> {
  const { id } = request;
  // The token is minted while Slack posts. If that fails, `await making` below throws.
  const making = makeToken(bot, request);
  making.catch(() => {});
  const context = { config: bot.config, locale: await bot.slack.localeFor(request.requester) };
  const place =
    (await placeInDm(bot, request, key, shown)) ??
    (await postMessage(bot, request, dmMessage(request, key, "token"), {
      message: drawSettingUp(context, request),
      shows: SETTING_UP,
    }));
  if (place === null) return;
  const { token, expiresAt } = await making;
  const isThere = await bot.slack.update(place, drawToken(context, request, token, expiresAt));
  if (isThere) await bot.store.noteMessage(id, key, { ...place, shows: TOKEN_SHOWN });
  // Somebody deleted the message: the next run posts a new one.
  else await bot.store.forgetMessage(id, key);
  await bot.queue.schedule("messages", id);
}

const wantedToken = (bot: Bot, request: Request): string | null =>
  request.state === "active" && !request.token.hidden && deliversByDm(bot, request)
    ? tokenKey(request.token.number)
    : null;

/** Returns the message's place, only in the DM that Slack names: an intruder in Redis could name another. Null: none. */
async function placeInDm(
  bot: Bot,
  { id, requester }: ReadRequest,
  key: string,
  shown: Shown,
): Promise<ShownMessage | null> {
  const place = shown.get(key);
  if (place === undefined || place.channel === (await bot.slack.openDm(requester))) return place ?? null;
  await bot.store.forgetMessage(id, key);
  return null;
}

/** Mints a token that the hub accepts. It lives in memory only, inside of this one job. */
async function makeToken(bot: Bot, { id, account, endsAt }: Request): Promise<MintedToken> {
  const minted = await bot.hub.mintToken(id, (endsAt ?? 0) - bot.clock.now());
  if (minted.account !== account) throw new Error("the token names another account");
  if (!(await isAccepted(bot, minted.token))) throw new Error("Karpor does not accept the new token yet");
  return minted;
}

/** The hub needs a moment to see a new binding. */
async function isAccepted(bot: Bot, token: Secret): Promise<boolean> {
  for (let tries = 0; tries < 5; tries++) {
    if ((await bot.hub.checkLogin(token)) === "good") return true;
    await bot.clock.sleep(LOGIN_AGAIN_AFTER, bot.stopping);
  }
  return false;
}

/** Returns whether Slack shows the wanted token, if any, and no other. */
export function isTokenSettled(bot: Bot, request: Request, shown: Shown): boolean {
  const wanted = wantedToken(bot, request);
  const tokens = [...shown].filter(([key]) => isTokenKey(key));
  if (wanted === null) return tokens.length === 0;
  return tokens.length === 1 && shown.get(wanted)?.shows === TOKEN_SHOWN;
}

/** Returns how long the other messages wait for the first token, ms; 0 or less: they do not. */
export function waitForToken(bot: Bot, request: ReadRequest, shown: Shown): number {
  const isShown = shown.get(tokenKey(1))?.shows === TOKEN_SHOWN;
  return isShown ? 0 : drawMessagesFrom(bot, request) - bot.clock.now();
}
