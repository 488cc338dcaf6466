/** A value that cannot be written down by accident: every way to print it but `reveal` says `[secret]`. */
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
