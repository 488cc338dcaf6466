/** A user group over the looks at it: what a broken directory sync did to it is no reason to end anything. Pure. */
import { z } from "zod";
import { HOUR, MINUTE } from "./duration.ts";
import { UserId } from "./ids.ts";

const Ms = z.number().int();

/** gone: deleted, or disabled · halved: it lost more than half */
export const GroupDoubt = z.object({
  what: z.enum(["gone", "empty", "halved"]),
  since: Ms,
  lost: z.number().int(),
  of: z.number().int(),
  /** The administrators know. */
  told: z.boolean(),
});
export type GroupDoubt = z.infer<typeof GroupDoubt>;

export const GroupSeen = z.object({
  /** Those it is compared with: as it was before anything went. */
  members: z.array(UserId),
  at: Ms,
  /** When the first of a loss was seen that is no more than half so far. */
  lossSince: Ms.optional(),
  doubt: GroupDoubt.optional(),
});
export type GroupSeen = z.infer<typeof GroupSeen>;

/** A sync that takes members out one by one is one loss. */
export const ONE_LOSS_MS = 10 * MINUTE;
/** What stayed so small for so long after the administrators were told is meant. */
const MEANT_AFTER_MS = HOUR;

/** `members`: null where Slack has no such group that is enabled. */
export function seeGroup(
  before: GroupSeen | undefined,
  members: readonly UserId[] | null,
  now: number,
): GroupSeen {
  const known = before?.members ?? [];
  const there = new Set(members);
  const left = known.filter((id) => !there.has(id));
  const loss = { lost: left.length, of: known.length };
  // Of a group that nobody was ever seen in, the checks of the configuration tell; of a loss that grew, anew.
  const isGrown = isMeantBy(before?.doubt, now) && left.length > (before?.doubt?.lost ?? 0);
  const told = !isGrown && (before?.doubt?.told ?? known.length === 0);
  const doubted = (what: GroupDoubt["what"]): GroupSeen => ({
    members: known,
    at: before?.at ?? now,
    doubt: {
      what,
      since: isSame(before?.doubt, what, left.length) ? (before?.doubt?.since ?? now) : now,
      ...loss,
      told,
    },
  });
  if (!members || members.length === 0) return doubted(members ? "empty" : "gone");
  if (left.length * 2 > known.length && !isMeant(before?.doubt, left.length, now)) return doubted("halved");
  if (left.length > 0 && isRefilling(before?.doubt, left.length, now)) return doubted("halved");
  const lossSince = before?.lossSince ?? now;
  const isOneLoss = left.length > 0 && before && !before.doubt && Math.abs(now - lossSince) < ONE_LOSS_MS;
  return isOneLoss
    ? { members: [...known, ...members.filter((id) => !known.includes(id))], at: before.at, lossSince }
    : { members: [...members], at: now };
}

const isSame = (before: GroupDoubt | undefined, what: GroupDoubt["what"], lost: number): boolean =>
  before?.what === what && before.lost === lost;

/** A sync that fills it again may take its time: until nobody comes any more, who is not back has not left. */
const isRefilling = (before: GroupDoubt | undefined, lost: number, now: number): boolean =>
  before !== undefined &&
  !isMeant(before, lost, now) &&
  !(isSame(before, "halved", lost) && now - before.since >= ONE_LOSS_MS);

const isMeantBy = (doubt: GroupDoubt | undefined, now: number): doubt is GroupDoubt =>
  doubt?.what === "halved" && doubt.told && now - doubt.since >= MEANT_AFTER_MS;
const isMeant = (doubt: GroupDoubt | undefined, lost: number, now: number): boolean =>
  isMeantBy(doubt, now) && lost <= doubt.lost;
