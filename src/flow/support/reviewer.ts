/** Who clicked, and whether they and the requester may: a look-up that fails refuses, and one that Slack asks to wait for is waited for. */
import type { Principal, UserId } from "../../domain/ids.ts";
import { type Person, type Profile, personOf } from "../../domain/person.ts";
import { type Refusal, Refused } from "../../domain/refusal.ts";
import { membersOnly } from "../../domain/rules/members-only.ts";
import type { AskerFacts } from "../../domain/rules/rule.ts";
import { type AccessRequest, type Ports, type Purpose, SlackBusy, StoreDown } from "../ports.ts";
import { memberFacts } from "./asker.ts";

/** Throws Refused(look-up-failed), SlackBusy. */
export const resolveReviewer = (
  ports: Pick<Ports, "directory" | "log">,
  who: UserId,
  principals: readonly Principal[],
  purpose: Purpose = "decide",
): Promise<{ profile: Profile; qualified: Principal | null }> =>
  orRefuse(ports, who, async () => {
    const [profile, qualified] = await Promise.all([
      ports.directory.person(who, purpose),
      ports.directory.qualifies(who, principals, purpose),
    ]);
    return { profile, qualified };
  });

/** The same, of whom it must hold: a member, and among the principals; else `refusal`. Throws Refused, SlackBusy. */
export async function assertQualified(
  ports: Pick<Ports, "directory" | "log">,
  who: UserId,
  { among, purpose, refusal }: { among: readonly Principal[]; purpose?: Purpose; refusal: Refusal },
): Promise<{ by: Person; qualified: Principal }> {
  const { profile, qualified } = await resolveReviewer(ports, who, among, purpose);
  const notServed = membersOnly({ profile });
  if (notServed) throw new Refused(notServed);
  if (!qualified) throw new Refused(refusal);
  return { by: personOf(profile), qualified };
}

/** What the policy judges a request by, when somebody decides on it. Throws Refused(look-up-failed), SlackBusy. */
export const resolveRequester = (
  ports: Ports,
  { requester: { id }, role }: Pick<AccessRequest, "requester" | "role">,
): Promise<AskerFacts> => orRefuse(ports, id, () => memberFacts(ports, { id, role }, "decide"));

/** Throws Refused(look-up-failed), SlackBusy, StoreDown. */
export async function orRefuse<T>(
  { log }: Pick<Ports, "log">,
  who: UserId,
  look: () => Promise<T>,
): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof SlackBusy || error instanceof StoreDown) throw error;
    log.warn({ who, err: error }, "could not look up who may do this; refused");
    throw new Refused({ kind: "look-up-failed" });
  }
}
