/** When it is looked whether an access is in use. Pure. */
import { type Catalog, roleNamed } from "./catalog.ts";
import { type Question, RELEASED_AFTER_MS } from "./idle.ts";
import type { AccessRequest, In } from "./request.ts";
import { HEARTBEAT_MS, RESENT_WITHIN_MS } from "./use.ts";

/** No use of it is known since then. */
export const idleSince = ({ idle, enteredAt }: In<"active">): number => idle?.from ?? enteredAt;

/** What its holder is asked now. */
export function openQuestion(r: AccessRequest): Question | undefined {
  const asked = r.state === "active" ? r.idle?.asked : undefined;
  return asked?.was === "open" ? asked : undefined;
}

/** When it ends, where nobody answers. */
export const releasedAt = ({ release, toldAt }: Question): number | null =>
  release && toldAt !== undefined ? toldAt + RELEASED_AFTER_MS : null;

/** While it is asked, from then on. Null where nobody need ask: shortly before the end it is too late. */
export function idleDue(r: In<"active">, roles: Catalog): number | null {
  const asked = openQuestion(r);
  if (asked) return asked.at;
  const terms = roleNamed(roles, r.role)?.idle;
  // Without a token that works nobody can use it.
  if (!terms || r.refresh) return null;
  const at = idleSince(r) + terms.after;
  // Asked when it is heard.
  return at + RESENT_WITHIN_MS + HEARTBEAT_MS < r.expiresAt - RELEASED_AFTER_MS ? at : null;
}
