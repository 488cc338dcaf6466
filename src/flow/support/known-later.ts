/** What is known of a grant only after its account was made, as its record has it: for the account's annotations. */
import { approvedFor } from "../../domain/window.ts";
import type { In, MoreAnnotations } from "../ports.ts";

export function knownLater(request: In<"active">): MoreAnnotations {
  const { expiresAt, delivery, grant, messages } = request;
  const { channel = "", ts = "" } = messages.token ?? {};
  const { tokenExpiresAt, signedBy } = grant;
  return {
    ...{ expiresAt, delivery, duration: approvedFor(request), signedBy },
    ...(ts !== "" && { tokenMessage: { channel, ts } }),
    ...(tokenExpiresAt > expiresAt && { tokenExpiresAt }),
  };
}
