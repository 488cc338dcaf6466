/** The record as it stands in Redis: JSON of exactly what its schema knows, so that nothing else (a token) can be at rest. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { AccessRequest } from "../domain/request.ts";

export function write(request: AccessRequest): string {
  const known = AccessRequest.parse(request);
  // Refused, not dropped: whoever put it there believes it was stored.
  if (!isDeepStrictEqual(known, request))
    throw new Error(`Request ${request.id} holds more than its schema.`);
  return JSON.stringify(known);
}

/** Throws an error that names the id when the record is not one of ours. */
export function read(id: string, json: string): AccessRequest {
  const parsed = AccessRequest.safeParse(parse(json));
  if (!parsed.success)
    throw new Error(`The record of request ${id} is broken: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
