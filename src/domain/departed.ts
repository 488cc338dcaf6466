/** How somebody left, and when what may be a mistake of the directory's is looked at again. Pure. */
import { z } from "zod";
import { MINUTE } from "./duration.ts";
import { Principal } from "./ids.ts";
import type { Standing } from "./person.ts";

/** `workspace`: they left it · `group`: they are in none of those that the role is for · `rules`: it is for others now. */
export const Departure = z.object({
  what: z.enum(["deactivated", "guest", "workspace", "group", "rules"]),
  /** The role is for these. */
  groups: z.array(Principal).optional(),
});
export type Departure = z.infer<typeof Departure>;

/** Null for a member. */
export function departureBy(standing: Standing): Departure | null {
  if (standing === "member") return null;
  return { what: standing === "deactivated" || standing === "guest" ? standing : "workspace" };
}

/** A directory that is being synced empties groups, and fills them again. */
const DOUBTED_FOR_MS = MINUTE;

/** Null where nothing is in doubt. */
export const lookAgainAt = ({ doubtedAt }: { doubtedAt?: number | undefined }): number | null =>
  doubtedAt === undefined ? null : doubtedAt + DOUBTED_FOR_MS;
