/** Where a token will stand, and until when it works, noted on its account before it is shown: a hub that is all that is left knows both. */
import type { RequestId } from "../../domain/ids.ts";
import type { Grant, In, Place, Ports } from "../ports.ts";
import { reportOutage } from "./outage.ts";

/** `who`: whose record says so where the hub is not as it should be. Throws what the hub throws. */
export const noteToken = (
  ports: Ports,
  request: In<"approved" | "delivering" | "active">,
  { accountUid, tokenExpiresAt }: Pick<Grant, "accountUid" | "tokenExpiresAt">,
  { place: { channel, ts }, who }: { place: Place; who: RequestId },
  signal: AbortSignal,
): Promise<void> =>
  reportOutage(ports, who, "hub", () => {
    // The hub makes no token for less than ten minutes.
    const outlives = tokenExpiresAt > request.expiresAt && { tokenExpiresAt };
    return ports.grants.annotate(request, accountUid, { tokenMessage: { channel, ts }, ...outlives }, signal);
  });
