/** How an access was used, in counts and times from the hub's audit log. It is kept beside the record, and shown. */
import { z } from "zod";
import type { RequestId } from "./ids.ts";
import { kept } from "./shapes.ts";

/** Milliseconds since the epoch. */
export const Moment = z.int().nonnegative();
const Count = z.int().nonnegative();

export const Use = kept({
  /** The hub told of it, if only of the bot's own try of its token: without this, no counted use does not mean no use. */
  isKnown: z.boolean(),
  /** Null: no use was told. */
  first: Moment.nullable(),
  last: Moment.nullable(),
  reads: Count,
  /** Changes that were tried, whether or not the hub allowed them. */
  changes: Count,
  /** Refused by the hub: 401, 403. */
  refusals: Count,
  /** Refused after the account was deleted; `refusals` does not count these. */
  late: Count,
});
export type Use = z.infer<typeof Use>;

/** The uses in one batch of the log, by request. */
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
