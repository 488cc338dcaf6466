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
  const draw = kind === "token" ? drawTokens : drawMessages;
  const again = await draw(bot, request, shown).catch((error: unknown) => {
    bot.outages.note(error);
    bot.log.debug({ id, err: error }, `the ${kind} messages could not be drawn; tried again`);
    return waitAfter(error) + (kind === "token" ? 0 : waitForTokens(request, error));
  });
  if (again === null) return;
  await bot.queue.schedule(kind, id, again);
  // A job for later replaced any that came during the run: a record that changed meanwhile needs a run at once.
  if (again > 0 && (await hasChanged(bot, request))) await bot.queue.schedule(kind, id);
}

/** When Slack takes calls again, tokens come first: their edits have the same limit as those of active access. */
const waitForTokens = ({ state }: ReadRequest, error: unknown): number =>
  state === "active" && error instanceof SlackAway && error.retryAfter !== null ? 20 * SECOND : SECOND;

const waitAfter = (error: unknown): number =>
  error instanceof SlackAway ? (error.retryAfter ?? TRY_AGAIN_AFTER) : TRY_AGAIN_AFTER;

/**
 * Draws all messages but tokens, after the first token: posts and edits first, then deletes the obsolete ones. Resolves to
 * the milliseconds until it must run again; null: it need not, until the next commit.
 */
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
