/** When those asked are reminded of what still waits for them: once, unless the requester did it before. Pure. */
import type { AccessRequest, In } from "./request.ts";

/** Where the role says nothing else: halfway to its closing. */
const nudgeAt = ({ nudgeAt: said, requestedAt, closesAt }: AccessRequest): number =>
  said ?? Math.round((requestedAt + closesAt) / 2);

/** Null once it was done. */
export const nudgeDue = (r: In<"pending">): number | null => (r.nudgedAt === undefined ? nudgeAt(r) : null);
