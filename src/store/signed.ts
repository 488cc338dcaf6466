/**
 * Signed values: Redis and the hub's notes may lose what we keep there, and must not lie. A MAC stands before each text.
 * It is an HMAC-SHA256 over the instance, the place and the text, so that a value counts nowhere but in its own place.
 */
import { createHmac, createSecretKey } from "node:crypto";
import { type Secret, safeEqual } from "../request/secret.ts";

/** Characters of an HMAC-SHA256 in base64url; commit.lua cuts as many off. */
const MAC_LENGTH = 43;

/** `place` names where a value is kept: `request:R-…`, `entry`, `lockdown:U…`, `seal:ID`. It has no line break. */
export interface Signer {
  /** The MAC, then the text. */
  sign(place: string, text: string): string;
  /** The text, or null where it is not signed by this key for this place. */
  open(place: string, signed: string): string | null;
  /** Tells keys apart, and tells nothing of the key. */
  fingerprint: string;
}

/** Of any text: what stands for its MAC, and the rest. */
export const splitSigned = (signed: string): { mac: string; text: string } => ({
  mac: signed.slice(0, MAC_LENGTH),
  text: signed.slice(MAC_LENGTH),
});

/** `key`: 32 bytes. Without one nothing can be signed (Error), and nothing opens. */
export function createSigner(key: Secret | undefined, instance: string): Signer {
  const secretKey = key && createSecretKey(Buffer.from(key.reveal(), "base64"));
  const macFor = (place: string, text: string): string => {
    if (!secretKey) throw new Error("RECORDS_KEY is not set; give the bot's own, as in its .env or Secret");
    return createHmac("sha256", secretKey).update(`${instance}\n${place}\n`).update(text).digest("base64url");
  };
  return {
    sign: (place, text) => macFor(place, text) + text,
    open(place, signed) {
      const { mac, text } = splitSigned(signed);
      return key && safeEqual(mac, macFor(place, text)) ? text : null;
    },
    fingerprint: key ? macFor("fingerprint", "").slice(0, 12) : "",
  };
}
