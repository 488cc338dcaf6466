/**
 * Runs the jobs of the queue `slack`: it compares the messages that a request should have (its state says which) with
 * those that Slack shows, and posts, edits and deletes the difference. The kind `token` draws the token's message, before
 * all others (life/messages/show-token.ts); `messages` draws the rest. Each commit schedules them.
 */
import type { Bot } from "../../bot.ts";
import { SECOND } from "../../request/durations.ts";
import type { RequestId } from "../../request/ids.ts";
import { SlackAway } from "../../slack/slack.ts";
import { UNREADABLE } from "../../store/reading.ts";
import type { ReadRequest } from "../../store/store.ts";
import { hasChanged } from "../commit.ts";
import { LIFE, nextDue } from "../states/index.ts";
import { TRY_AGAIN_AFTER } from "../step.ts";
import { drawOne, removeMessage, type Shown } from "./post.ts";
import { drawTokens, isTokenSettled, waitForToken } from "./show-token.ts";
import { isTokenKey } from "./wanted.ts";

/** Runs one job, and schedules the next if one is needed; a job that fails is tried again later. Throws StoreAway only. */
export async function runSlackJob(bot: Bot, kind: "token" | "messages", id: RequestId): Promise<void> {
  const { request, shown } = await bot.store.readShown(id);
  if (request === null || request === UNREADABLE) return;
  const again = await drawOrNote(bot, kind, request, shown);
  if (again === null) return;
  await bot.queue.schedule(kind, id, again);
  // This schedule replaced any that came during the run: a record that changed meanwhile needs a run at once.
  if (again > 0 && (await hasChanged(bot, request))) await bot.queue.schedule(kind, id);
}

/**
 * Draws, and returns the ms until the job must run again; null: not before the next commit schedules it. A run that was
 * suspended may have drawn an older record over a newer one: it must run again at once (0).
 */
async function drawOrNote(
  bot: Bot,
  kind: "token" | "messages",
  request: ReadRequest,
  shown: Shown,
): Promise<number | null> {
  try {
    if (kind === "messages") return await drawMessages(bot, request, shown);
    await drawTokens(bot, request, shown);
    return (await hasChanged(bot, request)) ? 0 : null;
  } catch (error) {
    bot.outages.note(error);
    bot.log.debug({ id: request.id, err: error }, `the ${kind} messages could not be drawn; tried again`);
    return waitAfter(error) + (kind === "token" ? 0 : waitForTokens(request, error));
  }
}

/** When Slack takes calls again, tokens come first: their edits have the same limit as those of active access. */
const waitForTokens = ({ state }: ReadRequest, error: unknown): number =>
  state === "active" && error instanceof SlackAway && error.retryAfter !== null ? 20 * SECOND : SECOND;

const waitAfter = (error: unknown): number =>
  error instanceof SlackAway ? (error.retryAfter ?? TRY_AGAIN_AFTER) : TRY_AGAIN_AFTER;

/** All messages but tokens: posts and edits first, then deletes the obsolete ones. They wait for the first token. */
async function drawMessages(bot: Bot, request: ReadRequest, shown: Shown): Promise<number | null> {
  const wait = waitForToken(bot, request, shown);
  if (wait > 0) return wait;
  const wanted = LIFE[request.state].messages(bot, request);
  for (const message of wanted) if (!isTokenKey(message.key)) await drawOne(bot, request, message, shown);
  const keys = new Set(wanted.map(({ key }) => key));
  const obsolete = [...shown.keys()].filter((key) => !isTokenKey(key) && !keys.has(key));
  for (const key of obsolete) await removeMessage(bot, request, key, shown);
  const isNewest = isTokenSettled(bot, request, shown)
    ? await bot.store.noteDrawn(request, nextDue(bot, request))
    : !(await hasChanged(bot, request));
  return isNewest ? null : 0;
}
