/** More time for a grant that stands: a request of its own that names it, and moves its end. Pure. */
import { z } from "zod";
import type { Role } from "./catalog.ts";
import { MINUTE } from "./duration.ts";
import { AllowanceId, RequestId } from "./ids.ts";
import { Person } from "./person.ts";

const Ms = z.number().int();

/** The grant, since when it stands, and its end when more was asked for: nothing else moves that meanwhile. */
export const Extends = z.object({ id: RequestId, from: Ms, until: Ms });
export type Extends = z.infer<typeof Extends>;

/** What was added to a grant, by which request, and who let it. */
export const Extension = z.object({
  id: RequestId,
  ms: Ms,
  by: z.union([Person, z.literal("policy")]),
  qualified: z.string(),
  at: Ms,
  /** Who else approved it. */
  also: z.array(Person).optional(),
  /** By what it was allowed beforehand. */
  allowance: AllowanceId.optional(),
});
export type Extension = z.infer<typeof Extension>;

interface Timed {
  duration: number;
  extends?: Pick<Extends, "from" | "until"> | undefined;
}

/** How long the access lasts as a whole: what is asked for, and what it adds to. */
export const wholeOf = ({ duration, extends: grant }: Timed): number =>
  grant ? grant.until - grant.from + duration : duration;

type Limits = Pick<Role, "duration">;

/** With all that is added. */
export const totalOf = ({ duration }: Limits): number => duration.total ?? duration.max;

/** The most that may be added, in whole minutes; 0 where nothing may. */
export function mostMore({ from, until }: Pick<Extends, "from" | "until">, role: Limits): number {
  const most = Math.min(role.duration.max, totalOf(role) - (until - from));
  return Math.max(0, Math.floor(most / MINUTE) * MINUTE);
}
