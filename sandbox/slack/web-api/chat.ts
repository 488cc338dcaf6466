/** chat.postMessage, chat.update, chat.delete and chat.postEphemeral. */
import { optionalArg, requiredArg, structured } from "../args.ts";
import { checkBlocks } from "../blocks/check.ts";
import { SlackRefusal } from "../errors.ts";
import { edit, findMessage, post, removeMessage, whisper } from "../messages.ts";
import { botIn, canSee, seenByBot } from "../places.ts";
import type { Block, Content, JsonObject, SlackMessage } from "../types.ts";
import type { Workspace } from "../workspace.ts";
import { type Method, scope } from "./method.ts";

const longestPost = 40_000;
const longestUpdate = 4_000;

function contentOf(args: JsonObject, longest: number): { text?: string; blocks?: Block[] } {
  const blocks = checkBlocks(structured(args, "blocks", "invalid_blocks_format"));
  const text = optionalArg(args, "text");
  if (text === undefined && !blocks?.length) throw new SlackRefusal("no_text");
  if (text !== undefined && text.length > longest) throw new SlackRefusal("msg_too_long");
  return { ...(text === undefined ? {} : { text }), ...(blocks ? { blocks } : {}) };
}

/** Throws when the bot cannot write there. */
function checkWritable(workspace: Workspace, id: string, archived = "is_archived"): void {
  const place = seenByBot(workspace, id);
  if (!place) throw new SlackRefusal("channel_not_found");
  if (place.kind === "dm") return;
  if (!botIn(place.channel)) throw new SlackRefusal("not_in_channel");
  if (place.channel.isArchived) throw new SlackRefusal(archived);
}

function threadOf(args: JsonObject): { thread_ts?: string } {
  const thread_ts = optionalArg(args, "thread_ts");
  return thread_ts === undefined ? {} : { thread_ts };
}

function postMessage(workspace: Workspace, args: JsonObject): JsonObject {
  const channel = requiredArg(args, "channel");
  checkWritable(workspace, channel);
  const content: Content = { text: "", ...contentOf(args, longestPost) };
  const thread = threadOf(args);
  if (thread.thread_ts !== undefined && !findMessage(workspace, channel, thread.thread_ts)) {
    throw new SlackRefusal("thread_not_found");
  }
  const message = post(workspace, {
    channel,
    user: workspace.bot.userId,
    ...content,
    ...thread,
  });
  return { channel, ts: message.ts, message: wire(workspace, message) };
}

function ownMessage(workspace: Workspace, args: JsonObject, refusal: string): SlackMessage {
  const channel = requiredArg(args, "channel");
  if (!seenByBot(workspace, channel)) throw new SlackRefusal("channel_not_found");
  const message = findMessage(workspace, channel, requiredArg(args, "ts"));
  if (!message) throw new SlackRefusal("message_not_found");
  if (message.user !== workspace.bot.userId) throw new SlackRefusal(refusal);
  return message;
}

function update(workspace: Workspace, args: JsonObject): JsonObject {
  const message = ownMessage(workspace, args, "cant_update_message");
  checkWritable(workspace, message.channel, "is_inactive");
  const content = contentOf(args, longestUpdate);
  // Blocks that are not sent stay, as at Slack; only an empty list takes them away.
  const blocks = content.blocks ?? message.blocks;
  edit(workspace, message, { text: content.text ?? "", ...(blocks ? { blocks } : {}) });
  const { channel, ts, text } = message;
  return { channel, ts, text, message: wire(workspace, message) };
}

function deleteMessage(workspace: Workspace, args: JsonObject): JsonObject {
  const message = ownMessage(workspace, args, "cant_delete_message");
  removeMessage(workspace, message);
  return { channel: message.channel, ts: message.ts };
}

function postEphemeral(workspace: Workspace, args: JsonObject): JsonObject {
  const channel = requiredArg(args, "channel");
  const user = requiredArg(args, "user");
  checkWritable(workspace, channel);
  const content: Content = { text: "", ...contentOf(args, longestPost) };
  const person = workspace.people.get(user);
  if (!person || person.deleted || !canSee(workspace, user, channel))
    throw new SlackRefusal("user_not_in_channel");
  const made = whisper(workspace, {
    channel,
    user,
    from: "chat.postEphemeral",
    ...content,
    ...threadOf(args),
  });
  return { message_ts: made.ts };
}

/** A message as Slack puts it into answers and payloads. */
export function wire({ bot }: Workspace, message: SlackMessage): JsonObject {
  const { channel: _, history: __, deleted: ___, ...rest } = message;
  return { type: "message", ...rest, team: bot.teamId, ...(rest.bot_id ? { app_id: bot.appId } : {}) };
}

export const chatMethods = {
  "chat.postMessage": { scopes: scope("chat:write"), run: postMessage },
  "chat.update": { scopes: scope("chat:write"), run: update },
  "chat.delete": { scopes: scope("chat:write"), run: deleteMessage },
  "chat.postEphemeral": { scopes: scope("chat:write"), run: postEphemeral },
} satisfies Record<string, Method>;
