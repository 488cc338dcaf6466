/** Who clicked, and whether they may: a look-up that fails refuses, and one that Slack asks to wait for is waited for. */
import type { Principal, UserId } from "../../domain/ids.ts";
import type { Profile } from "../../domain/person.ts";
import { Refused } from "../../domain/refusal.ts";
import { type Ports, type Purpose, SlackBusy } from "../ports.ts";

/** Throws Refused(look-up-failed), SlackBusy. */
export async function resolveReviewer(
  { directory, log }: Pick<Ports, "directory" | "log">,
  who: UserId,
  principals: readonly Principal[],
  purpose: Purpose = "decide",
): Promise<{ profile: Profile; qualified: Principal | null }> {
  try {
    const [profile, qualified] = await Promise.all([
      directory.person(who, purpose),
      directory.qualifies(who, principals, purpose),
    ]);
    return { profile, qualified };
  } catch (error) {
    if (error instanceof SlackBusy) throw error;
    log.warn({ who, err: error }, "could not look up who clicked; refused");
    throw new Refused({ kind: "look-up-failed" });
  }
}
