/** Which messages a record must have and what each shows: messages are projections of the record. Pure. */
import { isReviewOpen, isTaken } from "./break-glass.ts";
import { isRevealed, revealsOf } from "./delivery.ts";
import { MINUTE } from "./duration.ts";
import { asEnding, formerOf, leaksOf, overdueOf } from "./former.ts";
import { leftTokens, replacedOf, replacedToTry } from "./left-tokens.ts";
import { displayStatus, isFinal, isToldAtOnce, rowOf } from "./lifecycle.ts";
import {
  kindOf,
  type MessageKey,
  type MessageKind,
  numberOf,
  type Shown,
  type Shows,
} from "./message-key.ts";
import { toldOutage } from "./outage.ts";
import type { AccessRequest, In, Sent } from "./request.ts";

export interface Wanted {
  key: MessageKey;
  shows: Shows;
}

/** In `Sent.shows`: it stands, and nobody knows what it shows. */
export const UNKNOWN = "";

/** What the state asks for, and what was sent before, each with what it must show now; what is gone is deleted. */
export function wantedMessages(r: AccessRequest): Wanted[] {
  const keys = new Set<MessageKey>(isReviewOpen(r) ? ["review"] : []);
  for (const key of rowOf(r).messages(r)) if (isForSomebody(r, key)) keys.add(key);
  for (const { generation } of leaksOf(r)) keys.add(`leak:${generation}`);
  for (const { generation } of overdueOf(r)) keys.add(`lost:${generation}`);
  for (const key of forAsker(r)) keys.add(key);
  for (const { number } of leftTokens(r)) keys.add(`left:${number}`);
  for (const key of sentKeys(r)) keys.add(key);
  const wanted: Wanted[] = [];
  for (const key of keys) {
    const shows = SHOWS[kindOf(key)](r, key);
    if (shows !== null) wanted.push({ key, shows });
  }
  return wanted;
}

function isForSomebody(r: AccessRequest, key: MessageKey): boolean {
  if (key === "card") return r.approvers.length > 0 && !isTaken(r);
  return key !== "notice" || isTheirs(r);
}

/** Whoever asked for somebody else is told what becomes of it. */
const forAsker = (r: AccessRequest): MessageKey[] =>
  r.askedBy && r.state !== "requested" ? ["asker", "outcome"] : [];

/** What was refused before they heard of it, only whoever asked for them is told. */
const isTheirs = (r: AccessRequest): boolean =>
  r.state !== "refused" || !r.askedBy || r.messages.waiting !== undefined;

/** A kind that only another version of the bot knows is that version's to redraw. */
const sentKeys = ({ messages }: AccessRequest): MessageKey[] =>
  (Object.keys(messages) as MessageKey[]).filter((key) => Object.hasOwn(SHOWS, kindOf(key)));

/** Null: it stays as it is. */
const SHOWS: { [K in MessageKind]: (r: AccessRequest, key: MessageKey) => Shown[K] | null } = {
  card: (r) => {
    const status = displayStatus(r);
    // These last a moment where all goes well: nobody need see them.
    return status === "setting-up" || status === "removing" ? null : status;
  },
  review: (r) => {
    const status = displayStatus(r);
    // Told as soon as it is taken.
    if (status === "setting-up") return "active";
    return isReviewable(status) ? status : null;
  },
  waiting: (r) => {
    if (r.state === "pending") return waitingShows(r);
    if (r.state === "withdrawn") return hasPlace(r, "scheduled") ? "gone" : "withdrawn";
    if (r.state === "extending") return toldOutage(r) ? "outage" : null;
    // The fresh token of its grant came, and says so.
    if (r.state === "extended") return "gone";
    const stands = r.state === "active" || hasPlace(r, "token") || hasPlace(r, "notice");
    if (stands || hasPlace(r, "scheduled")) return "gone";
    return isSaid(r, "notice") || isSaid(r, "scheduled") ? displayStatus(r) : null;
  },
  scheduled: (r) => {
    if (r.state === "scheduled") return "open";
    if (r.state === "withdrawn") return r.messages.scheduled ? "withdrawn" : null;
    return r.state === "active" || hasPlace(r, "token") || hasPlace(r, "notice") ? "gone" : null;
  },
  token: (r) => {
    if (isTokenToCome(r)) return toldOutage(r) ? "outage" : "setting-up";
    if (r.state === "active") return isRevealed(r) ? "reveal" : r.hidden ? "hidden" : "shown";
    return r.state === "ending" || r.state === "ended" ? "gone" : null;
  },
  delay: () => "gone",
  notice: (r) => {
    if (r.state === "denied" || r.state === "timedOut") return r.state;
    if (r.state === "refused") return r.refusal.kind === "terms-changed" ? "closed" : "refused";
    if (r.state !== "ending" && r.state !== "ended") return null;
    const { cause } = r.end;
    if (r.state === "ended" && cause !== "failed") return r.use ? "used" : "ended";
    return isToldAtOnce(cause) ? cause : null;
  },
  unproven: (r) => {
    if (r.state !== "ended") return "open";
    return isSaid(r, "notice") ? "gone" : null;
  },
  alert: (r) => {
    if (r.state === "ending" && toldOutage(r)) return "unproven";
    if ("end" in r && r.end.cause === "failed") return "failed";
    return r.state === "ended" ? "proven" : "unproven";
  },
  leak: (r, key) => {
    const leak = leaksOf(r).find(({ generation }) => generation === numberOf(key));
    // What was proved long ago has left the record.
    if (!leak) return null;
    if (leak.verification) return "proven";
    return toldOutage(asEnding(leak)) || (r.state === "ending" && toldOutage(r)) ? "unproven" : "open";
  },
  lost: (r, key) => {
    const one = formerOf(r).find(({ generation }) => generation === numberOf(key));
    if (!one) return null;
    return one.verification ? "proven" : "unproven";
  },
  left: () => "open",
  reminder: (r, key) => {
    if (r.state !== "active") return isSaid(r, "notice") || hasPlace(r, "unproven") ? "gone" : null;
    const last = r.reminded.at(-1);
    // More time: it spoke of the end before.
    if (last === undefined) return "gone";
    const latest = `reminder:${last}` as const;
    if (key === latest) return "open";
    return hasPlace(r, latest) ? "gone" : null;
  },
  idle: (r, key) => {
    const asked = r.state === "active" ? r.idle?.asked : undefined;
    if (r.state !== "active" || asked?.at !== numberOf(key) || asked.was === "over") return "gone";
    if (asked.was === "open") return asked.release ? "release" : "open";
    // What came since says more.
    const last = r.reminded.at(-1);
    const isPast = last !== undefined && r.expiresAt - last > asked.at && hasPlace(r, `reminder:${last}`);
    return isPast || !hasPlace(r, key) ? "gone" : asked.was;
  },
  // Both are said once, and not taken back: nothing on them can be pressed.
  nudge: (r) => (r.state === "pending" && !r.messages.nudge?.ts ? "open" : null),
  fallback: (r) => (r.state === "pending" && !r.messages.fallback?.ts ? "open" : null),
  use: (r) => (r.state === "ended" && r.use && !r.messages.use?.ts ? "open" : null),
  asker: (r) => {
    if (r.state === "pending") return waitingShows(r);
    if (hasPlace(r, "outcome")) return "gone";
    if (r.state === "withdrawn") return r.messages.asker ? "withdrawn" : null;
    return isSaid(r, "outcome") ? displayStatus(r) : null;
  },
  outcome: (r) => {
    if (r.state === "refused" && r.refusal.kind !== "terms-changed") return "refused";
    const status = displayStatus(r);
    // That it was to begin later was said here.
    if (status === "withdrawn") return hasPlace(r, "outcome") ? status : null;
    if (status === null || status === "pending" || status === "extended") return null;
    return status === "setting-up" || status === "removing" ? null : status;
  },
};

const REVIEWABLE: readonly unknown[] = [
  "outage",
  "active",
  "revoked",
  "unproven",
  "failed",
  "ended",
] satisfies Shown["review"][];
const isReviewable = (status: unknown): status is Shown["review"] => REVIEWABLE.includes(status);
function waitingShows(r: In<"pending">): "not-delivered" | "pending" | "nudged" {
  if (r.messages.card?.refused) return "not-delivered";
  return r.nudgedAt === undefined ? "pending" : "nudged";
}

const hasPlace = ({ messages }: AccessRequest, key: MessageKey): boolean => (messages[key]?.ts ?? "") !== "";

/** It stands, or it will not come any more: Slack refuses it, or its answers were lost. */
export function isSaid(r: AccessRequest, key: MessageKey): boolean {
  const sent = r.messages[key];
  return hasPlace(r, key) || sent?.refused !== undefined || (sent?.unanswered?.posts ?? 0) >= POSTS_MAX;
}

/** A post whose answer was lost is repeated once: a third could only be one more copy. */
export const POSTS_MAX = 2;

/** What is missing or shows something older. Not the token's message: that one the request's lease guards. */
export const outdatedMessages = (r: AccessRequest): Wanted[] =>
  wantedMessages(r).filter(({ key, shows }) => key !== "token" && isOutdated(r, key, shows));

function isOutdated(r: AccessRequest, key: MessageKey, shows: Shows): boolean {
  const sent = r.messages[key];
  if (!sent) return shows !== "gone";
  // Until its key has left the record.
  if (shows === "gone") return true;
  if (sent.ts !== "") return isStale(r, sent, shows);
  // It has no place: nothing to redraw, and what is over need not be posted anew.
  if (isFinal(r) && !isAwaited(r, key) && (sent.refused || isPassing(key))) return false;
  return (sent.unanswered?.posts ?? 0) < POSTS_MAX;
}

const PASSING: readonly MessageKey[] = ["card", "review", "waiting", "scheduled", "asker"];
const isPassing = (key: MessageKey): boolean => PASSING.includes(key);

/** In the channel, and without it nobody could decide, or review. */
export const isAwaited = (r: AccessRequest, key: MessageKey): boolean =>
  (key === "card" && r.state === "pending") || (key === "review" && isReviewOpen(r));

const isStale = (r: AccessRequest, sent: Sent, shows: Shows): boolean =>
  sent.shows !== shows || sent.revision !== r.revision;

/** Mostly what was sent before is drawn by then, or will not be. */
const REDRAWN_AFTER_MS = MINUTE;

/** These, too, are drawn once more: a while after `now`. */
export const withRedraw = <K extends string>(
  redraw: { keys: readonly K[] } | undefined,
  edited: readonly K[],
  now: number,
): { at: number; keys: K[] } => ({
  at: now + REDRAWN_AFTER_MS,
  keys: [...new Set([...(redraw?.keys ?? []), ...edited])],
});

/**
 * An edit by whoever drew before may be under way, and come over what is drawn from now on: a while later that is drawn
 * once more. Null where none can be: what shows all that it must needed none. Not the token's, as above.
 */
export function redrawLater(r: AccessRequest, now: number): AccessRequest | null {
  const isDone = ({ key, shows }: Wanted) => shows === "gone" || !isOutdated(r, key, shows);
  const done = wantedMessages(r).filter(isDone);
  const edited = sentKeys(r).filter(
    (sent) => sent !== "token" && hasPlace(r, sent) && !done.some(({ key }) => key === sent),
  );
  return edited.length === 0 ? null : { ...r, redraw: withRedraw<string>(r.redraw, edited, now) };
}

/** To be drawn once more by now, whatever the record says they show; null where none is. */
export function toRedraw(r: AccessRequest, now: number): AccessRequest | null {
  const { redraw, ...known } = r;
  if (!redraw || now < redraw.at) return null;
  const again = Object.entries(r.messages).filter(([key, { ts }]) => redraw.keys.includes(key) && ts !== "");
  const unknown = again.map(([key, sent]) => [key, { ...sent, shows: UNKNOWN }]);
  return { ...known, messages: { ...r.messages, ...Object.fromEntries(unknown) } };
}

/** What a token's message shows that is about to be deleted. */
const GOING = "going";

/** Whoever sleeps while they show a token there, or offer to, does not call it shown any more; null where nobody can be about to. */
export function tokenGoing<R extends AccessRequest>(r: R, { ts }: Pick<Sent, "ts">): R | null {
  const { token } = r.messages;
  if (token?.ts !== ts || token.shows === GOING) return null;
  if (token.token !== "sending" && !isRevealed(r)) return null;
  return { ...r, messages: { ...r.messages, token: { ...token, shows: GOING } } };
}

/** Its token's message is that one, and stays for now. */
export const hasTokenAt = ({ messages: { token } }: AccessRequest, { ts }: Pick<Sent, "ts">): boolean =>
  token?.ts === ts && token.shows !== GOING;

export const tokenShows = (r: AccessRequest): Shown["token"] | null => SHOWS.token(r, "token");

/** A token stands, or may stand, where none may be seen. */
export function mustTakeTokenOff(r: AccessRequest): boolean {
  const sent = r.messages.token;
  if (!sent?.token || sent.stuck?.deadSince !== undefined) return false;
  // Approved: that of an earlier generation.
  const isOver = r.state === "ending" || r.state === "ended" || r.state === "approved";
  return isOver || (r.state === "active" && (r.hidden || isRevealed(r)));
}

/** A token may be put on its message at any moment, by whoever holds the request's lease. */
export const isTokenToCome = (r: AccessRequest): r is In<"approved" | "delivering"> =>
  r.state === "approved" || r.state === "delivering";

const isRefreshed = (r: AccessRequest): boolean => r.state === "active" && r.refresh !== undefined;

/** The next token comes in a message that rings, for an edit does not; this one, which bears none, goes. */
export function withTokenAside({ token, ...others }: AccessRequest["messages"]): AccessRequest["messages"] {
  return token ? { ...others, [`delay:${Number(token.ts)}` satisfies MessageKey]: token } : others;
}

/** The token's message bears no token, and shows something older. */
export function isTokenMessageOutdated(r: AccessRequest): boolean {
  const sent = r.messages.token;
  if (!sent || sent.token) return false;
  // A post whose answer was lost: it may stand, and say that a token comes.
  if (sent.ts === "") return sent.unanswered !== undefined && !isTokenToCome(r) && !isRefreshed(r);
  // Where all goes well the token itself comes next.
  if (isTokenToCome(r) && !toldOutage(r)) return false;
  const shows = tokenShows(r);
  // Another comes in its place.
  if (shows === "reveal" && isRefreshed(r)) return false;
  return shows !== null && shows !== "shown" && isStale(r, sent, shows);
}

/** The token's message is not what it must be. */
export const needsTokenOff = (r: AccessRequest): boolean => mustTakeTokenOff(r) || isTokenMessageOutdated(r);

/** That message, where it is not, and those of tokens that gave way: a step of its own sees to them. */
export const tokensToTakeOff = (r: AccessRequest): string[] => [
  ...(needsTokenOff(r) ? [`own ${tokenShows(r)}`] : []),
  ...replacedToTry(r).map(({ ts }) => ts),
];

/** The record has a message there, and sees to what becomes of it. */
export const knowsMessage = (r: AccessRequest, { ts }: Pick<Sent, "ts">): boolean =>
  [...Object.values(r.messages), ...replacedOf(r)].some((one) => one.ts === ts);

/** Nothing is left to be told of it: to the administrators, or what its access was used for. */
export const isTold = (r: AccessRequest): boolean =>
  r.untold === undefined && !(r.state === "ended" && r.useDueAt !== undefined);

/** Nothing is left to do for this record, on the hub or in Slack. */
export const isSettled = (r: AccessRequest): boolean =>
  isFinal(r) &&
  isTold(r) &&
  r.redraw === undefined &&
  !isReviewOpen(r) &&
  outdatedMessages(r).length === 0 &&
  revealsOf(r).views.length === 0 &&
  tokensToTakeOff(r).length === 0;
