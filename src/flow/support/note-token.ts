/** Where a token will stand, until when it works and which key signed it, noted on its account before it is shown: a hub that is all that is left knows each. */
import type { Grant, In, Place, Ports } from "../ports.ts";

/** Throws what the hub throws. */
export function noteToken(
  { grants }: Pick<Ports, "grants">,
  request: In<"approved" | "delivering" | "active">,
  { accountUid, tokenExpiresAt, signedBy }: Pick<Grant, "accountUid" | "tokenExpiresAt" | "signedBy">,
  { channel, ts }: Place,
  signal: AbortSignal,
): Promise<void> {
  // The hub makes no token for less than ten minutes.
  const outlives = tokenExpiresAt > request.expiresAt && { tokenExpiresAt };
  const known = { tokenMessage: { channel, ts }, signedBy, ...outlives };
  return grants.annotate(request, accountUid, known, signal);
}
