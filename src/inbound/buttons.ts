/**
 * Buttons. A press never runs what its value says: somebody who posts as the bot could write that. What changes anything
 * is done only from a message that the request's own record knows; all other buttons read, or open a form.
 */

import { z } from "zod";
import { approveRequest, readWaiting } from "../actions/approve.ts";
import { remindApprovers, withdrawRequest } from "../actions/decide.ts";
import { endAccess } from "../actions/end.ts";
import { stillNeeded } from "../actions/needed.ts";
import { readRequest } from "../actions/read.ts";
import { hideToken, revealToken } from "../actions/token.ts";
import type { Bot } from "../bot.ts";
import { noteAttempt } from "../life/trail/attempts.ts";
import { approvalRule } from "../policy/roles.ts";
import { MINUTE, SECOND } from "../request/durations.ts";
import { RequestId, UserId } from "../request/ids.ts";
import type { Request } from "../request/record.ts";
import { Refused } from "../request/refused.ts";
import { drawMessage } from "../slack/messages/draw.ts";
import { drawEmptied } from "../slack/messages/notices.ts";
import { drawTokenView } from "../slack/messages/own.ts";
import { type Message, SlackRefusal } from "../slack/slack.ts";
import { wordsFor } from "../slack/text/index.ts";
import { UNREADABLE } from "../store/reading.ts";
import {
  answerView,
  answerWithin,
  contextFor,
  ephemeral,
  explainError,
  type Reply,
  sentence,
  withoutButtons,
} from "./answers.ts";
import { openLine, sendLine } from "./commands.ts";
import { type Form, openForm, redrawForm } from "./forms/index.ts";
import { drawMoreHelp } from "./help.ts";
import { publishHome } from "./home.ts";
import { drawList, LIST_ACTIONS, readListValue } from "./lists.ts";
import { assertNotLockedOut, isButtonOpenToAll } from "./locked-out.ts";
import { confirmInBrowser } from "./passkey/confirm.ts";

const Click = z
  .object({
    user: z.object({ id: UserId }),
    trigger_id: z.string().min(1),
    channel: z.object({ id: z.string() }).optional(),
    container: z.object({ message_ts: z.string().optional(), is_ephemeral: z.boolean().default(false) }),
    view: z.object({ id: z.string(), type: z.enum(["home", "modal"]) }).optional(),
    actions: z.tuple([z.object({ action_id: z.string(), value: z.string().default("") })], z.unknown()),
  })
  .transform(({ user, trigger_id, channel, container, view, actions: [{ action_id, value }] }) => ({
    user: user.id,
    trigger: trigger_id,
    action: action_id,
    value,
    view: view ?? null,
    place: channel && container.message_ts ? { channel: channel.id, ts: container.message_ts } : null,
    isEphemeral: container.is_ephemeral,
  }));
type Click = z.infer<typeof Click>;

type ClickAnswer = ReturnType<typeof ephemeral> & { replace_original: boolean };

export interface ClickArgs {
  body: unknown;
  ack(): Promise<void>;
  respond(answer: ClickAnswer): Promise<unknown>;
}

export async function handleClick(bot: Bot, args: ClickArgs): Promise<void> {
  const click = Click.parse(args.body);
  await answerWithin(bot, replyTo(bot, click, args), () => press(bot, click, args.body));
  if (click.view?.type === "home") await publishHome(bot, click.user);
}

/** An answer takes the place of one that only its reader sees; over the Home tab it is a view. */
function replyTo(bot: Bot, { user, trigger, view, isEphemeral }: Click, { ack, respond }: ClickArgs): Reply {
  const later = async (answer: Message): Promise<unknown> => {
    if (view === null) return respond({ ...ephemeral(answer), replace_original: isEphemeral });
    const shown = answerView(await contextFor(bot, user), answer);
    return view.type === "modal" ? bot.slack.updateView(view.id, shown) : bot.slack.openView(trigger, shown);
  };
  const early = async (answer: Message | null): Promise<void> => {
    await ack();
    if (answer) await later(answer);
  };
  return { user, ack: early, later };
}

/** `body`: as Slack sent it. */
type Press = (bot: Bot, click: Click, body: unknown) => Promise<Message | null>;
/** Resolves to the request as it is then, or to an answer for the presser alone. */
type ButtonAction = (bot: Bot, id: RequestId, click: Click) => Promise<Request | Message>;

/** By their action_id. */
const BUTTON_ACTIONS = new Map<string, ButtonAction>([
  ["approve", (bot, id, { user }) => approve(bot, id, user, null)],
  ["approve-signed", (bot, id, { user }) => approve(bot, id, user, null)],
  ["approve-less", (bot, id, { user, value }) => approve(bot, id, user, minutesIn(value) * MINUTE)],
  ["withdraw", (bot, id, { user }) => withdrawRequest(bot, id, user)],
  ["remind", (bot, id, { user }) => remindApprovers(bot, id, user)],
  ["end", (bot, id, { user }) => endAccess(bot, id, user)],
  ["hide", (bot, id, { user }) => hideToken(bot, id, user)],
  ["keep", (bot, id, { user }) => stillNeeded(bot, id, user)],
]);

/** These concern one's own request and give nothing: they work also in a list, on Home or in an answer, which no record knows. */
const FROM_ANYWHERE = ["withdraw", "remind", "end", "hide"];

const FORMS = ["deny", "revoke", "more", "new-token", "leaked", "review"] as const;

const OTHERS = new Map<string, Press>([
  ...FORMS.map((kind): [string, Press] => [
    kind,
    (bot, click) => opened(bot, click, { kind, id: idIn(click) }),
  ]),
  ["lockdown", (bot, click) => opened(bot, click, { kind: "lockdown", user: personIn(click) })],
  ["end-approved", (bot, click) => opened(bot, click, { kind: "end-approved", user: personIn(click) })],
  ["unlock", (bot, click) => opened(bot, click, { kind: "unlock", user: personIn(click) })],
  ["request-access", (bot, click) => opened(bot, click, { kind: "request", prefill: {} })],
  ["role", (bot, _, body) => redrawForm(bot, body)],
  ["who", (bot, _, body) => redrawForm(bot, body)],
  ["unfold", (bot, _, body) => redrawForm(bot, body, true)],
  ["ask-again", askAgain],
  ["edit", (bot, { user, trigger, value }) => openLine(bot, { user, trigger, text: value, channel: "" })],
  ["send", sendTyped],
  ["reveal", reveal],
  ...LIST_ACTIONS.map((action): [string, Press] => [action, turnPage]),
  ["help-more", async (bot, { user }) => drawMoreHelp(await contextFor(bot, user))],
]);

/** If the role asks for a passkey, the presser gets a link to the page, and nothing is approved here. */
async function approve(
  bot: Bot,
  id: RequestId,
  user: UserId,
  less: number | null,
): Promise<Request | Message> {
  const { role } = await readWaiting(bot, id, user);
  if (approvalRule(bot.config, role)?.passkey) return confirmInBrowser(bot, id, user, less);
  return approveRequest(bot, id, user, { less });
}

/** A link needs nothing but its acknowledgement. */
async function press(bot: Bot, click: Click, body: unknown): Promise<Message | null> {
  if (!isButtonOpenToAll(click)) await assertNotLockedOut(bot, click.user);
  try {
    const deed = BUTTON_ACTIONS.get(click.action);
    if (deed) return await doDeed(bot, click, deed);
    return (await OTHERS.get(click.action)?.(bot, click, body)) ?? null;
  } catch (error) {
    if (error instanceof Refused && error.note.code === "unknown-request") await retire(bot, click);
    throw error;
  }
}

/** Redis lost its record: nothing can be done by this message any more, nor is it drawn again. */
async function retire(bot: Bot, { place, isEphemeral }: Click): Promise<void> {
  const { config, log, slack } = bot;
  if (place === null || isEphemeral) return;
  await slack
    .update(place, drawEmptied({ config, locale: config.slack.language }))
    .catch((error: unknown) => log.debug({ err: error, place }, "the message keeps its buttons"));
}

function idIn({ value }: Pick<Click, "value">): RequestId {
  const [id = ""] = value.split(" ");
  const read = RequestId.safeParse(id);
  if (!read.success) throw new Refused("unknown-request", { id });
  return read.data;
}

const minutesIn = (value: string): number => z.coerce.number().int().positive().parse(value.split(" ")[1]);

/** Null: everybody. */
const personIn = ({ value }: Click): UserId | null => UserId.safeParse(value).data ?? null;

async function opened(bot: Bot, { trigger, user }: Click, form: Form): Promise<null> {
  await openForm(bot, trigger, user, form);
  return null;
}

function sendTyped(bot: Bot, { user, trigger, value, place }: Click): Promise<Message | null> {
  return sendLine(bot, { user, trigger, text: value, channel: place?.channel ?? "" });
}

async function turnPage(bot: Bot, { user, value }: Click): Promise<Message | null> {
  const asked = readListValue(value);
  return asked && drawList(bot, user, asked);
}

async function doDeed(bot: Bot, click: Click, deed: ButtonAction): Promise<Message | null> {
  const id = idIn(click);
  const request = await readIfStrange(bot, id, click);
  if (request) return disown(bot, click, request);
  try {
    const done = await deed(bot, id, click);
    return "blocks" in done ? done : await answerDone(bot, click, done);
  } catch (error) {
    // Somebody else was quicker: the message is drawn anew, and only this person is told.
    if (error instanceof Refused) await bot.queue.schedule("messages", id).catch(() => {});
    throw error;
  }
}

/** Answers the presser in place of a notification: the token is hidden, or a request that was never granted is withdrawn. */
async function answerDone(
  bot: Bot,
  { action, user, isEphemeral }: Click,
  request: Request,
): Promise<Message | null> {
  if (action === "hide") return drawMessage(await contextFor(bot, user), request, "hidden");
  if (action !== "withdraw" || !isEphemeral) return null;
  const face = request.requester === user ? "receipt" : "asker";
  return drawMessage(await contextFor(bot, user), request, face);
}

/** A message that was posted a moment ago may not be noted yet. */
const NOTED_WITHIN = SECOND;

/** The request, when its record does not know the message that was pressed; null when it does. */
async function readIfStrange(bot: Bot, id: RequestId, click: Click): Promise<Request | null> {
  const isOwnAnswer = click.isEphemeral || click.view !== null;
  if (isOwnAnswer && FROM_ANYWHERE.includes(click.action)) return null;
  const first = await findPlace(bot, id, click);
  if (first === null || click.place === null) return first;
  await bot.clock.sleep(NOTED_WITHIN, bot.stopping);
  return findPlace(bot, id, click);
}

async function findPlace(bot: Bot, id: RequestId, { place }: Click): Promise<Request | null> {
  const { request, shown } = await bot.store.readShown(id);
  if (request === null) throw new Refused("unknown-request", { id });
  if (request === UNREADABLE) throw new Refused("unreadable-request", { id });
  const isKnown = [...shown.values()].some(
    ({ channel, ts }) => channel === place?.channel && ts === place.ts,
  );
  return isKnown ? null : request;
}

/** A copy whose answer was lost, or a forgery: it goes, and the answer says how the request really is. */
async function disown(
  bot: Bot,
  { place, isEphemeral, user, action }: Click,
  request: Request,
): Promise<Message> {
  bot.log.warn(
    { id: request.id, user, action, place },
    "a message that its record does not know was clicked, and deleted",
  );
  noteAttempt(bot, user, "unknown-message", request.id);
  const context = await contextFor(bot, user);
  if (place && !isEphemeral)
    await bot.slack.remove(place).catch((error: unknown) => {
      if (!(error instanceof SlackRefusal)) throw error;
      return bot.slack.update(place, drawEmptied(context));
    });
  return withoutButtons(drawMessage(context, request, "card"));
}

/** A token a click, in a view that only its reader sees. */
async function reveal(bot: Bot, click: Click): Promise<null> {
  const context = await contextFor(bot, click.user);
  const view = await bot.slack.openView(
    click.trigger,
    answerView(context, sentence(wordsFor(context.locale).commands.makingToken)),
  );
  const shown = await revealToken(bot, idIn(click), click.user).then(
    ({ request, minted }) => drawTokenView(context, request, minted.token, minted.expiresAt),
    (error: unknown) => explainError(bot, click.user, error),
  );
  await bot.slack.updateView(view.id, answerView(context, shown));
  return null;
}

/** The same once more, to be changed and sent by the form. */
async function askAgain(bot: Bot, click: Click): Promise<null> {
  const id = idIn(click);
  const request = await readRequest(bot, id);
  if (request.requester !== click.user && request.askedBy !== click.user)
    throw new Refused("not-yours", { id });
  const { requester, role, duration, reason } = request;
  const prefill = { forUser: requester === click.user ? null : requester, role, duration, reason };
  return opened(bot, click, { kind: "request", prefill });
}
