/** Label and field selectors: parsed once, then a test on an object. */
import { badRequest } from "./status.ts";
import type { KubeObject } from "./types.ts";

export interface Selector {
  matches(object: KubeObject): boolean;
  /** A "key=value" that every match carries, if the selector has one: for the index. */
  label: string | undefined;
}

type Test = (value: string | undefined) => boolean;

const WORD = "[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?";
const FORMS: [RegExp, (...parts: string[]) => Test][] = [
  [new RegExp(`^!\\s*(${WORD})$`), () => (value) => value === undefined],
  [new RegExp(`^(${WORD})$`), () => (value) => value !== undefined],
  [new RegExp(`^(${WORD})\\s*==?\\s*(${WORD}|)$`), (wanted) => (value) => value === wanted],
  [new RegExp(`^(${WORD})\\s*!=\\s*(${WORD}|)$`), (wanted) => (value) => value !== wanted],
  [new RegExp(`^(${WORD})\\s+in\\s+\\(([^()]*)\\)$`), (set) => oneOf(set)],
  [new RegExp(`^(${WORD})\\s+notin\\s+\\(([^()]*)\\)$`), (set) => (value) => !oneOf(set)(value)],
  [new RegExp(`^(${WORD})\\s*>\\s*(-?\\d+)$`), (n) => (value) => Number(value) > Number(n)],
  [new RegExp(`^(${WORD})\\s*<\\s*(-?\\d+)$`), (n) => (value) => Number(value) < Number(n)],
];

/** Those that name one value. */
const EQUALITY = FORMS.slice(2, 4).map(([form]) => form);

function oneOf(set = ""): Test {
  const values = new Set(set.split(",").map((part) => part.trim()));
  return (value) => value !== undefined && values.has(value);
}

export function parseSelector(labels: string | null, fields: string | null): Selector {
  const tests = split(labels).map(parseLabel);
  const fieldTests = split(fields).map(parseField);
  const equality = split(labels)
    .map((part) => FORMS[2]?.[0].exec(part))
    .find((match) => match);
  return {
    label: equality ? `${equality[1]}=${equality[2]}` : undefined,
    matches: (object) => {
      const own = object.metadata.labels ?? {};
      return tests.every(([key, test]) => test(own[key])) && fieldTests.every((test) => test(object));
    },
  };
}

function parseLabel(part: string): [string, Test] {
  for (const [form, make] of FORMS) {
    const [match, key = "", ...rest] = form.exec(part) ?? [];
    if (match === undefined) continue;
    const [value = ""] = rest;
    if (EQUALITY.includes(form) && value.length > 63)
      throw badRequest(
        `unable to parse requirement: values[0][${key}]: Invalid value: "${value}": must be no more than 63 bytes`,
      );
    return [key, make(...rest)];
  }
  throw badRequest(`unable to parse requirement: ${part}`);
}

function parseField(part: string): (object: KubeObject) => boolean {
  const [, field, not, wanted] = /^metadata\.(name|namespace)(!?)==?(.*)$/.exec(part) ?? [];
  if (field !== "name" && field !== "namespace") throw badRequest(`field label not supported: ${part}`);
  return ({ metadata }) => (metadata[field] === wanted) === (not === "");
}

function split(text: string | null): string[] {
  if (!text) return [];
  return text.split(/,(?![^(]*\))/).map((part) => part.trim());
}
