/**
 * A deed says that an operator took access away on the hub without the bot: by `npm run grants` while Redis was away, or
 * by `setup --rotate`. It is a signed note on the hub, until a bot has ended the records that it names and has put it on
 * the trail.
 */
import { z } from "zod";
import { Operator, RequestId } from "../request/ids.ts";
import { kept } from "../request/shapes.ts";
import { readText, UNREADABLE } from "./reading.ts";
import type { Signer } from "./signed.ts";

export const Deed = kept({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  cause: z.enum(["revoked", "lockdown", "rotated"]),
  /** The requests whose access was taken away on the hub. */
  requests: z.array(RequestId),
  operator: Operator,
  words: z.string(),
  /** When it was begun, and when the last of this access was gone (null: not yet): ms since the epoch, by the hub's time. */
  at: z.number(),
  goneAt: z.number().nullable(),
});
export type Deed = z.infer<typeof Deed>;

const deedPlace = (id: string): string => `deed:${id}`;

/** Returns the signed text of a note. Throws Error without RECORDS_KEY. */
export const signDeed = (signer: Signer, deed: Deed): string =>
  signer.sign(deedPlace(deed.id), JSON.stringify(deed));

/** Returns the deed, or null where it was not signed for its own place: then somebody else wrote it. Never throws. */
export function openDeed(signer: Signer, id: string, signed: string): Deed | null {
  const deed = readText(Deed, signer.open(deedPlace(id), signed) ?? "");
  return deed === UNREADABLE || deed?.id !== id ? null : deed;
}
