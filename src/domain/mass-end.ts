/** Many grants are ended at once: all of them, a person's or a role's; what is left of it to confirm. Pure. */
import { z } from "zod";
import { RequestId, UserId } from "./ids.ts";
import { Lockdown } from "./lockdown.ts";
import { By, isOperator } from "./operator.ts";
import { toldOutage } from "./outage.ts";
import { type AccessRequest, type End, isGiven, isGranted, isUnproved, type Recorded } from "./request.ts";

export const Scope = z.discriminatedUnion("what", [
  z.object({ what: z.literal("everything") }),
  z.object({ what: z.literal("person"), person: UserId }),
  z.object({ what: z.literal("role"), role: z.string() }),
]);
export type Scope = z.infer<typeof Scope>;

export const MassEnd = z.object({
  id: z.string(),
  scope: Scope,
  by: By,
  qualified: z.string(),
  reason: z.string(),
  at: z.number().int(),
  /** Which it ends; left out while they were not looked up. */
  grants: z.array(RequestId).optional(),
  /** Those whose end is not confirmed. */
  left: z.array(RequestId).default([]),
  /** Their bindings were taken away, before anything else. */
  stripped: z.boolean().default(false),
  /** Of those, whom something outside keeps from being confirmed, so that people were told. */
  troubled: z.number().int().default(0),
  /** Of those that are over and had a token: whose end was proved, and whose was not. */
  proven: z.number().int().optional(),
  unproven: z.number().int().optional(),
  /** The live message, what it was drawn from, and when. */
  message: z.object({ channel: z.string(), ts: z.string(), drawn: z.string(), at: z.number() }).optional(),
  /** Posts of it whose answer is not known. */
  posts: z.number().int().optional(),
  /** Nobody asked for it just now: it is told only where there is something to end. */
  quiet: z.literal(true).optional(),
  /** Nothing is ended: it tells that this lockdown was lifted. */
  unlocked: Lockdown.optional(),
});
export type MassEnd = z.infer<typeof MassEnd>;

const lockdownId = (at: number): string => `lockdown-${at}`;

/** That a lockdown is over, to be told by a replica that reaches Slack. */
export const unlockTold = (unlocked: Lockdown, who: Omit<Lockdown, "at">, at: number): MassEnd => ({
  ...{ id: `unlock-${unlocked.at}`, scope: { what: "everything" }, ...who, at, unlocked },
  ...{ grants: [], left: [], stripped: true, troubled: 0, quiet: true },
});

/** Nobody gets access afterwards, either. */
export const isLockdown = ({ id, at }: Pick<MassEnd, "id" | "at">): boolean => id === lockdownId(at);

/** What a lockdown ends. */
export const massEndOf = ({ at, by, qualified, reason }: Lockdown): MassEnd => ({
  ...{ id: lockdownId(at), scope: { what: "everything" }, by, qualified, reason, at },
  ...{ left: [], stripped: false, troubled: 0 },
});

export function isIn(scope: Scope, { requester, role }: Pick<AccessRequest, "requester" | "role">): boolean {
  if (scope.what === "everything") return true;
  return scope.what === "person" ? requester.id === scope.person : role === scope.role;
}

/** What was approved for later stands nowhere yet: a lockdown keeps it from beginning, and ends it no more than what waits. */
export const isEndedBy = (scope: Scope, r: AccessRequest): boolean =>
  isIn(scope, r) && (isGranted(r) || (r.state === "scheduled" && scope.what !== "everything"));

/** Why each of them ends. */
export const endBy = (
  { by, qualified, reason }: Pick<MassEnd, "by" | "qualified" | "reason">,
  at: number,
): End => ({
  cause: "revoked",
  ...(isOperator(by) ? by : { by, qualified }),
  reason,
  at,
});

/** By the records of what is left, as they are now. */
export function countedBy(
  { scope, left, proven = 0, unproven = 0 }: MassEnd,
  found: readonly Recorded[],
): Pick<MassEnd, "left" | "troubled" | "proven" | "unproven"> {
  const known = found.map((r) => knownOf(scope, r));
  const count = (what: (typeof known)[number]) => known.filter((one) => one === what).length;
  return {
    left: left.filter((_, i) => known[i] === "left"),
    troubled: found.filter(isTroubled).length,
    proven: proven + count("proven"),
    unproven: unproven + count("unproven"),
  };
}

function knownOf(scope: Scope, r: Recorded): "left" | "proven" | "unproven" | "no-token" {
  // What nobody can read now, another version may.
  if (r === "unreadable" || (r && isEndedBy(scope, r))) return "left";
  if (r === null) return "unproven";
  if (!isGiven(r)) return "no-token";
  return r.state === "ended" && !isUnproved(r.verification.method) ? "proven" : "unproven";
}

const isTroubled = (r: Recorded): boolean =>
  r !== null && r !== "unreadable" && isGranted(r) && toldOutage(r) !== undefined;
