/** A token is shown at a click: who may see one, how often, and which open views may bear one. Pure. */
import { isRevealed, type Reveals, revealsOf, SHOWS_AN_HOUR, type TokenView } from "./delivery.ts";
import { HOUR } from "./duration.ts";
import { lateFor } from "./lifecycle.ts";
import { Refused } from "./refusal.ts";
import type { AccessRequest, Grant, In } from "./request.ts";

/** Throws Refused where its holder is shown none now. */
export function assertRevealable(r: AccessRequest, now: number): asserts r is In<"active"> {
  const { id } = r;
  if (!isRevealed(r)) throw new Refused({ kind: "stale", id });
  if (r.state === "approved" || r.state === "delivering") throw new Refused({ kind: "not-ready-yet", id });
  if (r.state !== "active") throw new Refused(lateFor(r));
  if (now >= r.expiresAt) throw new Refused({ kind: "late", did: "ended", at: r.expiresAt });
  const oldest = recentOf(r, now).at(-SHOWS_AN_HOUR);
  if (oldest !== undefined)
    throw new Refused({ kind: "too-many-shows", id, max: SHOWS_AN_HOUR, at: oldest + HOUR });
}

const recentOf = (r: AccessRequest, now: number): number[] =>
  revealsOf(r).recent.filter((at) => at > now - HOUR);

export interface Revealed {
  /** The view that is about to bear it. */
  view: string;
  /** The account whose token it is. */
  generation: number;
  grant: Pick<Grant, "tokenExpiresAt" | "signedBy">;
}

/** active: the token exists, nobody has seen it, and from now on this view may bear it. Throws Refused. */
export function revealing(
  r: AccessRequest,
  { view, generation, grant }: Revealed,
  now: number,
): In<"active"> {
  assertRevealable(r, now);
  // Its account has given way to another since.
  if (r.generation !== generation) throw new Refused({ kind: "not-ready-yet", id: r.id });
  const { count, views } = revealsOf(r);
  return {
    ...r,
    // Whoever has one shown is about to use it.
    idle: { from: now },
    grant: {
      ...r.grant,
      tokenExpiresAt: Math.max(r.grant.tokenExpiresAt, grant.tokenExpiresAt),
      ...(grant.signedBy !== undefined && { signedBy: grant.signedBy }),
    },
    reveals: {
      count: count + 1,
      recent: [...recentOf(r, now), now],
      views: [...views.filter(({ id }) => id !== view), { id: view, generation, at: now }],
    },
  };
}

/** It bears none any more, or is closed; null where that is known. */
export function covered(r: AccessRequest, gone: TokenView): AccessRequest | null {
  const { views, ...others } = revealsOf(r);
  const left = views.filter(({ id, at }) => id !== gone.id || at !== gone.at);
  if (left.length === views.length || !("reveals" in r)) return null;
  const reveals: Reveals = { ...others, views: left };
  return { ...r, reveals };
}
