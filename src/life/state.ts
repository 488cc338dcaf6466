/** What each of the seven states answers, and what a step decides: the shapes that the files of life/ share. */
import type { Bot } from "../bot.ts";
import type { TrailEvent } from "../request/events.ts";
import type { Actor, RequestId, UserId } from "../request/ids.ts";
import type { Change, Request } from "../request/record.ts";
import type { ReadRequest } from "../store/store.ts";
import type { WantedMessage } from "./messages/wanted.ts";

export interface LifeState {
  /** When its step has something to do; null: never by itself. */
  dueAt(bot: Bot, request: Request): number | null;
  /** Does what is due. Its effects may be repeated by anybody; null: nothing is to be committed. */
  step(bot: Bot, request: ReadRequest): Promise<Decision | null>;
  /** What people should see, drawn from the record alone. */
  messages(bot: Bot, request: Request): WantedMessage[];
}

/** A change, and what the trail says of it. */
export interface Decision {
  /** As the trail calls it; of `request.ended` commit.ts tells access from what was not granted. */
  event: TrailEvent;
  /** Null: the bot, by time or by a rule. */
  by: Actor | null;
  /** Applied to the newest record. Throws Refused when that does not allow it any more; null: nothing is to be done. */
  change: Change;
  /** When the oldest look-up that it rests on was made; needed by what adds an approval or leads to access. */
  lookedUpAt?: number;
}

/** What the sweep keeps of a record: there may be thousands. */
export type RecordOutline = Pick<
  ReadRequest,
  | "id"
  | "version"
  | "state"
  | "requester"
  | "askedBy"
  | "account"
  | "clusterRole"
  | "endsAt"
  | "follows"
  | "token"
> & { approvers: UserId[] };

export const outlineFor = (record: ReadRequest): RecordOutline => {
  const { id, version, state, requester, askedBy, account, clusterRole, endsAt, follows, token } = record;
  const approvers = record.approvals.flatMap(({ by }) => by ?? []);
  return {
    id,
    version,
    state,
    requester,
    askedBy,
    account,
    clusterRole,
    endsAt,
    follows,
    token,
    approvers,
  };
};

/** The unfinished requests, read before the hub's lists. */
export type Records = Map<RequestId, RecordOutline>;
