/** The slash command: its text goes to an action, a list or a form, and only the person who typed it reads the answer. */
import { z } from "zod";
import { askForAccess } from "../actions/ask.ts";
import { endAccess, revokeAccess, revokeAll } from "../actions/end.ts";
import { lockDown, unlock } from "../actions/lockdown.ts";
import { askForMoreTime } from "../actions/more-time.ts";
import type { Bot } from "../bot.ts";
import { HOUR } from "../request/durations.ts";
import { UserId } from "../request/ids.ts";
import type { Request } from "../request/record.ts";
import { REFUSALS, Refused } from "../request/refused.ts";
import { compose } from "../slack/messages/blocks.ts";
import type { Message } from "../slack/slack.ts";
import { code, mentionUser, plainWords } from "../slack/text/format.ts";
import { wordsFor } from "../slack/text/index.ts";
import { openFor } from "../store/indexes.ts";
import { answerAsked } from "./answer-asked.ts";
import { answerWithin, contextFor, ephemeral, sentence } from "./answers.ts";
import { openForm, type Prefill } from "./forms/index.ts";
import { needsForm } from "./forms/request.ts";
import { type AskCommand, type Command, correctedLine, isRequestLine, parseCommand } from "./grammar.ts";
import { drawHelp } from "./help.ts";
import { drawList } from "./lists.ts";
import { assertNotLockedOut, isOpenToAll } from "./locked-out.ts";
import { answerRevoked, offerLockdown } from "./offer-lockdown.ts";
import { drawEnrolment } from "./passkey/confirm.ts";
import { startTime } from "./times.ts";

const SlashCommand = z
  .object({
    text: z.string().default(""),
    user_id: UserId,
    channel_id: z.string(),
    trigger_id: z.string().min(1),
  })
  .transform((sent) => ({
    text: sent.text,
    user: sent.user_id,
    channel: sent.channel_id,
    trigger: sent.trigger_id,
  }));
type Typed = z.infer<typeof SlashCommand>;

type Ephemeral = ReturnType<typeof ephemeral>;

export interface CommandArgs {
  body: unknown;
  ack(answer?: Ephemeral): Promise<void>;
  respond(answer: Ephemeral): Promise<unknown>;
}

export async function handleCommand(bot: Bot, { body, ack, respond }: CommandArgs): Promise<void> {
  const typed = SlashCommand.parse(body);
  const reply = {
    user: typed.user,
    ack: (answer: Message | null) => ack(...(answer ? [ephemeral(answer)] : [])),
    later: (answer: Message) => respond(ephemeral(answer)),
  };
  await answerWithin(bot, reply, () => runLine(bot, typed));
}

async function runLine(bot: Bot, typed: Typed): Promise<Message | null> {
  try {
    if (typed.text.trim() === "") {
      await assertNotLockedOut(bot, typed.user);
      return await openRequestForm(bot, typed, {});
    }
    const command = parseCommand(typed.text);
    if (!isOpenToAll(command)) await assertNotLockedOut(bot, typed.user);
    return await runCommand(bot, typed, command);
  } catch (error) {
    throw withLine(bot, typed, error);
  }
}

const LONGEST_VALUE = 2000;

/** The line is offered once more: to be changed in the form, and where it could be put right, to be sent by a button. */
function withLine(bot: Bot, { text, user }: Typed, error: unknown): unknown {
  if (!(error instanceof Refused)) return error;
  const { code, data } = error.note;
  // An id that was typed may be wrong; behind a button the record is lost.
  if (code === "unknown-request") return new Refused(code, { typed: data.id ?? "" });
  if (REFUSALS[code].again !== "edit" || !isRequestLine(text)) return error;
  const longest = code === "too-long" ? Number(data.max) : null;
  const nearest = correctedLine(text, longest, bot.config, bot.clock.now());
  const line = (nearest ?? text).slice(0, LONGEST_VALUE);
  const signed = nearest === null ? "" : bot.store.signer.sign(placeForLine(user), nearest);
  const isSendable = signed !== "" && signed.length <= LONGEST_VALUE;
  return new Refused(code, {
    ...data,
    ...(nearest ? { nearest } : {}),
    line,
    ...(isSendable ? { signed } : {}),
  });
}

/** A line is signed for who typed it. */
const placeForLine = (user: UserId): string => `line:${user}`;

/** Behind *Send that*: checked like any other line. */
export async function sendLine(bot: Bot, typed: Typed): Promise<Message | null> {
  const line = bot.store.signer.open(placeForLine(typed.user), typed.text);
  if (line === null) throw new Refused("not-yours");
  return runLine(bot, { ...typed, text: line });
}

async function runCommand(bot: Bot, typed: Typed, command: Command): Promise<Message | null> {
  const { user } = typed;
  switch (command.kind) {
    case "ask":
      return ask(bot, typed, command);
    case "more":
      return askForMore(bot, typed, command);
    case "end":
      return end(bot, user, command);
    case "revoke":
      return revoke(bot, typed, command);
    case "revoke-all":
      return revokeEach(bot, user, command);
    case "lockdown-form":
      await openForm(bot, typed.trigger, user, {
        kind: "lockdown",
        user: command.person,
        reason: command.reason,
      });
      return null;
    case "lockdown":
    case "unlock":
      return setLockdown(bot, user, command);
    case "passkey":
      return drawEnrolment(bot, user);
    default:
      return drawWhatItReads(bot, user, command);
  }
}

const READS = ["status", "pending", "active", "history", "show", "help"] as const;
type ReadCommand = Extract<Command, { kind: (typeof READS)[number] }>;
const isRead = (command: Command): command is ReadCommand => READS.some((kind) => kind === command.kind);

async function drawWhatItReads(bot: Bot, user: UserId, command: ReadCommand): Promise<Message> {
  switch (command.kind) {
    case "help":
      return drawHelp(await contextFor(bot, user));
    case "history":
      return drawList(bot, user, { kind: "history", page: 0, person: command.person ?? user });
    case "show":
      return drawList(bot, user, { kind: "show", page: 0, id: command.id });
    default:
      return drawList(bot, user, { kind: command.kind, page: 0 });
  }
}

/** A button with a line: what it asks for is only filled in, and what changes anything is not done at all. */
export async function openLine(bot: Bot, typed: Typed): Promise<Message | null> {
  const command = readLine(typed.text);
  if (command.kind === "ask") return openRequestForm(bot, typed, await prefillFrom(bot, typed.user, command));
  return drawWhatItReads(bot, typed.user, isRead(command) ? command : { kind: "help" });
}

/** A line that cannot be read becomes the form's reason, so that nothing typed is lost. */
function readLine(text: string): Command {
  try {
    return parseCommand(text);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return {
      kind: "ask",
      requester: null,
      role: null,
      duration: null,
      start: null,
      reason: text,
      emergency: false,
    };
  }
}

/** A line that ends too early opens the form, filled in as far as it goes. */
async function ask(bot: Bot, typed: Typed, command: AskCommand): Promise<Message | null> {
  const prefill = await prefillFrom(bot, typed.user, command);
  const { forUser, role, ...terms } = prefill;
  if (role === null || needsForm(bot, prefill)) return openRequestForm(bot, typed, prefill);
  const people = { askedBy: typed.user, requester: forUser ?? typed.user };
  const { id } = await askForAccess(bot, { source: typed.trigger, ...people, ...terms, role });
  return answerAsked(bot, typed, id);
}

/** A start is by the clock of who typed it. */
async function prefillFrom(bot: Bot, user: UserId, { kind: _, start, requester, ...command }: AskCommand) {
  const zone = start ? (await bot.slack.person(user, HOUR)).zone : "UTC";
  const startsAt = start && startTime(start, { now: bot.clock.now(), zone });
  return { ...command, forUser: requester, startsAt };
}

async function openRequestForm(bot: Bot, { trigger, user }: Typed, prefill: Prefill): Promise<null> {
  await openForm(bot, trigger, user, { kind: "request", prefill });
  return null;
}

type MoreCommand = Extract<Command, { kind: "more" }>;

async function askForMore(
  bot: Bot,
  typed: Typed,
  { id, role, duration, reason }: MoreCommand,
): Promise<Message | null> {
  const held = id ? [{ id }] : await readHeld(bot, typed.user, role);
  const [only] = held;
  if (!only) throw new Refused("not-active");
  if (held.length > 1) return askWhich(bot, typed.user);
  const more = { source: typed.trigger, by: typed.user, duration, reason };
  const { id: asked } = await askForMoreTime(bot, only.id, more);
  return answerAsked(bot, typed, asked);
}

/** Without a word the only access ends; of several none does. */
async function end(
  bot: Bot,
  user: UserId,
  { id, role }: Extract<Command, { kind: "end" }>,
): Promise<Message> {
  const held = id ? [{ id }] : await readHeld(bot, user, role);
  const [only] = held;
  if (!only) throw new Refused("not-active");
  if (held.length > 1) return askWhich(bot, user);
  await endAccess(bot, only.id, user);
  const { locale } = await contextFor(bot, user);
  return sentence(wordsFor(locale).commands.ending);
}

async function askWhich(bot: Bot, user: UserId): Promise<Message> {
  const { blocks } = await drawList(bot, user, { kind: "status", page: 0 });
  const { which } = wordsFor(await bot.slack.localeFor(user)).lists;
  return compose(plainWords(which), which, blocks.slice(1));
}

/** The access that somebody has now; of a chain only the last. */
async function readHeld(bot: Bot, user: UserId, role: string | null): Promise<Request[]> {
  const open = await bot.store.page(openFor(user), { count: 100 });
  return open.filter(
    (one) =>
      (one.state === "active" || one.state === "granting") &&
      one.prolongedBy === null &&
      (role === null || one.role === role),
  );
}

async function revoke(
  bot: Bot,
  { trigger, user: by }: Typed,
  { id, reason }: Extract<Command, { kind: "revoke" }>,
): Promise<Message | null> {
  if (reason === "") {
    await openForm(bot, trigger, by, { kind: "revoke", id });
    return null;
  }
  const request = await revokeAccess(bot, id, by, reason);
  if (request) return answerRevoked(bot, by, request);
  return sentence(wordsFor(await bot.slack.localeFor(by)).commands.unreadableEnded(code(id)));
}

/** Somebody whose access is revoked could ask again in the same second: a lockdown is offered. */
async function revokeEach(
  bot: Bot,
  by: UserId,
  command: Extract<Command, { kind: "revoke-all" }>,
): Promise<Message> {
  const { person, role, reason } = command;
  const count = await revokeAll(bot, person === null ? { role } : { user: person }, by, reason);
  const { locale } = await contextFor(bot, by);
  const done = wordsFor(locale).commands.revokedAll(count);
  return person === null ? sentence(done) : offerLockdown(bot, by, done, person);
}

async function setLockdown(
  bot: Bot,
  by: UserId,
  { kind, person, reason }: { kind: Command["kind"]; person: UserId | null; reason: string },
): Promise<Message> {
  const asked = { user: person, by, words: reason };
  await (kind === "lockdown" ? lockDown(bot, asked) : unlock(bot, asked));
  const { locale } = await contextFor(bot, by);
  const { lockedDown, unlocked } = wordsFor(locale).commands;
  return sentence((kind === "lockdown" ? lockedDown : unlocked)(mentionUser(person)));
}
