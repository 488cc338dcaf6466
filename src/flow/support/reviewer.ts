/** Who clicked, read fresh, and whether they may: a look-up that fails refuses. */
import type { Principal, UserId } from "../../domain/ids.ts";
import type { Profile } from "../../domain/person.ts";
import { Refused } from "../../domain/refusal.ts";
import type { Ports } from "../ports.ts";

/** Throws Refused(look-up-failed). */
export async function resolveReviewer(
  { directory, log }: Pick<Ports, "directory" | "log">,
  who: UserId,
  principals: readonly Principal[],
): Promise<{ profile: Profile; qualified: Principal | null }> {
  try {
    const [profile, qualified] = await Promise.all([
      directory.person(who),
      directory.qualifies(who, principals),
    ]);
    return { profile, qualified };
  } catch (error) {
    log.warn({ who, err: error }, "could not look up who clicked; refused");
    throw new Refused({ kind: "look-up-failed" });
  }
}
