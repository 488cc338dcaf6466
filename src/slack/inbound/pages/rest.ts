/** What is left of a list from a place on: after what stood last; or where that is gone, and others with it, rather some of it again than none of what follows. */
import type { PageValue } from "../../ids.ts";
import { PAGE } from "../../views/index.ts";

export function restOf<T>(all: readonly T[], { from, after }: PageValue, idOf: (one: T) => string): T[] {
  if (after === undefined) return all.slice(from);
  const last = all.findIndex((one) => idOf(one) === after);
  return all.slice(last < 0 ? Math.max(0, from - PAGE) : last + 1);
}
