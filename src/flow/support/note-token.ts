/** Where a token will stand, and until when it works, noted on its account before it is shown: a hub that is all that is left knows both. */
import type { Grant, In, Place, Ports } from "../ports.ts";

/** Throws what the hub throws. */
export function noteToken(
  { grants }: Pick<Ports, "grants">,
  request: In<"approved" | "delivering" | "active">,
  { accountUid, tokenExpiresAt }: Pick<Grant, "accountUid" | "tokenExpiresAt">,
  { channel, ts }: Place,
  signal: AbortSignal,
): Promise<void> {
  // The hub makes no token for less than ten minutes.
  const outlives = tokenExpiresAt > request.expiresAt && { tokenExpiresAt };
  return grants.annotate(request, accountUid, { tokenMessage: { channel, ts }, ...outlives }, signal);
}
