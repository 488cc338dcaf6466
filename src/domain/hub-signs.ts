/** What the hub's audit log tells that may call for an alarm: of each grant, and of who has access. Pure. */
import { z } from "zod";
import { HOUR } from "./duration.ts";
import type { RequestId } from "./ids.ts";

const Ms = z.number();

/** A write that changed who has access: of a binding, or of an account or a token in the grants' namespace. */
export const ObservedWrite = z.object({
  /** When the hub received it. */
  at: Ms,
  /** The same whenever the hub tells of it again, and no other's. */
  event: z.string(),
  who: z.string(),
  /** Whose name they took on for it. */
  as: z.string().optional(),
  address: z.string(),
  agent: z.string(),
  did: z.enum(["made", "changed", "deleted"]),
  what: z.enum(["binding", "account", "token"]),
  /** Empty for all that a selector finds. */
  name: z.string(),
  /** Of a binding, where its body says so. */
  clusterRole: z.string().optional(),
  subjects: z
    .array(z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional() }))
    .optional(),
  /** It is for so many more. */
  moreSubjects: z.int().optional(),
  /** The hub did not say that it was done, nor that it was refused: it may have been done. */
  unsure: z.literal(true).optional(),
});
export type ObservedWrite = z.infer<typeof ObservedWrite>;

/** Of none of them the hub says that it was done. */
export const areUnsure = (writes: readonly Pick<ObservedWrite, "unsure">[]): boolean =>
  writes.every(({ unsure }) => unsure === true);

/** What one batch tells of a generation of a grant; null where it tells nothing of it. */
export interface GrantSigns {
  id: RequestId;
  generation: number;
  /** When the latest request was received that its binding allowed. */
  used: number | null;
  /** When its binding was made and deleted last. */
  made: number | null;
  deleted: number | null;
  /** When a deletion by the bot last found none: it was gone by then, by one of which the hub did not say so. */
  absent: number | null;
  refused: readonly { at: number; event: string }[];
}

/** The bot's own heartbeat, by the name that nobody else can give it. */
export interface OwnWrites {
  /** When the latest was received. */
  at: number;
  who: string;
}

export interface HubSigns {
  grants: readonly GrantSigns[];
  writes: readonly ObservedWrite[];
  own: OwnWrites | null;
}

/** A deletion reaches every replica of the hub within a tenth of that. */
export const LATE_USE_MS = 1000;

type Times = Pick<GrantSigns, "used" | "made" | "deleted" | "absent">;

/** By the hub's clock. */
export const isLateUse = ({ used, made, deleted, absent }: Times): boolean =>
  [deleted, absent].some(
    (gone) => used !== null && gone !== null && used > gone + LATE_USE_MS && (made === null || made <= gone),
  );

export const REFUSED_WITHIN_MS = HOUR;

/** Told of once each. */
export const HubAlarm = z.discriminatedUnion("kind", [
  /** A request was allowed by a grant's binding after that was deleted. */
  z.object({
    kind: z.literal("late-use"),
    id: z.string(),
    generation: z.int(),
    /** Or gone by then. */
    deleted: Ms,
    used: Ms,
  }),
  /** More requests of a grant were refused within an hour than may be. */
  z.object({ kind: z.literal("refused"), id: z.string(), most: z.int(), at: Ms }),
  /** Somebody else changed who has access, or somebody with the bot's own credential. */
  z.object({
    kind: z.literal("writes"),
    /** Empty where all that is known is that there were too many to keep. */
    who: z.string(),
    asBot: z.boolean(),
    /** The first ones. */
    writes: z.array(ObservedWrite),
    /** Of all there are. */
    count: z.int(),
    /** More came, of whomever, than are kept. */
    unread: z.int(),
  }),
  /** The hub told more at once than is taken, and what that was nobody knows. */
  z.object({ kind: z.literal("too-large"), at: Ms }),
]);
export type HubAlarm = z.infer<typeof HubAlarm>;
