/** Messages in Slack as projections of the record: cards and alerts in the channel, the rest in the requester's DM. */
import type { WebClient } from "@slack/web-api";
import type { Face, Slot } from "../../domain/faces.ts";
import type { Locale } from "../../domain/person.ts";
import { type AccessRequest, GrantFailed, type Log, type Notifier, type Sent } from "../../flow/ports.ts";
import { drawFace, drawToken, type Message, type ViewContext } from "../views/index.ts";
import { isFrozen, isUndeliverable, slackError } from "./client.ts";
import { redrawIn } from "./redraw.ts";

export interface NotifierOptions {
  client: WebClient;
  /** The approvals channel, and the language of what stands there. */
  channel: string;
  language: Locale;
  context(locale: Locale): ViewContext;
  log: Log;
}

const isShared = (slot: Slot): boolean => slot === "card" || slot === "alert";
const calm = { unfurl_links: false, unfurl_media: false };

export function createNotifier({ client, channel, language, context, log }: NotifierOptions): Notifier {
  const contextOf = (r: AccessRequest, slot: Slot): ViewContext =>
    context(isShared(slot) ? language : r.requester.locale);

  async function place(r: AccessRequest, slot: Slot): Promise<string> {
    return isShared(slot) ? channel : (knownDm(r) ?? openDm(client, r.requester.id));
  }

  async function send(where: string, message: Message, card: string | undefined): Promise<string> {
    const args = { channel: where, ...message, ...calm };
    if (!card) return (await client.chat.postMessage(args)).ts ?? "";
    try {
      return (await client.chat.postMessage({ ...args, thread_ts: card, reply_broadcast: true })).ts ?? "";
    } catch (error) {
      if (slackError(error) !== "thread_not_found") throw error;
      return send(where, message, undefined);
    }
  }

  async function post(r: AccessRequest, slot: Slot, face: Face): Promise<Sent> {
    let where = isShared(slot) ? channel : "";
    try {
      where = await place(r, slot);
      const message = drawFace(r, slot, face, contextOf(r, slot), true);
      const ts = await send(where, message, cardAbove(r, slot));
      return { channel: where, ts, face };
    } catch (error) {
      const code = slackError(error);
      if (!code || !isUndeliverable(code)) throw error;
      log.warn({ id: r.id, slot, face, slack: code }, "Slack will never deliver this message");
      return { channel: where, ts: "", face };
    }
  }

  async function redraw(r: AccessRequest, slot: Slot, face: Face, sent: Sent): Promise<void> {
    // Only showToken draws this one: without the token in hand a redraw would wipe it.
    if (sent.ts === "" || face === "token:shown") return;
    const message = drawFace(r, slot, face, contextOf(r, slot), false);
    await redrawIn({ client, log }, { id: r.id, slot, face, sent, message });
  }

  return {
    post,
    redraw,
    showToken: async (r, sent, token) => {
      const message = drawToken(r, token.reveal(), contextOf(r, "token"));
      await client.chat.update({ channel: sent.channel, ts: sent.ts, ...message }).catch(gone);
    },
  };
}

/** A message that nobody can edit any more never shows its token: the grant is taken back. */
function gone(error: unknown): never {
  const code = slackError(error);
  if (code && (isFrozen(code) || isUndeliverable(code)))
    throw new GrantFailed("dm-closed", `Slack says ${code}`);
  throw error;
}

/** Any message to the requester already stands in their DM. */
function knownDm(r: AccessRequest): string | undefined {
  const dms = Object.entries(r.messages).filter(([slot]) => !isShared(slot as Slot));
  return dms.map(([, sent]) => sent.channel).find((channel) => channel !== "");
}

async function openDm(client: WebClient, user: string): Promise<string> {
  const { channel } = await client.conversations.open({ users: user });
  if (!channel?.id) throw new Error("conversations.open answered without a channel");
  return channel.id;
}

/** An alert belongs to its card, and is seen in the channel all the same. */
const cardAbove = (r: AccessRequest, slot: Slot): string | undefined =>
  slot === "alert" ? r.messages.card?.ts : undefined;
