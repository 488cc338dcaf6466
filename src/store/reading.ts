/** One way to read what Redis or the hub keeps for us: it never throws, and what cannot be read is not none. */
import type { z } from "zod";

/** A value is there, and cannot be read. */
export const UNREADABLE = "unreadable";
export type Unreadable = typeof UNREADABLE;

/** For who does the same about what is not there and what cannot be read. */
export const orNull = <T>(read: T | null | Unreadable): T | null =>
  read === UNREADABLE ? null : (read as T | null);

/** Null where there is none. Unknown fields are kept where the schema is loose. */
export function readText<T>(schema: z.ZodType<T>, text: string | null | undefined): T | null | Unreadable {
  if (text === null || text === undefined) return null;
  try {
    return schema.safeParse(JSON.parse(text)).data ?? UNREADABLE;
  } catch {
    return UNREADABLE;
  }
}
