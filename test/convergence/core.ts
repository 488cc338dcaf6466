/** What the convergence test knows of the bot's inside: what a record asks of hub and Slack. */
import { isRevealed, revealsOf, viewsToCover } from "../../src/domain/delivery.ts";
import { leaving } from "../../src/domain/former.ts";
import { goingFrom } from "../../src/domain/generations.ts";
import { isFinal, timerOf } from "../../src/domain/lifecycle.ts";
import type { MessageKey } from "../../src/domain/message-key.ts";
import {
  isAwaited,
  isSettled,
  isTold,
  outdatedMessages,
  POSTS_MAX,
  tokensToTakeOff,
  wantedMessages,
} from "../../src/domain/messages.ts";
import { type AccessRequest, approvalsOf } from "../../src/domain/request.ts";
import { drawMessage, type Message, type ViewContext } from "../../src/slack/views/index.ts";

export { leaksOf } from "../../src/domain/former.ts";
export { RELEASED_AFTER_MS as IDLE_RELEASED_MS } from "../../src/domain/idle.ts";
export { openQuestion, releasedAt } from "../../src/domain/idle-due.ts";
export { isShared } from "../../src/domain/message-key.ts";
export { operatorOf } from "../../src/domain/operator.ts";
export { isGranted } from "../../src/domain/request.ts";
export { isSeal } from "../../src/domain/seal.ts";
export { usesIn } from "../../src/domain/use.ts";
export { isSettled, POSTS_MAX };

/** At rest, and yet not over: waiting for a person, or a grant that stands. */
export const isLive = (r: AccessRequest, moment: { now: number; locked: boolean }): boolean =>
  waits(r, moment) && isDrawn(r) && isTold(r);

const waits = (r: AccessRequest, { now, locked }: { now: number; locked: boolean }): boolean =>
  r.state === "pending" ||
  (r.state === "scheduled" && now < r.startsAt) ||
  // Who needs no approval waits until access is unlocked, and so does what would begin.
  (locked && (r.state === "requested" || r.state === "scheduled")) ||
  (r.state === "active" && !r.refresh && leaving(r).length === 0 && now < r.expiresAt && isCovered(r, now)) ||
  (isFinal(r) && isAwaited(r, "review"));

const isDrawn = (r: AccessRequest): boolean =>
  outdatedMessages(r).length === 0 && tokensToTakeOff(r).length === 0;

const isCovered = (r: AccessRequest, now: number): boolean => viewsToCover(r, now).length === 0;

/** Its account and its binding must stand on the hub when all is at rest. */
export const stands = (r: AccessRequest): boolean => r.state === "active";

/** A token of it goes, or went, and that is not proved yet. */
export const leaves = (r: AccessRequest): boolean => goingFrom(r).length > 0;

/** Its end has been decided or has come. */
export const isOver = (r: AccessRequest, now: number): boolean =>
  isFinal(r) || r.state === "ending" || ("expiresAt" in r && r.expiresAt <= now);

/** Who ended it by hand, and who settled its end. */
export const operatorsOf = (r: AccessRequest) => ({
  ended: "end" in r ? r.end.operator : undefined,
  settled: r.state === "ended" ? r.verification.operator : undefined,
});

/** The holder may read the token in Slack, and nobody else. */
export const mayShowToken = (r: AccessRequest): boolean =>
  (r.state === "active" || r.state === "delivering") && !r.hidden && !isRevealed(r);

export const mustShowToken = (r: AccessRequest): boolean => r.state === "active" && mayShowToken(r);

/** A view of it may bear a token so long at most. */
export { SHOWN_FOR_MS } from "../../src/domain/delivery.ts";
/** The holder may have been shown a token in this view, and still see it. */
export const mayShowIn = (r: AccessRequest, view: string, now: number): boolean =>
  revealsOf(r).views.some(({ id }) => id === view) && !viewsToCover(r, now).some(({ id }) => id === view);

/** When it changes by itself next; undefined when it does not. */
export const nextTurn = (r: AccessRequest, reminders: number[]): number | undefined =>
  timerOf(r, { reminders, roles: {} })?.at;

/** Approved by fewer people than it needs, by one twice, or by whoever asked. */
export function lacksApproval(r: AccessRequest): boolean {
  // An adopted one: of its approvals the hub knows the last.
  if (!("decision" in r) || r.decision.by === "policy" || r.adopted || r.approvers.length === 0) return false;
  const who = new Set(approvalsOf(r).map(({ by }) => by.id));
  return who.size < (r.count ?? 1) || who.has(r.requester.id);
}

export interface Expected {
  key: MessageKey;
  channel: string;
  ts: string;
  /** A token is shown beside what is drawn here. */
  draw(context: ViewContext): Message;
}

/** The messages that must stand in Slack. */
export function expected(r: AccessRequest): Expected[] {
  return wantedMessages(r).flatMap(({ key, shows }) => {
    const sent = r.messages[key];
    if (!sent || sent.ts === "") return [];
    // A fresh token's message says what it was for, which nothing remembers.
    if (key === "token" && "extensions" in r && r.extensions) return [];
    const { channel, ts } = sent;
    return [{ key, channel, ts, draw: (context) => drawMessage(r, key, shows, context, false) }];
  });
}

/** Says to whoever reads it that the token works no more. */
export const SAYS_ENDED = /\bEnded\b|refuses the token|已结束|拒绝该令牌/;

/** Of what an operator settled. */
export const SAYS_UNCONFIRMED = /Karpor never confirmed|never confirmed by Karpor|Karpor 始终未能确认/;

/** When its access ends; undefined where it has none. */
export const endOf = (r: AccessRequest): number | undefined => ("expiresAt" in r ? r.expiresAt : undefined);
