/** The record as it stands in Redis: JSON of what its schema knows, so that nothing else (a token) can be at rest. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { RequestId } from "../domain/ids.ts";
import { parseJson } from "../domain/json.ts";
import { AccessRequest, SCHEMA_VERSION } from "../domain/request.ts";
import { Unreadable } from "../flow/ports.ts";

/** What another version of the bot wrote into a record and ours does not know: carried along untouched. */
export interface Unknowns {
  values: Values;
  /** What ours reads as something else, for want of a word for it: it comes back unless ours says a third thing. */
  words: Record<string, Word>;
  /** By the key of what ours does know: it goes with that. */
  inside: Record<string, Unknowns>;
}
interface Word {
  read: unknown;
  written: unknown;
}
type Values = Record<string, unknown>;

export interface Stored {
  request: AccessRequest;
  unknowns: Unknowns;
}

/** Throws where the request holds more than its schema: whoever put it there believes that it was stored. */
export function write(request: AccessRequest, unknowns?: Unknowns): string {
  const known = AccessRequest.parse(request);
  if (!isDeepStrictEqual(known, request))
    throw new Error(`Request ${request.id} holds more than its schema.`);
  return JSON.stringify({ schema: SCHEMA_VERSION, ...(unknowns ? merge(known, unknowns) : known) });
}

/** Throws Unreadable when the record is not one of ours, or of a version too far from ours. */
export function read(id: RequestId, json: string): Stored {
  const value = parseJson(json);
  const { schema } = orThrow(id, Versioned.safeParse(value));
  if (Math.abs(schema - SCHEMA_VERSION) > 1)
    throw new Unreadable(id, `has schema ${schema}; this version reads ${SCHEMA_VERSION}.`);
  const request = orThrow(id, AccessRequest.safeParse(value));
  // A newer version's number stays with what it wrote; ours replaces an older one's.
  const { schema: _, ...others } = value as Values;
  const whole = schema > SCHEMA_VERSION ? { ...others, schema } : others;
  return { request, unknowns: unknownsOf(whole, request) };
}

const Versioned = z.object({ schema: z.number() });

/** As 0.1 wrote them. */
export function isUnversioned(json: string): boolean {
  const value = parseJson(json);
  return isObject(value) && !Object.hasOwn(value, "schema");
}

function orThrow<T>(id: RequestId, parsed: z.ZodSafeParseResult<T>): T {
  if (parsed.success) return parsed.data;
  throw new Unreadable(id, `is broken: ${z.prettifyError(parsed.error)}`);
}

const isObject = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Of `whole`, what `known` lacks. */
function unknownsOf(whole: Values, known: Values): Unknowns {
  const found: Unknowns = { values: {}, words: {}, inside: {} };
  for (const [key, value] of Object.entries(whole)) {
    const mine = known[key];
    if (!Object.hasOwn(known, key)) found.values[key] = value;
    else if (isObject(value) && isObject(mine)) found.inside[key] = unknownsOf(value, mine);
    else if (!isDeepStrictEqual(value, mine)) found.words[key] = { read: mine, written: value };
  }
  return found;
}

/** Of a list each that ours left as it was: it may have added some, or taken others off. */
function unread(mine: unknown, { read, written }: Word): unknown {
  if (isDeepStrictEqual(mine, read)) return written;
  const isList = Array.isArray(mine) && Array.isArray(read) && Array.isArray(written);
  if (!isList || read.length !== written.length) return mine;
  return mine.map((one) => {
    const at = read.findIndex((was) => isDeepStrictEqual(was, one));
    return at < 0 ? one : written[at];
  });
}

/** Where both have a word on something, ours counts. */
function merge(known: Values, { values, words, inside }: Unknowns): Values {
  const merged = { ...values, ...known };
  for (const [key, word] of Object.entries(words))
    if (Object.hasOwn(known, key)) merged[key] = unread(known[key], word);
  for (const [key, unknowns] of Object.entries(inside)) {
    const mine = known[key];
    if (isObject(mine)) merged[key] = merge(mine, unknowns);
  }
  return merged;
}
