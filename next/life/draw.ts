/**
 * The jobs of the queue `slack`: what a request's messages should show follows from its record, and the difference is
 * drawn. Tokens come first, in a job of their own; a token is in no post, only in an edit of a message that is known.
 */
import { createHash } from "node:crypto";
import type { Bot } from "../bot.ts";
import { readUse } from "../evidence/use.ts";
import type { MintedToken } from "../hub/hub.ts";
import { SECOND } from "../request/durations.ts";
import type { RequestId } from "../request/ids.ts";
import type { Request } from "../request/record.ts";
import type { Secret } from "../request/secret.ts";
import { closed, ended } from "../request/transitions.ts";
import { drawMessage, drawOver, drawToken } from "../slack/messages/draw.ts";
import { type Message, SlackAway, SlackRefusal } from "../slack/slack.ts";
import type { ReadRequest, ShownMessage } from "../store/store.ts";
import { deliversByDm } from "./active.ts";
import { commit } from "./commit.ts";
import { isTokenKey, KEEP, tokenKey, type WantedMessage } from "./messages.ts";
import { LIFE } from "./states.ts";
import { TRY_AGAIN_AFTER } from "./step.ts";

type Shown = Map<string, ShownMessage>;

const SETTING_UP = "setting-up";
const TOKEN_SHOWN = "token";
/** The card and the waiting message are left as they are until the token is there, but no longer than this. */
const TOKEN_FIRST = 3 * SECOND;
const LOGIN_AGAIN_AFTER = 100;

/** It throws only when Redis is away. */
export async function runSlackJob(bot: Bot, bell: "token" | "rest", id: RequestId): Promise<void> {
  const { request, shown } = await bot.store.readShown(id);
  if (request === null) return;
  try {
    const again =
      bell === "token" ? await drawTokens(bot, request, shown) : await drawRest(bot, request, shown);
    if (again !== null) await bot.queue.ring(bell, id, again);
  } catch (error) {
    bot.outages.note(error);
    bot.log.debug({ id, err: error }, `the ${bell} messages could not be drawn; tried again`);
    await bot.queue.ring(bell, id, waitAfter(error));
  }
  if ((await bot.store.readVersion(id)) !== request.version) await bot.queue.ring(bell, id);
}

const waitAfter = (error: unknown): number =>
  error instanceof SlackAway ? (error.retryAfter ?? TRY_AGAIN_AFTER) : TRY_AGAIN_AFTER;

/** What is no longer wanted leaves Slack before anything else; then the token is shown. Null: done. */
async function drawTokens(bot: Bot, request: ReadRequest, shown: Shown): Promise<number | null> {
  const wanted = wantedToken(bot, request);
  const obsolete = [...shown.keys()].filter((key) => isTokenKey(key) && key !== wanted);
  for (const key of obsolete) await removeMessage(bot, request, key, shown);
  if (wanted === null || shown.get(wanted)?.shows === TOKEN_SHOWN) return null;
  // Made while Slack posts; that it failed is looked at when the message has its place.
  const making = makeToken(bot, request);
  making.catch(() => {});
  const place = shown.get(wanted) ?? (await postFirst(bot, request, wanted));
  if (place === null) return null;
  await showToken(bot, request, wanted, { place, minted: await making });
  await bot.queue.ring("rest", request.id);
  return null;
}

const wantedToken = (bot: Bot, request: Request): string | null =>
  request.state === "active" && !request.token.hidden && deliversByDm(bot, request)
    ? tokenKey(request.token.number)
    : null;

const postFirst = (bot: Bot, request: ReadRequest, key: string): Promise<ShownMessage | null> =>
  postMessage(bot, request, { key, to: { dm: request.requester }, face: "token" }, SETTING_UP);

/** A token that the hub accepts. It lives in memory only, inside of this one job. */
async function makeToken(bot: Bot, { id, account, endsAt }: Request): Promise<MintedToken> {
  const minted = await bot.hub.mintToken(id, (endsAt ?? 0) - bot.clock.now());
  if (minted.account !== account) throw new Error("the token names another account");
  if (!(await isAccepted(bot, minted.token))) throw new Error("Karpor does not accept the new token yet");
  return minted;
}

/** By an edit of the message whose place is known. */
async function showToken(
  bot: Bot,
  request: ReadRequest,
  key: string,
  { place, minted }: { place: ShownMessage; minted: MintedToken },
): Promise<void> {
  const { id, requester } = request;
  const locale = await bot.slack.localeFor(requester);
  const message = drawToken({ config: bot.config, locale }, request, minted.token, minted.expiresAt);
  const isThere = await bot.slack.update(place, message);
  // A message that somebody deleted is posted anew by the next run.
  if (!isThere) return void (await bot.store.forgetMessage(id, key));
  await bot.store.noteMessage(id, key, { ...place, shows: TOKEN_SHOWN });
}

/** The hub needs a moment to see a new binding. */
async function isAccepted(bot: Bot, token: Secret): Promise<boolean> {
  for (let tries = 0; tries < 5; tries++) {
    if ((await bot.hub.checkLogin(token)) === "good") return true;
    await bot.clock.sleep(LOGIN_AGAIN_AFTER, bot.stopping);
  }
  return false;
}

/** All but tokens: posts and edits first, then what is obsolete is deleted. */
async function drawRest(bot: Bot, request: ReadRequest, shown: Shown): Promise<number | null> {
  const wait = waitForToken(bot, request, shown);
  if (wait > 0) return wait;
  const wanted = LIFE[request.state].messages(bot, request);
  if (wanted === KEEP) return null;
  for (const message of wanted) if (!isTokenKey(message.key)) await drawOne(bot, request, message, shown);
  const keys = new Set(wanted.map(({ key }) => key));
  const obsolete = [...shown.keys()].filter((key) => !isTokenKey(key) && !keys.has(key));
  for (const key of obsolete) await removeMessage(bot, request, key, shown);
  if (isTokenSettled(bot, request, shown)) await bot.store.noteDrawn(request);
  return null;
}

/** Its token is shown, and no other one is. */
function isTokenSettled(bot: Bot, request: Request, shown: Shown): boolean {
  const wanted = wantedToken(bot, request);
  const tokens = [...shown].filter(([key]) => isTokenKey(key));
  if (wanted === null) return tokens.length === 0;
  return tokens.length === 1 && shown.get(wanted)?.shows === TOKEN_SHOWN;
}

function waitForToken(bot: Bot, request: ReadRequest, shown: Shown): number {
  const wanted = wantedToken(bot, request);
  if (wanted === null || request.token.number > 1 || shown.get(wanted)?.shows === TOKEN_SHOWN) return 0;
  return (request.activeAt ?? 0) + TOKEN_FIRST - bot.clock.now();
}

async function drawOne(bot: Bot, request: ReadRequest, wanted: WantedMessage, shown: Shown): Promise<void> {
  const message = await draw(bot, request, wanted);
  const shows = digestOf(message);
  const place = shown.get(wanted.key);
  if (place === undefined) return void (await postMessage(bot, request, wanted, shows, shown));
  if (place.shows === shows) return;
  if (await bot.slack.update(place, message))
    await bot.store.noteMessage(request.id, wanted.key, { ...place, shows });
  else await bot.store.forgetMessage(request.id, wanted.key);
}

async function draw(bot: Bot, request: Request, { to, face }: WantedMessage): Promise<Message> {
  const locale = "dm" in to ? await bot.slack.localeFor(to.dm) : bot.config.slack.language;
  const use = face === "receipt" ? await readUse(bot, request.id) : null;
  return drawMessage({ config: bot.config, locale, use }, request, face);
}

const digestOf = (message: Message): string =>
  createHash("sha256").update(JSON.stringify(message)).digest("base64url").slice(0, 16);

/** Of two replicas that post the same, the one that comes second deletes its own. Null: it cannot be posted at all. */
async function postMessage(
  bot: Bot,
  request: ReadRequest,
  wanted: WantedMessage,
  shows: string,
  shown?: Shown,
): Promise<ShownMessage | null> {
  try {
    const channel = "dm" in wanted.to ? await bot.slack.openDm(wanted.to.dm) : wanted.to.channel;
    const message = await draw(bot, request, wanted);
    const thread = wanted.inThread ? shown?.get("card")?.ts : undefined;
    const place = { ...(await bot.slack.post(channel, message, thread)), shows };
    if (await bot.store.placeMessage(request.id, wanted.key, place)) return place;
    await bot.slack.remove(place);
    return null;
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    await refusedByWhom(bot, request, wanted, error);
    return null;
  }
}

/** Slack says for good that it does not post this: without a DM there is no token, without a card nobody decides. */
async function refusedByWhom(
  bot: Bot,
  request: ReadRequest,
  wanted: WantedMessage,
  error: SlackRefusal,
): Promise<void> {
  bot.log.error({ id: request.id, err: error }, `Slack refuses to post ${wanted.key}`);
  const isCard = wanted.key === "card";
  const isTheirs = "dm" in wanted.to && wanted.to.dm === request.requester;
  if (!(isTheirs || (isCard && request.state === "waiting"))) return;
  const code = isCard ? "card-refused" : "dm-refused";
  await commit(bot, request, {
    ...{ what: "failed", by: null },
    change: (newest) => failed(newest, code, bot.clock.now()),
  });
}

function failed(request: Request, code: "dm-refused" | "card-refused", now: number): Request | null {
  if (request.state === "ending" || request.state === "closed") return null;
  if (request.state === "granting" || request.state === "active")
    return ended(request, { cause: "failed" }, now);
  return closed(request, { kind: "failed", refusal: { code, data: {} } }, now);
}

/** Where Slack never deletes it, it is emptied; where it refuses that too, it stays, dead. */
async function removeMessage(bot: Bot, request: ReadRequest, key: string, shown: Shown): Promise<void> {
  const place = shown.get(key);
  if (place === undefined) return;
  try {
    await bot.slack.remove(place);
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    const emptied = drawOver({ config: bot.config, locale: bot.config.slack.language });
    await bot.slack
      .update(place, emptied)
      .catch((refused: unknown) => bot.log.debug({ err: refused }, "it stays, dead"));
  }
  await bot.store.forgetMessage(request.id, key);
  shown.delete(key);
}
