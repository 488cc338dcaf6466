/** One line of the trail about a request, as whoever reads history sees it: what another version wrote is read as far as it goes. Pure. */
import { z } from "zod";
import { RequestId, UserId } from "./ids.ts";
import { SeenUse } from "./use.ts";

const Ms = z.number();
const maybe = <T extends z.ZodType>(schema: T) => schema.nullable().catch(null);

export const TrailStep = z.object({
  id: RequestId,
  at: Ms,
  /** A state; of another version, also one that this one does not know. */
  from: z.string().nullable(),
  to: z.string(),
  /** As in Transition. */
  who: z.string(),
  why: maybe(z.string()),
  qualified: maybe(z.string()),
  approvals: z
    .array(z.object({ who: z.string(), at: Ms, note: z.string().optional() }))
    .default([])
    .catch([]),
  asked: z.object({ role: z.string(), duration: Ms }).optional().catch(undefined),
  requester: UserId,
  askedBy: maybe(UserId),
  /** The grant to which it asks for more time. */
  extends: RequestId.optional().catch(undefined),
  role: z.string(),
  reason: z.string(),
  duration: Ms,
  startsAt: maybe(Ms),
  generation: z.number(),
  expiresAt: maybe(Ms),
  use: SeenUse.optional().catch(undefined),
  verification: maybe(z.object({ method: z.string(), deletedAt: Ms, at: Ms })),
});
export type TrailStep = z.infer<typeof TrailStep>;
