/**
 * Signs what the bot keeps in Redis and on the hub, so that nobody else can write it or copy it to another place. A
 * signed value is a MAC and then the text; the MAC is an HMAC-SHA256 over the instance, the place and the text.
 */
import { createHmac, createSecretKey } from "node:crypto";
import { type Secret, safeEqual } from "../request/secret.ts";

/** Characters of an HMAC-SHA256 in base64url. */
const MAC_LENGTH = 43;

/** `place` names where a value is kept: `request:R-…`, `entry`, `lockdown:U…`, `seal:ID`. It has no line break. */
export interface Signer {
  /** Returns the MAC and then the text. Throws Error without a key. */
  sign(place: string, text: string): string;
  /** Returns the text, or null where it is not signed by this key for this place. */
  open(place: string, signed: string): string | null;
  /** Twelve characters that differ from key to key, and do not reveal it; empty without a key. */
  fingerprint: string;
}

/** Cuts a signed text into MAC and text, without checking it. */
export const splitSigned = (signed: string): { mac: string; text: string } => ({
  mac: signed.slice(0, MAC_LENGTH),
  text: signed.slice(MAC_LENGTH),
});

/** `key` is RECORDS_KEY, 32 bytes in base64. Without one `sign` throws Error, and `open` returns null. */
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
