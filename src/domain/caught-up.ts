/** A grant of a Redis that was restored from before: what its account says came to it since. Pure. */
import { withReplaced } from "./left-tokens.ts";
import type { AccessRequest, In } from "./request.ts";

/** active: it lasts for as long as the hub says, and its token is where that says. Null where nothing came since. */
export function caughtUp(r: AccessRequest, found: In<"active">): In<"active"> | null {
  if (r.state !== "active" || r.generation !== found.generation) return null;
  // Of a token that the hub made shorter, the account says more than that.
  const isLonger = !r.grant.shortened && found.expiresAt > r.expiresAt;
  const next = isLonger ? { ...r, expiresAt: found.expiresAt, reminded: [] } : r;
  const { messages, generation, grant } = r;
  const { token: old, ...others } = messages;
  const { token } = found.messages;
  if (!old || !token || Number(token.ts) <= Number(old.ts)) return isLonger ? next : null;
  const tokenExpiresAt = Math.max(grant.tokenExpiresAt, found.grant.tokenExpiresAt);
  const moved = {
    ...next,
    hidden: false,
    grant: { ...grant, tokenExpiresAt },
    messages: { ...others, token },
  };
  return old.token
    ? withReplaced(moved, { ...old, generation, tokenExpiresAt: grant.tokenExpiresAt })
    : moved;
}
