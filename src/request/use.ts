/** What an access was used for, as the hub's audit log tells it. It is kept beside the record, and decides nothing of it. */
import { z } from "zod";
import type { RequestId } from "./ids.ts";
import { kept } from "./shapes.ts";

/** Milliseconds since the epoch. */
export const Moment = z.int().nonnegative();
const Count = z.int().nonnegative();

export const Use = kept({
  /** The hub told something of it, at least the bot's own try of its token: then silence means that nobody used it. */
  isKnown: z.boolean(),
  /** Null: no use was told. */
  first: Moment.nullable(),
  last: Moment.nullable(),
  reads: Count,
  /** Whatever came of them. */
  changes: Count,
  /** By the hub: 401, 403. */
  refusals: Count,
  /** What the hub refused once the account was deleted; `refusals` does not count it. */
  late: Count,
});
export type Use = z.infer<typeof Use>;

/** What one batch of the log tells, by request. */
export type ToldUses = ReadonlyMap<RequestId, Use>;

export const NO_USE: Use = {
  isKnown: false,
  first: null,
  last: null,
  reads: 0,
  changes: 0,
  refusals: 0,
  late: 0,
};
