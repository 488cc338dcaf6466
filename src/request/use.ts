/** What an access was used for, as the hub's audit log tells it. It is kept beside the record, and decides nothing of it. */
import type { RequestId } from "./ids.ts";

export interface Use {
  /** The hub told something of it, at least the bot's own try of its token: then silence means that nobody used it. */
  isKnown: boolean;
  /** Null: no use was told. */
  first: number | null;
  last: number | null;
  reads: number;
  /** Whatever came of them. */
  changes: number;
  /** By the hub: 401, 403. */
  refusals: number;
}

/** What one batch of the log tells, by request. */
export type ToldUses = ReadonlyMap<RequestId, Use>;

export const NO_USE: Use = { isKnown: false, first: null, last: null, reads: 0, changes: 0, refusals: 0 };
