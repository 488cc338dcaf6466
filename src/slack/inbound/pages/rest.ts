/** What is left of a list from a place on: after what stood last, or where that is gone, from so many on. */
import type { PageValue } from "../../ids.ts";

export function restOf<T>(all: readonly T[], { from, after }: PageValue, idOf: (one: T) => string): T[] {
  const last = after === undefined ? -1 : all.findIndex((one) => idOf(one) === after);
  return all.slice(last < 0 ? from : last + 1);
}
