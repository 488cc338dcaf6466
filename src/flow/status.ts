/** What a person waits for and holds. */
import type { UserId } from "../domain/ids.ts";
import type { AccessRequest, Ports } from "./ports.ts";

export const openRequests = ({ requests }: Ports, person: UserId): Promise<AccessRequest[]> =>
  requests.open(person);
