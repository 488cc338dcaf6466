/** Answers that come by response_url: at most five in half an hour, to the person, or onto the source. */
import { checkBlocks } from "./blocks/check.ts";
import { SlackRefusal } from "./errors.ts";
import { edit, editEphemeral, findEphemeral, findMessage, whisper } from "./messages.ts";
import { responseUrlUses } from "./triggers.ts";
import type { Content, JsonObject } from "./types.ts";
import type { ResponseUrl, Workspace } from "./workspace.ts";

export interface Answered {
  status: number;
  body: JsonObject | string;
}

export function answerByUrl(workspace: Workspace, id: string, text: string): Answered {
  const known = workspace.responseUrls.get(id);
  if (!known) return refused(404, "invalid_url");
  if (workspace.clock.now() > known.expires) return refused(404, "expired_url");
  if (known.uses >= responseUrlUses) return refused(404, "used_url");
  try {
    apply(workspace, known, parse(text));
  } catch (error) {
    if (error instanceof SlackRefusal) return refused(400, error.code, error.extra);
    throw error;
  }
  known.uses += 1;
  return { status: 200, body: "ok" };
}

const refused = (status: number, error: string, extra: JsonObject = {}): Answered => ({
  status,
  body: { ok: false, error, ...extra },
});

function parse(text: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    throw new SlackRefusal("invalid_payload");
  }
}

function apply(workspace: Workspace, target: ResponseUrl, payload: JsonObject): void {
  const content = contentOf(payload);
  if (payload.replace_original === true && replaceSource(workspace, target, content)) return;
  say(workspace, target, content);
}

/** To the person alone. */
export function say(
  workspace: Workspace,
  { user, channel }: Pick<ResponseUrl, "user" | "channel">,
  content: Content,
  from: "ack" | "response_url" = "response_url",
) {
  return whisper(workspace, { channel, user, from, ...content });
}

/** The text and blocks of an answer, refused as chat.postMessage would refuse them. */
export function contentOf(payload: JsonObject): Content {
  const blocks = checkBlocks(payload.blocks);
  const text = typeof payload.text === "string" ? payload.text : "";
  if (text === "" && !blocks?.length) throw new SlackRefusal("no_text");
  if (text.length > 40_000) throw new SlackRefusal("msg_too_long");
  return { text, ...(blocks ? { blocks } : {}) };
}

/** False when there is no source: a command has none, so Slack posts a new answer. */
function replaceSource(workspace: Workspace, { source }: ResponseUrl, content: Content): boolean {
  const message = source && findMessage(workspace, source.channel, source.ts);
  const ephemeral = source && findEphemeral(workspace, source.channel, source.ts);
  if (message) edit(workspace, message, content);
  if (ephemeral) editEphemeral(workspace, ephemeral, content);
  return message !== undefined || ephemeral !== undefined;
}
