/** Secrets: values that cannot be written down by accident, and are compared in a time that tells nothing. */
import { createHash, timingSafeEqual } from "node:crypto";

/** Every way to print it but `reveal` says `[secret]`. */
export interface Secret {
  reveal(): string;
}

const HIDDEN = "[secret]";

export function secret(value: string): Secret {
  return Object.freeze({
    reveal: () => value,
    toString: () => HIDDEN,
    toJSON: () => HIDDEN,
    [Symbol.for("nodejs.util.inspect.custom")]: () => HIDDEN,
  });
}

/** Whether both texts are the same, in a time that tells nothing of either, not even its length. */
export function safeEqual(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
