/** From what a flow returned or threw to a message in the reader's own language. */
import type { UserId } from "../../domain/ids.ts";
import type { Locale } from "../../domain/person.ts";
import { type Refusal, Refused } from "../../domain/refusal.ts";
import { ListsBehind, type Log, SlackBusy, StoreDown, StoreUnsure, Unreadable } from "../../flow/ports.ts";
import { retryAfter } from "../outbound/client.ts";
import { type Message, refusedReply, unforeseenReply, type ViewContext } from "../views/index.ts";
import type { HandlerContext } from "./context.ts";

/** A message still to be put into a language. */
export type Reply = (ctx: ViewContext) => Message;

/** The refusal a person is told for this error; null for what nobody foresaw. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refused) return error.refusal;
  if (error instanceof Unreadable) return { kind: "unreadable", id: error.id };
  if (error instanceof ListsBehind) return { kind: "lists-behind" };
  if (error instanceof SlackBusy) return { kind: "look-up-failed" };
  if (retryAfter(error) !== null) return { kind: "slack-busy" };
  if (error instanceof StoreDown) return { kind: "store-down" };
  return error instanceof StoreUnsure ? { kind: "unsure" } : null;
}

/** One calm sentence; the log has the rest. */
export function errorReply(log: Log, error: unknown, id?: string): Reply {
  const refusal = knownRefusal(log, error, id);
  return (ctx) => (refusal ? refusedReply(refusal, ctx) : unforeseenReply(id, ctx));
}

/** What a person is told; null for what nobody foresaw. Whatever is no plain refusal is logged. */
export function knownRefusal(log: Log, error: unknown, id?: string): Refusal | null {
  const refusal = refusalOf(error);
  if (!(error instanceof Refused)) {
    const level = refusal ? "warn" : "error";
    log[level](
      { ...(id ? { id } : {}), err: error },
      "a command or a click could not be answered as it should",
    );
  }
  return refusal;
}

/** Never rejects. */
export async function replyOf<T>(log: Log, work: () => Promise<T>): Promise<T | Reply> {
  try {
    return await work();
  } catch (error) {
    return errorReply(log, error);
  }
}

/** Never rejects: who cannot be looked up, or is not to be, is answered in the configured language. */
export async function localeOf(
  { people, language, log }: HandlerContext,
  user: UserId,
  mayAsk = true,
): Promise<Locale> {
  const known = people.known(user) ?? (await people.recallPerson(user));
  if (known) return known.locale;
  if (!mayAsk) return language;
  try {
    // What they ask for has them looked up as well; in a crowd, what is left is for those who asked before.
    return (await people.person(user, "ask")).locale;
  } catch (error) {
    log.warn({ who: user, err: error }, "could not look up a language");
    return language;
  }
}

/** Never throws: a message that cannot be drawn becomes the one sentence. */
export function render(
  { viewContext, log }: HandlerContext,
  { locale, reader }: { locale: Locale; reader: UserId },
  words: Reply,
): Message {
  const ctx = { ...viewContext(locale), reader };
  try {
    return words(ctx);
  } catch (error) {
    log.error({ err: error }, "a message could not be drawn");
    return unforeseenReply(undefined, ctx);
  }
}
