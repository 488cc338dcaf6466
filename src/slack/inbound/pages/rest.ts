/** What is left of a list from a place on: after what stood last; or where that is gone, and others with it, rather some of it again than none of what follows. Where nothing follows any more, the page before. */
import type { PageValue } from "../../ids.ts";
import { PAGE, type Paged, previousOf } from "../../views/index.ts";

export function restOf<T>(all: readonly T[], at: PageValue, idOf: (one: T) => string): Paged<T> {
  const from = beginOf(all, at, idOf);
  const before = from < all.length ? null : previousOf({ ...at, from });
  if (before) return restOf(all, before, idOf);
  return { items: all.slice(from), total: all.length, at: { ...at, from } };
}

function beginOf<T>(all: readonly T[], { from, after }: PageValue, idOf: (one: T) => string): number {
  if (after === undefined) return from;
  const last = all.findIndex((one) => idOf(one) === after);
  return last < 0 ? Math.max(0, from - PAGE) : last + 1;
}
