/** When those asked are reminded of what still waits for them, and when others are asked too: each once. Pure. */
import type { AccessRequest, In } from "./request.ts";

/** Where the role says nothing else: halfway to its closing; unless the requester did it before. */
const nudgeAt = ({ nudgeAt: said, requestedAt, closesAt }: AccessRequest): number =>
  said ?? Math.round((requestedAt + closesAt) / 2);

/** Null once it was done. */
export const nudgeDue = (r: In<"pending">): number | null => (r.nudgedAt === undefined ? nudgeAt(r) : null);

/** When others are asked too, where the role names some: nobody decided. Null once they were. */
export const fallbackDue = ({ fallback }: In<"pending">): number | null =>
  fallback && fallback.askedAt === undefined ? fallback.at : null;
