/** Parses stored text by a schema, without throwing. Its callers tell "there is none" (null) from "it cannot be read". */
import type { z } from "zod";

/** Means that a value is there and is not of its schema, was tampered with, or is of a newer bot. */
export const UNREADABLE = "unreadable";
export type Unreadable = typeof UNREADABLE;

/** Makes null of both, for callers that treat them alike. */
export const orNull = <T>(read: T | null | Unreadable): T | null =>
  read === UNREADABLE ? null : (read as T | null);

/** Returns null where there is no text, and UNREADABLE where it is not JSON of this schema. */
export function readText<T>(schema: z.ZodType<T>, text: string | null | undefined): T | null | Unreadable {
  if (text === null || text === undefined) return null;
  try {
    return schema.safeParse(JSON.parse(text)).data ?? UNREADABLE;
  } catch {
    return UNREADABLE;
  }
}
