/**
 * Lists: status, pending, active, history, and the story of one request. Each shows only what its reader may see, ten at
 * a time, and reads no more than that of what others hold.
 */

import type { KnownBlock } from "@slack/types";
import { z } from "zod";
import { readRequest } from "../actions/read.ts";
import type { Bot } from "../bot.ts";
import { readUse } from "../life/use.ts";
import { allGroups, isAdmin, mayReview, mayRevoke } from "../policy/approvers.ts";
import { approversFor, channelFor, roleNamed } from "../policy/roles.ts";
import { RequestId, UserId } from "../request/ids.ts";
import { type Groups, isAmong } from "../request/people.ts";
import { isRemindable, mayHoldAccess, type Request } from "../request/record.ts";
import { Refused } from "../request/refused.ts";
import { actions, compose, quote, section, context as smallPrint } from "../slack/messages/blocks.ts";
import { labelledButton, openKarpor, requestButton, type Verb } from "../slack/messages/buttons.ts";
import type { DrawContext } from "../slack/messages/facts.ts";
import { usageLine } from "../slack/messages/use.ts";
import type { Message } from "../slack/slack.ts";
import { mentionUser, moment, plainWords } from "../slack/text/format.ts";
import { wordsFor } from "../slack/text/index.ts";
import { GRANTED, openFor, requestsFor, UNREVIEWED, WAITING } from "../store/indexes.ts";
import { contextFor, sentence } from "./answers.ts";
import { ownLine, requestLine } from "./lines.ts";
import { drawStory } from "./story.ts";

/** `page` is counted from 0; `id` is for show, `person` for the history of somebody else. */
export const ListAsked = z.object({
  kind: z.enum(["status", "pending", "active", "history", "show"]),
  page: z.int().min(0),
  id: RequestId.optional(),
  person: UserId.optional(),
});
export type ListAsked = z.infer<typeof ListAsked>;

/** The `action_id` of the buttons under a list; their value is read with readListValue. */
export const LIST_ACTIONS = ["newer", "older"] as const;

/** Null when it is none of ours. */
export function readListValue(value: string): ListAsked | null {
  try {
    return ListAsked.parse(JSON.parse(value));
  } catch {
    return null;
  }
}

interface Reading extends DrawContext {
  bot: Bot;
  user: UserId;
  asked: ListAsked;
}

/** Throws Refused, StoreAway, SlackAway. */
export async function drawList(bot: Bot, user: UserId, asked: ListAsked): Promise<Message> {
  return LISTS[asked.kind]({ bot, user, asked, ...(await contextFor(bot, user)) });
}

const LISTS: Record<ListAsked["kind"], (reading: Reading) => Promise<Message>> = {
  status: drawStatus,
  pending: drawPending,
  active: drawActive,
  history: drawHistory,
  show: drawShow,
};

const PAGE = 10;
/** Counts for one person alone: others may ask for them as often as they like. */
const MOST_OPEN = 200;

/** Access and its more time are one line. */
async function drawStatus(reading: Reading): Promise<Message> {
  const open = await reading.bot.store.page(openFor(reading.user), { count: MOST_OPEN, latest: true });
  const chains = Map.groupBy(open, ({ id, follows }) => follows ?? id);
  const lines = slicePage([...chains.values()], reading).map((chain) => drawChain(reading, chain));
  return drawPage(reading, await Promise.all(lines));
}

async function drawChain(reading: Reading, chain: Request[]): Promise<KnownBlock[]> {
  const held = chain.filter(mayHoldAccess).sort((a, b) => (b.endsAt ?? 0) - (a.endsAt ?? 0))[0];
  const waiting = chain.find((one) => !mayHoldAccess(one));
  const shown = [held, waiting].filter((one) => one !== undefined);
  const mayRemind = waiting !== undefined && isRemindable(waiting, reading.bot.clock.now());
  const verbs: [Request | undefined, Verb[]][] = [
    [held?.state === "active" ? held : undefined, waiting ? ["end"] : ["end", "more"]],
    [waiting, mayRemind ? ["withdraw", "remind"] : ["withdraw"]],
  ];
  const use = held?.state === "active" ? await readUse(reading.bot, held.id) : null;
  const buttons = verbs.flatMap(([one, offered]) =>
    one ? offered.map((verb) => requestButton(reading, one, verb)) : [],
  );
  if (held?.state === "active" && reading.config.hub.gateway)
    buttons.unshift(openKarpor(reading, held), requestButton(reading, held, "reveal"));
  return [
    ...section(shown.map((one) => ownLine(reading, one)).join("\n")),
    ...smallPrint(use ? usageLine(use, reading.locale) : "", ...shown.map(({ id }) => id)),
    ...actions(...buttons),
  ];
}

/** Lists the requests that this person may decide. They decide on the card, never here. */
async function drawPending(reading: Reading): Promise<Message> {
  const { bot, user, asked } = reading;
  const groups = await lookUpGroups(bot);
  const needed = (asked.page + 1) * PAGE + 1;
  const reviews = await collect(bot, UNREVIEWED, needed, (one) => mayReview(bot.config, one, user, groups));
  const requests = approvesAnything(bot, user, groups)
    ? await collect(bot, WAITING, needed, (one) => mayDecide(bot, one, user, groups))
    : [];
  const lines = slicePage([...reviews, ...requests], reading).map((one) => drawOpenRequest(reading, one));
  return drawPage(reading, await Promise.all(lines));
}

async function drawOpenRequest(reading: Reading, request: Request): Promise<KnownBlock[]> {
  const { lists, messages } = wordsFor(reading.locale);
  const isWaiting = request.state === "waiting";
  const channel = `<#${channelFor(reading.config, request.role)}>`;
  const card = await cardLink(reading, request);
  const where = isWaiting
    ? [messages.about.expires(moment(request.lapsesAt)), lists.approveOnCard(card, channel)]
    : [card];
  return [
    ...section(requestLine(reading, request)),
    ...quote(request.reason),
    ...smallPrint(...where, request.id),
    ...actions(requestButton(reading, request, isWaiting ? "deny" : "review")),
  ];
}

/** The word alone where no card is known. */
async function cardLink({ bot, locale }: Reading, { id }: Request): Promise<string> {
  const { card } = wordsFor(locale).lists;
  const place = await bot.store.readPlace(id, "card");
  return place ? `<${await bot.slack.messageLink(place)}|${card}>` : card;
}

async function drawActive(reading: Reading): Promise<Message> {
  const { bot, user, asked } = reading;
  const groups = await lookUpGroups(bot);
  if (!isAdmin(bot.config, user, groups) && !approvesAnything(bot, user, groups)) return notShown(reading);
  const granted = await bot.store.page(GRANTED, { from: asked.page * PAGE, count: PAGE + 1 });
  const lines = granted.map(async (one) => [
    ...section(requestLine(reading, one)),
    ...smallPrint(await cardLink(reading, one), one.id),
    ...actions(...(mayRevoke(bot.config, one, user, groups) ? [requestButton(reading, one, "revoke")] : [])),
  ]);
  return drawPage(reading, await Promise.all(lines));
}

async function drawHistory(reading: Reading): Promise<Message> {
  const { bot, user, asked } = reading;
  const { person = user } = asked;
  if (person !== user && !isAdmin(bot.config, user, await lookUpGroups(bot))) return notShown(reading);
  const from = asked.page * PAGE;
  const requests = await bot.store.page(requestsFor(person), { from, count: PAGE + 1, latest: true });
  const draw = person === user ? ownLine : requestLine;
  const lines = requests.map((one) => [...section(draw(reading, one)), ...smallPrint(one.id)]);
  return drawPage(reading, lines);
}

async function drawShow(reading: Reading): Promise<Message> {
  const { bot, user, asked } = reading;
  if (!asked.id) throw new Refused("unknown-request", { id: "" });
  const request = await readRequest(bot, asked.id);
  if (!(await maySee(bot, request, user))) return notShown(reading);
  return drawStory({ ...reading, use: await readUse(bot, request.id) }, request);
}

async function maySee(bot: Bot, request: Request, user: UserId): Promise<boolean> {
  if (request.requester === user || request.askedBy === user) return true;
  const groups = await lookUpGroups(bot);
  return mayRevoke(bot.config, request, user, groups) || mayReview(bot.config, request, user, groups);
}

const lookUpGroups = (bot: Bot): Promise<Groups> => bot.slack.groups(allGroups(bot.config));

function mayDecide({ config }: Bot, request: Request, user: UserId, groups: Groups): boolean {
  const role = roleNamed(config, request.role);
  const isParty = request.requester === user || request.askedBy === user;
  return role !== null && !isParty && isAmong(approversFor(role, request.fallback), user, groups);
}

const approvesAnything = ({ config }: Bot, user: UserId, groups: Groups): boolean =>
  Object.values(config.roles).some((role) => isAmong(approversFor(role, true), user, groups));

const LIST_READ_AT_ONCE = 50;

/** Reads an index until so many of it match. */
async function collect(
  bot: Bot,
  index: string,
  needed: number,
  matches: (request: Request) => boolean,
): Promise<Request[]> {
  const found: Request[] = [];
  const total = await bot.store.count(index);
  for (let from = 0; from < total && found.length < needed; from += LIST_READ_AT_ONCE)
    found.push(...(await bot.store.page(index, { from, count: LIST_READ_AT_ONCE })).filter(matches));
  return found;
}

/** One more than a page: there is an older one then. */
const slicePage = <T>(all: T[], { asked }: Reading): T[] =>
  all.slice(asked.page * PAGE, (asked.page + 1) * PAGE + 1);

function drawPage(reading: Reading, lines: KnownBlock[][]): Message {
  const { asked, locale, user } = reading;
  const { lists } = wordsFor(locale);
  const { kind, page, person = user } = asked;
  if (kind === "show") throw new Error("the story of one request has no pages");
  const head =
    kind === "history" && person !== user ? lists.historyFor(mentionUser(person)) : lists[kind].head;
  const title = lines.length === 0 ? lists[kind].none : head;
  const pageButton = (to: (typeof LIST_ACTIONS)[number], turned: number) =>
    labelledButton(to, lists[to], {
      value: JSON.stringify({ ...asked, page: turned }),
      about: plainWords(title).replace(/[:：]$/, ""),
    });
  const buttons = [
    ...(page > 0 ? [pageButton("newer", page - 1)] : []),
    ...(lines.length > PAGE ? [pageButton("older", page + 1)] : []),
  ];
  return compose(plainWords(title), title, [...lines.slice(0, PAGE).flat(), ...actions(...buttons)]);
}

const notShown = ({ locale }: DrawContext): Message => sentence(wordsFor(locale).lists.notShown);
