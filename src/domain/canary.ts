/** The canary: a grant of nobody's, made, used, ended and seen refused, to show that all of it works. Pure. */
import { z } from "zod";
import { Duration, formatDuration, MINUTE } from "./duration.ts";
import { requestId, type UserId } from "./ids.ts";
import type { Policy } from "./policy-file.ts";
import type { In } from "./request.ts";

export const CANARY_LIFE_MS = 10 * MINUTE;
const OFTENEST_MS = 5 * MINUTE;

/** As a file says it. */
export const CanaryInterval = Duration.refine(
  (ms) => ms >= OFTENEST_MS,
  `must be at least ${formatDuration(OFTENEST_MS)}`,
);

export const CANARY_STEPS = ["mint", "use", "end", "refused"] as const;
export type CanaryStep = (typeof CANARY_STEPS)[number];

export const LastCanary = z.object({
  /** When it was over, ms since the epoch. */
  at: z.number(),
  /** What each step took, ms; as far as it came. */
  steps: z.partialRecord(z.enum(CANARY_STEPS), z.number()),
  /** What went wrong; left out where it went well. */
  failed: z.string().optional(),
});
export type LastCanary = z.infer<typeof LastCanary>;

/** For the first role of the catalog. `random`: five bytes. `by`: who tries it, for the hub's annotations. */
export function canaryRequest(
  { roles, digest }: Pick<Policy, "roles" | "digest">,
  random: Uint8Array,
  now: number,
  by: "doctor" | "canary",
): In<"approved"> {
  const [role = "canary", first] = Object.entries(roles)[0] ?? [];
  return {
    id: requestId(random),
    version: 1,
    requester: { id: `U0${by.toUpperCase()}` as UserId, name: by, locale: "en" },
    role,
    clusterRole: first?.clusterRole ?? "karpor-guest",
    reason: by,
    duration: CANARY_LIFE_MS,
    requestedAt: now,
    enteredAt: now,
    closesAt: now + CANARY_LIFE_MS,
    approvers: [],
    policy: digest,
    terms: 1,
    revision: 1,
    generation: 1,
    messages: {},
    state: "approved",
    decision: { by: "policy", qualified: "policy", at: now },
    expiresAt: now + CANARY_LIFE_MS,
  };
}
