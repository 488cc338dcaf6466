/** Secrets that can't be printed by accident, and a comparison in constant time. */
import { createHash, timingSafeEqual } from "node:crypto";

/** Prints as `[secret]`; call `reveal()` for the value. */
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

/** Hashing first hides the length too. */
export function safeEqual(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
