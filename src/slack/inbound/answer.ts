/** An answer that only one person sees: in the modal whose button was pressed; by response_url, else as an ephemeral message; where there is neither, in a modal, else in their DM. Never rejects. */
import type { UserId } from "../../domain/ids.ts";
import type { Locale } from "../../domain/person.ts";
import { calm } from "../outbound/client.ts";
import { dmWith } from "../outbound/dm.ts";
import { sendDirectly } from "../outbound/send.ts";
import { answerModal, type Message } from "../views/index.ts";
import type { HandlerContext } from "./context.ts";
import { openView } from "./open-view.ts";
import { localeOf, type Reply, render } from "./reply.ts";

const WITHIN = 2_000;

/** Where a command was typed or a button pressed. Slack takes five answers a url; no command or click gives more than three. */
export interface Reach {
  user: UserId;
  channel?: string | undefined;
  responseUrl?: string | undefined;
  /** Only this person sees what was pressed. */
  ephemeral?: boolean;
  /** In which the button stands. */
  modal?: string | undefined;
  /** Opens a modal, for 3 s. */
  triggerId?: string | undefined;
  /** Slack is not asked for their language. */
  asksNothing?: boolean | undefined;
}

/** `replace`: onto the message whose button was pressed. */
export async function answer(
  context: HandlerContext,
  reach: Reach,
  words: Reply,
  replace = false,
): Promise<void> {
  const locale =
    replace && isShared(reach) ? context.language : await localeOf(context, reach.user, !reach.asksNothing);
  const message = render(context, { locale, reader: reach.user }, words);
  const ways = [
    () => inModal(context, reach, message, locale),
    () => byUrl(context, reach, message, replace),
    () => postEphemeral(context, reach, message),
    () => openModal(context, reach, message, locale),
    () => direct(context, reach, message),
  ];
  for (const way of ways) if (await tried(context, reach, way)) return;
  context.log.error({ who: reach.user }, "an answer reached nobody");
}

const isShared = ({ channel = "D", ephemeral }: Reach): boolean => !ephemeral && !channel.startsWith("D");

async function tried(
  { log }: HandlerContext,
  { user }: Reach,
  way: () => Promise<boolean>,
): Promise<boolean> {
  try {
    return await way();
  } catch (error) {
    log.warn({ who: user, err: error }, "an answer did not get through this way");
    return false;
  }
}

async function inModal(
  { client, viewContext }: HandlerContext,
  { modal }: Reach,
  message: Message,
  locale: Locale,
): Promise<boolean> {
  if (!modal) return false;
  await client.views.update({ view_id: modal, view: answerModal(message, viewContext(locale)) });
  return true;
}

async function byUrl(
  { proxy }: HandlerContext,
  { responseUrl }: Reach,
  message: Message,
  replace: boolean,
): Promise<boolean> {
  if (!responseUrl) return false;
  const body = JSON.stringify({ response_type: "ephemeral", replace_original: replace, ...calm, ...message });
  const headers = { "content-type": "application/json; charset=utf-8" };
  const signal = AbortSignal.timeout(WITHIN);
  const send = proxy?.fetch ?? sendDirectly;
  const response = await send(responseUrl, { method: "POST", headers, body, signal });
  const said = await response.text();
  if (!response.ok) throw new Error(`response_url answered ${response.status} ${said.slice(0, 100)}`);
  return true;
}

async function postEphemeral(
  { client }: HandlerContext,
  { user, channel }: Reach,
  message: Message,
): Promise<boolean> {
  if (!channel) return false;
  await client.chat.postEphemeral({ channel, user, ...message });
  return true;
}

/** Over the Home tab. */
async function openModal(
  { client, viewContext }: HandlerContext,
  { channel, triggerId }: Reach,
  message: Message,
  locale: Locale,
): Promise<boolean> {
  if (channel !== undefined || !triggerId) return false;
  await openView(client, triggerId, answerModal(message, viewContext(locale)));
  return true;
}

async function direct(
  { client, memory, ports }: HandlerContext,
  { user }: Reach,
  message: Message,
): Promise<boolean> {
  const channel = await dmWith({ memory, clock: ports.clock }, client, user);
  await client.chat.postMessage({ channel, ...calm, ...message });
  return true;
}
