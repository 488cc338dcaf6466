/** The record as it stands in Redis: JSON of what its schema knows, so that nothing else (a token) can be at rest. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { AccessRequest, SCHEMA_VERSION } from "../domain/request.ts";

/** What another version of the bot wrote into a record and ours does not know: carried along untouched. */
export type Unknowns = Record<string, unknown>;

export interface Stored {
  request: AccessRequest;
  unknowns: Unknowns;
}

/** Throws where the request holds more than its schema: whoever put it there believes that it was stored. */
export function write(request: AccessRequest, unknowns: Unknowns = {}): string {
  const known = AccessRequest.parse(request);
  if (!isDeepStrictEqual(known, request))
    throw new Error(`Request ${request.id} holds more than its schema.`);
  return JSON.stringify(merge({ schema: SCHEMA_VERSION, ...known }, unknowns));
}

/** Throws an error that names the id when the record is not one of ours, or of a version too far from ours. */
export function read(id: string, json: string): Stored {
  const value = parse(json);
  const { schema } = Versioned.parse(value);
  if (Math.abs(schema - SCHEMA_VERSION) > 1)
    throw new Error(
      `The record of request ${id} has schema ${schema}; this version reads ${SCHEMA_VERSION}.`,
    );
  const parsed = AccessRequest.safeParse(value);
  if (!parsed.success)
    throw new Error(`The record of request ${id} is broken: ${z.prettifyError(parsed.error)}`);
  return { request: parsed.data, unknowns: rest(value as Unknowns, { ...parsed.data }, schema) };
}

const Versioned = z.object({ schema: z.number() }).catch({ schema: Number.NaN });

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Unknowns =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Of `whole`, what `known` lacks; a newer version's number stays with what it wrote. */
function rest(whole: Unknowns, known: Unknowns, schema: number): Unknowns {
  const newer = schema > SCHEMA_VERSION ? { schema } : {};
  const { schema: _, ...others } = whole;
  return { ...missing(others, known), ...newer };
}

function missing(whole: Unknowns, known: Unknowns): Unknowns {
  const found = Object.entries(whole).flatMap(([key, value]): [string, unknown][] => {
    if (!Object.hasOwn(known, key)) return [[key, value]];
    const mine = known[key];
    if (!isObject(value) || !isObject(mine)) return [];
    const inside = missing(value, mine);
    return Object.keys(inside).length > 0 ? [[key, inside]] : [];
  });
  return Object.fromEntries(found);
}

/** Ours counts; what stood inside something that is gone, or became something else, goes with it. */
function merge(known: Unknowns, unknowns: Unknowns): Unknowns {
  const merged = { ...known };
  for (const [key, value] of Object.entries(unknowns)) {
    const mine = merged[key];
    if (key === "schema" || mine === undefined) merged[key] = value;
    else if (isObject(mine) && isObject(value)) merged[key] = merge(mine, value);
  }
  return merged;
}
