/** Somebody tried what they may not: nothing changed, and it stands on the trail. Pure. */
import { z } from "zod";
import { HOUR } from "./duration.ts";
import { type AllowanceId, RequestId, UserId } from "./ids.ts";
import type { Refusal } from "./refusal.ts";

export type Tried =
  | "approve"
  | "deny"
  | "review"
  | "revoke"
  | "revoke all"
  | "allow"
  | "disallow"
  | "lock down"
  | "unlock"
  | "confirm a restore";

const FORBIDDEN = [
  "not-served",
  "not-approver",
  "own-request",
  "not-reviewer",
  "own-emergency",
  "not-admin",
  "may-not-allow",
  "allow-oneself",
] as const satisfies Refusal["kind"][];
export type Forbidden = (typeof FORBIDDEN)[number];

/** Null of what is refused for another reason than who asks. */
export const forbidden = ({ kind }: Refusal): Forbidden | null =>
  FORBIDDEN.find((one) => one === kind) ?? null;

/** What the trail keeps of it. Times are milliseconds since the epoch. */
export interface Attempt {
  attempt: Tried;
  at: number;
  who: UserId;
  why: Forbidden;
  /** What it was about, where that was one request or allowance. */
  id?: RequestId | AllowanceId;
  /** Of that request, or whose access it was. */
  requester?: UserId;
  role?: string;
  /** The last of theirs that is kept for now. */
  full?: true;
}

/** So many of one person are kept within the time, and the same one once: whoever hammers a button fills no trail. */
export const ATTEMPTS_KEPT = 20;
export const ATTEMPTS_WITHIN_MS = HOUR;

/** The same attempt is known by it. */
export const attemptKey = ({ attempt, id, requester, why }: Attempt): string =>
  [attempt, id ?? requester, why].join(" ");

/** As whoever reads a request's story sees it, whatever the version that wrote it. */
export const TriedStep = z.object({
  attempt: z.string(),
  id: RequestId,
  at: z.number(),
  who: UserId,
  why: z.string(),
  full: z.literal(true).optional().catch(undefined),
});
export type TriedStep = z.infer<typeof TriedStep>;
