/** What a person waits for and holds, and what they asked for somebody else and still waits. */
import type { UserId } from "../domain/ids.ts";
import type { AccessRequest, Ports } from "./ports.ts";

export async function openRequests({ requests }: Ports, person: UserId): Promise<AccessRequest[]> {
  const [own, forOthers] = await Promise.all([requests.open(person), requests.askedFor(person)]);
  return [...own, ...forOthers];
}
