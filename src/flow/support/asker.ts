/** What is known of whoever asks for a role: the facts that the policy judges by. */
import type { Principal, UserId } from "../../domain/ids.ts";
import type { Profile } from "../../domain/person.ts";
import { factsOfMember, whoMatters } from "../../domain/policy-engine.ts";
import type { AskerFacts } from "../../domain/rules/rule.ts";
import type { Ports, Purpose } from "../ports.ts";

type Means = Pick<Ports, "directory" | "policy">;

/** Throws what the directory throws. */
export async function lookUpFacts(
  ports: Means,
  asker: { id: UserId; role: string },
  purpose: Purpose,
): Promise<{ profile: Profile; facts: AskerFacts }> {
  const [profile, facts] = await Promise.all([
    ports.directory.person(asker.id, purpose),
    memberFacts(ports, asker, purpose),
  ]);
  return { profile, facts: { ...facts, standing: profile.standing } };
}

/** Of somebody who is taken to be a member. Throws what the directory throws. */
export const memberFacts = async (
  { directory, policy }: Means,
  { id, role }: { id: UserId; role: string },
  purpose: Purpose,
): Promise<AskerFacts> =>
  factsOfMember(
    await amongWhom(policy, role, async (who) => (await directory.qualifies(id, who, purpose)) !== null),
  );

/** By what is remembered alone. Never rejects. */
export const recalledFacts = async (
  { directory, policy }: Means,
  id: UserId,
  role: string,
): Promise<AskerFacts> => factsOfMember(await amongWhom(policy, role, (who) => directory.recall(id, who)));

/** Each list that matters is looked up once. */
async function amongWhom(
  policy: Ports["policy"],
  role: string,
  look: (principals: readonly Principal[]) => Promise<boolean | null>,
): Promise<AskerFacts["isAmong"]> {
  const lists = new Map(whoMatters(policy, role).map((list) => [keyOf(list), list]));
  const found = new Map(
    await Promise.all([...lists].map(async ([key, list]) => [key, await look(list)] as const)),
  );
  return (list) => {
    const among = found.get(keyOf(list));
    if (among === undefined) throw new Error("the policy changed while it was looked up who asks");
    return among;
  };
}

const keyOf = (list: readonly Principal[]): string => list.join();
