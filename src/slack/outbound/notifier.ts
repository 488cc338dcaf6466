/** Messages in Slack as projections of the record: cards and alerts in the channel, the rest in the requester's DM. */
import type { WebClient } from "@slack/web-api";
import { replacedOf } from "../../domain/left-tokens.ts";
import { isFinal } from "../../domain/lifecycle.ts";
import {
  isShared,
  kindOf,
  type MessageKey,
  type MessageKind,
  readerOf,
  type Shows,
} from "../../domain/message-key.ts";
import type { Locale, Person } from "../../domain/person.ts";
import {
  type AccessRequest,
  GrantFailed,
  type Log,
  type Notifier,
  type Place,
  SlackBusy,
} from "../../flow/ports.ts";
import { drawMessage, drawToken, type Message, outOfDateMessage, type ViewContext } from "../views/index.ts";
import { calm, isFinalRefusal, isOfAnyCall, retryAfter, type SlackClients, slackError } from "./client.ts";
import { type DmOptions, dmWith, forgetDm, latestIn } from "./dm.ts";
import type { Urgency } from "./limits.ts";
import { marked } from "./mark.ts";
import { throwOpening, throwPostTrouble, throwTrouble } from "./trouble.ts";
import { fewWhileAway } from "./while-away.ts";

export interface NotifierOptions extends DmOptions {
  slack: Pick<SlackClients, "to" | "reserved" | "reserve" | "lineUp" | "oneTry">;
  /** Of what stands in the approvals channels. */
  language: Locale;
  context(locale: Locale): ViewContext;
  log: Log;
}

export function createNotifier(options: NotifierOptions): Notifier {
  const { slack, language, context, log } = options;
  const takingOff = fewWhileAway("take-off", options);
  const draw = (r: AccessRequest, key: MessageKey, shows: Shows, first: boolean): Message =>
    marked(
      drawMessage(
        r,
        key,
        shows,
        context(readerOf(key) === "channel" ? language : personOf(r, key).locale),
        first,
      ),
      first ? markOf(r, key) : drawnMarkOf(r, key),
    );

  return {
    async post(r, key, shows, room) {
      const client = room?.use("post") ? slack.reserved : slack.to(urgencyOf(r, key));
      const where = isShared(key) ? channelOf(context(language), r) : await dmOf(options, r, key);
      try {
        const ts = await send(client, where, draw(r, key, shows, true), threadOf(r, key));
        return { channel: where, ts };
      } catch (error) {
        if (slackError(error) === "channel_not_found" && !isShared(key))
          await forgetDm(options, personOf(r, key).id);
        return throwPostTrouble(error);
      }
    },

    async findPost(r, key) {
      if (isShared(key)) return "unknown";
      const latest = await latestIn(options, slack.to(urgencyOf(r, key)), personOf(r, key).id).catch(
        throwOpening,
      );
      if (!latest) return "absent";
      // The newest in the DM was there before, perhaps as the same kind: nothing came after it.
      if ([...Object.values(r.messages), ...replacedOf(r)].some(({ ts }) => ts === latest.ts))
        return "absent";
      return latest.mark === markOf(r, key) ? { channel: latest.channel, ts: latest.ts } : "unknown";
    },

    async redraw(r, key, shows, { channel, ts }) {
      try {
        await slack.to(key === "card" || key === "review" ? "cards" : "tidying").chat.update({
          ...{ channel, ts },
          ...draw(r, key, shows, false),
        });
        return "done";
      } catch (error) {
        const code = slackError(error);
        if (!code || !isFinalRefusal(code)) return throwTrouble(error);
        if (code !== "message_not_found")
          log.warn({ id: r.id, key, shows, slack: code }, "Slack does not let this message be redrawn");
        return "gone";
      }
    },

    async roomForToken(r) {
      // First of all: else room kept for the edit would be given back while the DM waits for its turn.
      const dm = await dmOf(options, r, "token").catch(async (error) => {
        // Whatever else it is, the post meets it again, and says so.
        if (!(error instanceof SlackBusy)) return undefined;
        // What is less urgent would take what the edit needs as soon as the DM is open.
        await slack.lineUp({ method: METHODS.edit }, "show", markOf(r, "token"), error.retryAfterMs);
        throw error;
      });
      const calls = [{ method: METHODS.edit }, ...(dm ? [{ method: METHODS.post, where: dm }] : [])];
      const reserved = await slack.reserve(calls, "show", markOf(r, "token"));
      return {
        use: (what) => reserved.use(METHODS[what]),
        [Symbol.asyncDispose]: () => reserved[Symbol.asyncDispose](),
      };
    },

    async showToken(r, { channel, ts }, token, room) {
      const message = marked(
        drawToken(r, token.reveal(), context(r.requester.locale)),
        drawnMarkOf(r, "token"),
      );
      const client = room?.use("edit") ? slack.reserved : slack.to("show");
      await client.chat.update({ channel, ts, ...message }).catch(neverShown);
    },

    async remove(r, key, at) {
      const { edit, erase } = waysOff(slack.to("tidying"), at, () => draw(r, key, "gone", false));
      const outcome = await eitherWay([erase, edit], "refused");
      if (typeof outcome !== "string")
        log.warn({ id: r.id, key, slack: outcome.refused }, "Slack lets nobody delete or edit this message");
    },

    async takeTokenOff(r, shows, at, how) {
      const { edit, erase } = waysOff(slack.to("take-off"), at, () => draw(r, "token", shows, false));
      if (how === "delete") return takingOff(() => eitherWay([erase, edit], "refused"));
      return takingOff(inTurn(edit, erase, how));
    },

    async eraseToken({ id, locale }, at) {
      const instead = () => marked(outOfDateMessage(id, context(locale)), drawnMarkOf({ id }, "token"));
      const { edit, erase } = waysOff(slack.to("take-off"), at, instead);
      return takingOff(inTurn(edit, erase, "either"));
    },
  };
}

const METHODS = { post: "chat.postMessage", edit: "chat.update" };

/** How soon a new message must be there. */
const POSTED: Record<MessageKind, Urgency> = {
  card: "cards",
  review: "trouble",
  waiting: "cards",
  scheduled: "cards",
  token: "show",
  // Never posted: it is what is left of a token's message.
  delay: "tidying",
  notice: "trouble",
  unproven: "trouble",
  alert: "trouble",
  leak: "trouble",
  lost: "trouble",
  left: "trouble",
  reminder: "cards",
  idle: "cards",
  nudge: "cards",
  asker: "cards",
  outcome: "cards",
  fallback: "cards",
  use: "tidying",
};

/** That access ended when it was to end has no hurry; any other end, and a no, reaches whoever asked as soon as the requester. */
function urgencyOf(r: AccessRequest, key: MessageKey): Urgency {
  const kind = kindOf(key);
  if (kind !== "notice" && kind !== "outcome") return POSTED[kind];
  if ("end" in r) return r.end.cause === "expired" ? "cards" : POSTED.notice;
  return isFinal(r) ? POSTED.notice : POSTED[kind];
}

async function send(
  client: WebClient,
  where: string,
  message: Message,
  thread: Thread | undefined,
): Promise<string> {
  const args = { channel: where, ...message, ...calm };
  if (!thread) return (await client.chat.postMessage(args)).ts ?? "";
  try {
    return (await client.chat.postMessage({ ...args, ...thread })).ts ?? "";
  } catch (error) {
    if (slackError(error) !== "thread_not_found") throw error;
    return send(client, where, message, undefined);
  }
}

interface Way {
  done: "edited" | "deleted";
  work(): Promise<unknown>;
}

/** What stands there is made to be no more what it was. */
function waysOff(
  client: WebClient,
  { channel, ts }: Place,
  instead: () => Message,
): Record<"edit" | "erase", Way> {
  return {
    edit: { done: "edited", work: () => client.chat.update({ channel, ts, ...instead() }) },
    erase: { done: "deleted", work: () => client.chat.delete({ channel, ts }) },
  };
}

/** While Slack is away for long, now the edit and now the deletion shows when it is back: both together have more room. */
function inTurn(edit: Way, erase: Way, how: "edit" | "either") {
  return (failed: number) => {
    const isEdit = failed < 2 ? how === "edit" : failed % 2 === 0;
    return eitherWay(isEdit ? [edit, erase] : [erase, edit], failed === 0 ? "not done" : "no room");
  };
}

/** When the second is tried, too: where Slack refuses the first for good; or has no room for it now; or says that it did not do it. */
type Else = "refused" | "no room" | "not done";

/** The first that Slack takes. Throws when one may still be taken later. */
async function eitherWay(ways: readonly Way[], orElse: Else): Promise<Way["done"] | { refused: string }> {
  const failures: unknown[] = [];
  for (const { done, work } of ways) {
    try {
      await work();
      return done;
    } catch (error) {
      const slack = slackError(error);
      if (slack === "message_not_found") return "deleted";
      failures.push(error);
      const isRefused = isFinalRefusal(slack ?? "") || (orElse === "not done" && slack !== null);
      const hasNoRoom = orElse !== "refused" && retryAfter(error) !== null;
      if (!isRefused && !hasNoRoom) break;
    }
  }
  const passing = failures.filter((error) => !isFinalRefusal(slackError(error) ?? ""));
  const away = passing.find(isNoAnswer);
  if (passing.length > 0) return throwTrouble(away ?? soonest(passing) ?? passing[0]);
  return { refused: failures.map(slackError).join(", ") };
}

/** It is tried again soon, by few. */
const isNoAnswer = (error: unknown): boolean =>
  retryAfter(error) === null && (slackError(error) === null || isOfAnyCall(error));

/** Of two limits the one that ends first. */
const soonest = (failures: unknown[]): unknown =>
  failures
    .filter((error) => retryAfter(error) !== null)
    .sort((a, b) => (retryAfter(a) ?? 0) - (retryAfter(b) ?? 0))[0];

/** A message that nobody can edit any more never shows its token: the grant is taken back. */
function neverShown(error: unknown): never {
  const code = slackError(error);
  if (code && isFinalRefusal(code)) throw new GrantFailed("dm-closed", `Slack says ${code}`);
  throwTrouble(error);
}

const markOf = ({ id }: Pick<AccessRequest, "id">, key: MessageKey): string => `${id}:${key}`;

/** A token's message that was drawn over had a place: it is no post whose answer was lost, though Slack keeps it and the record does not. */
const drawnMarkOf = (r: Pick<AccessRequest, "id">, key: MessageKey): string =>
  key === "token" ? `${markOf(r, key)}:drawn` : markOf(r, key);

/** What belongs to a card stands where that does, wherever its role is approved by now. */
const channelOf = (ctx: ViewContext, { messages: { card, review }, role }: AccessRequest): string =>
  [card, review].find((sent) => sent?.ts)?.channel ?? ctx.channel(role);

/** In whose DM it stands. */
const personOf = ({ requester, askedBy }: AccessRequest, key: MessageKey): Person =>
  readerOf(key) === "asker" && askedBy ? askedBy : requester;

/** Any message to the same person already stands in their DM. */
async function dmOf(options: NotifierOptions, r: AccessRequest, key: MessageKey): Promise<string> {
  const known = Object.entries(r.messages).find(
    ([other, { channel }]) => readerOf(other as MessageKey) === readerOf(key) && channel !== "",
  );
  if (known) return known[1].channel;
  try {
    return await dmWith(options, options.slack.to("show"), personOf(r, key).id, true);
  } catch (error) {
    return throwOpening(error);
  }
}

const BELOW_CARD: readonly MessageKind[] = ["alert", "leak", "lost", "left", "nudge", "fallback", "use"];
/** Seen in the channel all the same. */
const BROADCAST: readonly MessageKind[] = ["alert", "leak", "lost", "left"];

/** What belongs to its card stands below it. */
function threadOf(r: AccessRequest, key: MessageKey): Thread | undefined {
  const card = r.messages.card?.ts ?? r.messages.review?.ts;
  if (!card || !BELOW_CARD.includes(kindOf(key))) return undefined;
  return { thread_ts: card, reply_broadcast: BROADCAST.includes(kindOf(key)) };
}

interface Thread {
  thread_ts: string;
  reply_broadcast: boolean;
}
