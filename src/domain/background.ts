/** What an approver wants to know of the requester: kept with the request as it was when it was asked. Pure. */
import { z } from "zod";
import { isTaken } from "./break-glass.ts";
import { DAY } from "./duration.ts";
import { Person, type Profile } from "./person.ts";
import type { AccessRequest } from "./request.ts";

const Ms = z.number().int();

export const Background = z.object({
  title: z.string().optional(),
  /** IANA name. */
  timeZone: z.string().optional(),
  /** Roles that they hold now, and until when. */
  holds: z.array(z.object({ role: z.string(), until: Ms })),
  /** Grants of the last 30 days, and the latest of them. */
  grants: Ms,
  last: z
    .object({
      role: z.string(),
      at: Ms,
      by: z.union([Person, z.literal("policy")]),
      /** Nobody approved it. */
      emergency: z.literal(true).optional(),
    })
    .optional(),
  /** Of the same role, in the last 24 h. */
  denied: z.object({ at: Ms, by: Person, why: z.string() }).optional(),
});
export type Background = z.infer<typeof Background>;

/** As far back as an approver is told of. */
export const BACKGROUND_MS = 30 * DAY;
const DENIED_MS = DAY;

/** `recent`: the person's requests of the last 30 days, and what is open of earlier. */
export function backgroundOf(
  { id, role }: Pick<AccessRequest, "id" | "role">,
  { title, timeZone }: Pick<Profile, "title" | "timeZone">,
  recent: readonly AccessRequest[],
  now: number,
): Background {
  const others = recent.filter((r) => r.id !== id).sort((a, b) => b.requestedAt - a.requestedAt);
  const granted = others.flatMap((r) => {
    // What adds time is none.
    if (!("decision" in r) || r.extends || cameToNothing(r)) return [];
    if (now - r.requestedAt > BACKGROUND_MS) return [];
    const { at, by } = r.decision;
    return [{ role: r.role, at, by, ...(isTaken(r) && { emergency: true as const }) }];
  });
  const denied = others.find((r) => r.state === "denied" && r.role === role && now - r.at < DENIED_MS);
  return {
    ...(title ? { title } : {}),
    ...(timeZone ? { timeZone } : {}),
    holds: others.flatMap((r) => (r.state === "active" ? [{ role: r.role, until: r.expiresAt }] : [])),
    grants: granted.length,
    ...(granted[0] ? { last: granted[0] } : {}),
    ...(denied?.state === "denied" ? { denied: { at: denied.at, by: denied.by, why: denied.why } } : {}),
  };
}

/** It could not be made, or was over before it began. */
const cameToNothing = (r: AccessRequest): boolean =>
  ("end" in r && r.end.cause === "failed") || (r.state === "ended" && r.verification.method === "unstarted");
