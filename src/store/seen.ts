/** Records as this replica saw them last: what changes one begins with that, and learns with the change whether it still stands. */
import type { RequestId } from "../domain/ids.ts";
import type { Link } from "./chain.ts";

/** A record, and the last entry that the trail has of it. */
export interface Standing {
  json: string;
  link: Link | null;
}

export interface Seen {
  of(id: RequestId): Standing | undefined;
  see(id: RequestId, standing: Standing): void;
}

/** A few of 2 KB for each that is under way. */
const MOST = 500;

export function createSeen(): Seen {
  const standings = new Map<RequestId, Standing>();
  return {
    of: (id) => standings.get(id),
    see(id, standing) {
      standings.delete(id);
      standings.set(id, standing);
      const [eldest] = standings.size > MOST ? standings.keys() : [];
      if (eldest) standings.delete(eldest);
    },
  };
}
