/** What an operator ended on the hub while Redis was away: the hub remembers it until the records say it. Pure. */
import { z } from "zod";
import { DAY } from "./duration.ts";
import { RequestId } from "./ids.ts";
import type { End } from "./request.ts";

/** Whatever else another version writes there, and however it says who, and why: what is ended stays so. */
const EndedOnHub = z.looseObject({
  ids: z
    .array(z.unknown())
    .transform((ids) => ids.filter((id) => RequestId.safeParse(id).success) as RequestId[]),
  operator: z.string().catch("?"),
  reason: z.string().optional().catch(undefined),
  at: z.number().int(),
});
export type EndedOnHub = z.infer<typeof EndedOnHub>;

/** Of text that another wrote: what cannot be read of it is left out. */
export const EndedAll = z
  .array(EndedOnHub.nullable().catch(null))
  .transform((all) => all.filter((one) => one !== null))
  .catch([]);

const KEEP_MS = 30 * DAY;
const KEEP_MAX = 50;
/** Of 14 bytes each: an object's annotations may be of 256 KiB together (Kubernetes' TotalAnnotationSizeLimitB). */
const IDS_MAX = 8_000;

/** With one more: the last of a month, as far as there is room. What has none ends all the same, and nobody knows by whom. */
export function remembered(before: readonly EndedOnHub[], one: EndedOnHub): EndedOnHub[] {
  const kept = [{ ...one, ids: one.ids.slice(0, IDS_MAX) }];
  let room = IDS_MAX - one.ids.length;
  for (const earlier of before.filter(({ at }) => at > one.at - KEEP_MS).reverse()) {
    room -= earlier.ids.length;
    if (room < 0 || kept.length === KEEP_MAX) break;
    kept.unshift(earlier);
  }
  return kept;
}

const endOf = ({ operator, reason, at }: EndedOnHub): End => ({ cause: "revoked", operator, reason, at });

/** Of several the last word counts; null where nobody ended it so. */
export function endOnHubOf(all: readonly EndedOnHub[], id: RequestId): End | null {
  const one = all.findLast(({ ids }) => ids.includes(id));
  return one ? endOf(one) : null;
}

/** The same of each. */
export const endsOf = (all: readonly EndedOnHub[]): ReadonlyMap<RequestId, End> =>
  new Map(all.flatMap((one) => one.ids.map((id) => [id, endOf(one)] as const)));
