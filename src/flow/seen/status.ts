/** What a person waits for and holds, what they asked for somebody else and still waits, and their emergency that nobody has reviewed. */
import type { UserId } from "../../domain/ids.ts";
import type { AccessRequest, Ports } from "../ports.ts";

/** An emergency that is over stands here until its reviews are there. */
export async function openRequests({ requests }: Ports, person: UserId): Promise<AccessRequest[]> {
  const [own, unreviewed, forOthers] = await Promise.all([
    requests.open(person),
    requests.unreviewed(person),
    requests.askedFor(person),
  ]);
  const over = unreviewed && !own.some(({ id }) => id === unreviewed.id) ? [unreviewed] : [];
  return [...own, ...over, ...forOthers];
}
