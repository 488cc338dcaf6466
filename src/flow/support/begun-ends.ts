/** The ends that this replica began and has not seen proved: whatever becomes of Redis before the hub was reached, they are remembered. */
import type { RequestId } from "../../domain/ids.ts";
import type { End } from "../../domain/request.ts";
import type { Requests } from "../ports.ts";

/** A few hundred bytes each. Where there are more, the earliest end by what the hub knows. */
const MOST = 5_000;

/**
 * The same requests; each end that this replica works on is kept in `begun`, until it is proved. Not one whose time was
 * over: that is said on the hub, and a newer copy of Redis may know of more time.
 */
export const rememberingEnds = (requests: Requests, begun: Map<RequestId, End>): Requests => ({
  ...requests,
  async update(id, ...rest) {
    const landed = await requests.update(id, ...rest);
    const { after } = landed;
    if (after.state === "ended") begun.delete(id);
    else if (after.state === "ending" && after.end.cause !== "expired") begun.set(id, after.end);
    const [eldest] = begun.size > MOST ? begun.keys() : [];
    if (eldest) begun.delete(eldest);
    return landed;
  },
});
