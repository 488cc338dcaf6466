/** An edit of a sent message, and what is left to do where Slack refuses it. */
import type { WebClient } from "@slack/web-api";
import type { Face, Slot } from "../../domain/faces.ts";
import type { Log, Sent } from "../../flow/ports.ts";
import type { Message } from "../views/index.ts";
import { isFrozen, isUndeliverable, slackError } from "./client.ts";

interface Tools {
  client: WebClient;
  log: Log;
}

interface Edit {
  id: string;
  slot: Slot;
  face: Face;
  sent: Sent;
  message: Message;
}

/** Faces that may stand where a token was shown. */
const TAKES_OFF: readonly Face[] = ["token:hidden", "token:ending", "token:ended"];

/** Throws only what is worth another try. */
export async function redrawIn(tools: Tools, edit: Edit): Promise<void> {
  const { channel, ts } = edit.sent;
  try {
    await tools.client.chat.update({ channel, ts, ...edit.message });
  } catch (error) {
    const code = slackError(error);
    if (code === "message_not_found") return;
    if (!code || !(isFrozen(code) || isUndeliverable(code))) throw error;
    await refused(tools, edit, code);
  }
}

async function refused({ client, log }: Tools, { id, slot, face, sent }: Edit, slack: string): Promise<void> {
  if (!TAKES_OFF.includes(face)) {
    log.warn({ id, slot, face, slack }, "Slack does not let this message be redrawn");
    return;
  }
  try {
    await client.chat.delete({ channel: sent.channel, ts: sent.ts });
    log.warn({ id, slack }, "the token message could not be edited and was deleted instead");
  } catch (error) {
    const deletion = slackError(error);
    if (!deletion) throw error;
    if (deletion === "message_not_found") return;
    log.error({ id, slack, deletion }, "the token could not be taken off its message");
  }
}
