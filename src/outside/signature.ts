/** How both sides sign: HMAC-SHA256 over what it is, when it was sent, and the body. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Secret } from "../domain/secret.ts";

export interface Signed {
  what: "question" | "answer";
  /** Seconds, as the header has them. */
  timestamp: string;
  body: string;
}

export const TIMESTAMP = "x-karpor-access-timestamp";
export const SIGNATURE = "x-karpor-access-signature";

export const sign = (secret: Secret, { what, timestamp, body }: Signed): string =>
  `v1=${createHmac("sha256", secret.reveal()).update(`v1:${what}:${timestamp}:${body}`).digest("hex")}`;

export function isSigned(secret: Secret, signed: Signed, signature: string): boolean {
  const [given, right] = [signature, sign(secret, signed)].map((text) => Buffer.from(text));
  return (
    given !== undefined &&
    right !== undefined &&
    given.length === right.length &&
    timingSafeEqual(given, right)
  );
}
