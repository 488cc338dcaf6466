/** What an operator ended on the hub while Redis was away: the hub remembers it until the records say it. Pure. */
import { z } from "zod";
import { DAY } from "./duration.ts";
import { RequestId } from "./ids.ts";
import type { End } from "./request.ts";

export const EndedOnHub = z.object({
  ids: z.array(RequestId),
  operator: z.string(),
  reason: z.string().optional(),
  at: z.number().int(),
});
export type EndedOnHub = z.infer<typeof EndedOnHub>;

const KEEP_MS = 30 * DAY;
const KEEP_MAX = 50;

/** With one more: the last of a month. */
export const remembered = (before: readonly EndedOnHub[], one: EndedOnHub): EndedOnHub[] => [
  ...before.filter(({ at }) => at > one.at - KEEP_MS).slice(1 - KEEP_MAX),
  one,
];

/** Why each of them ended: of several, the last word counts. */
export const endsOf = (all: readonly EndedOnHub[]): ReadonlyMap<RequestId, End> =>
  new Map(
    all.flatMap(({ ids, operator, reason, at }) =>
      ids.map((id) => [id, { cause: "revoked", operator, reason, at }] as const),
    ),
  );
