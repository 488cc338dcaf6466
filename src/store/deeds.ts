/**
 * Deeds: what an operator did on the hub past the bot, while Redis was away or by `setup --rotate`. Each is a signed note
 * of the hub, until a bot has ended the records that it names and has put it on the trail.
 */
import { z } from "zod";
import { Operator, RequestId } from "../request/ids.ts";
import { kept } from "../request/shapes.ts";
import { readText, UNREADABLE } from "./reading.ts";
import type { Signer } from "./signed.ts";

export const Deed = kept({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  cause: z.enum(["revoked", "lockdown", "rotated"]),
  /** Whose access was taken away on the hub. */
  requests: z.array(RequestId),
  operator: Operator,
  words: z.string(),
  /** When it was begun, and when the last of this access was gone (null: not yet), by the hub's time. */
  at: z.number(),
  goneAt: z.number().nullable(),
});
export type Deed = z.infer<typeof Deed>;

const deedPlace = (id: string): string => `deed:${id}`;

export const signDeed = (signer: Signer, deed: Deed): string =>
  signer.sign(deedPlace(deed.id), JSON.stringify(deed));

/** Null where it was not signed for its own place: somebody else wrote it. */
export function openDeed(signer: Signer, id: string, signed: string): Deed | null {
  const deed = readText(Deed, signer.open(deedPlace(id), signed) ?? "");
  return deed === UNREADABLE || deed?.id !== id ? null : deed;
}
