/** The types that the files of life/ share: a state of a request, a decision to change it, the sweep's outline of it. */
import type { Bot } from "../bot.ts";
import type { TrailEvent } from "../request/events.ts";
import type { Actor, RequestId, UserId } from "../request/ids.ts";
import type { Change, Request } from "../request/record.ts";
import type { ReadRequest } from "../store/store.ts";
import type { WantedMessage } from "./messages/wanted.ts";

/** One of the seven states, a file each in states/. */
export interface LifeState {
  /** When its step has something to do, ms since the epoch (0: at once); null: never by itself. */
  dueAt(bot: Bot, request: Request): number | null;
  /** Does what is due, and returns the decision to commit; null: none. Each effect may be done twice, by any replica. */
  step(bot: Bot, request: ReadRequest): Promise<Decision | null>;
  /** Returns the messages that people should see, from the record alone. */
  messages(bot: Bot, request: Request): WantedMessage[];
}

/** A change, and what the trail says of it. */
export interface Decision {
  /** Its name on the trail; trail/entries.ts splits `request.ended` by whether access was granted. */
  event: TrailEvent;
  /** Null: the bot decided, by time or by a rule. */
  by: Actor | null;
  /** Applied to the newest record. Throws Refused when that does not allow it any more; null: nothing is to be done. */
  change: Change;
  /** When its oldest look-up was made, by the clock of Redis, ms: a change to an approval or to access needs it. */
  lookedUpAt?: number;
}

/** The fields of a record that the sweep holds in memory: there may be thousands of records. */
export type RecordOutline = Pick<
  ReadRequest,
  "id" | "version" | "state" | "requester" | "account" | "clusterRole" | "endsAt" | "follows" | "token"
> & {
  /** Who asked for it and who approved it, and when. */
  usedPower: { by: UserId; at: number }[];
};

export const outlineFor = (record: ReadRequest): RecordOutline => {
  const { id, version, state, requester, account, clusterRole, endsAt, follows, token } = record;
  const approvals = record.approvals.flatMap(({ by, at }) => (by ? [{ by, at }] : []));
  const usedPower = [{ by: record.askedBy, at: record.askedAt }, ...approvals];
  return {
    id,
    version,
    state,
    requester,
    account,
    clusterRole,
    endsAt,
    follows,
    token,
    usedPower,
  };
};

/** The unfinished requests, read before the hub's lists. */
export type Records = Map<RequestId, RecordOutline>;
