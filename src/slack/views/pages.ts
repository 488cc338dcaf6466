/** A page of a list: as much as one message holds, where that stands among all, and the buttons that lead on. */
import type { Button, KnownBlock } from "@slack/types";
import { type InList, PAGES_BACK, type PageValue } from "../ids.ts";
import { actions, isFull } from "./blocks.ts";
import { button } from "./buttons.ts";
import type { Renderer } from "./renderer.ts";

/** So many stand on a page at most, and one more is looked up, to know whether there are more. */
export const PAGE = 12;
export const PAGE_LOOKED_UP = PAGE + 1;

export interface Paged<T> {
  /** From its beginning on. */
  items: readonly T[];
  /** Of the list, where that is known. */
  total: number | null;
  at: PageValue;
}

export interface Page {
  blocks: KnownBlock[];
  /** "11–20 of 300"; nothing where all is shown. */
  place: string[];
}

/** `after`: by what the next page finds its beginning, though others left the list meanwhile. */
export function pageOf<T>(
  p: Renderer,
  { items, total, at }: Paged<T>,
  draw: (one: T) => KnownBlock[],
  after: (one: T) => string | undefined,
): Page {
  let blocks: KnownBlock[] = [];
  let shown = 0;
  for (const one of items.slice(0, PAGE)) {
    const more = [...blocks, ...draw(one)];
    // However large, one is shown: else no page ever would.
    if (shown > 0 && isFull(more)) break;
    blocks = more;
    shown += 1;
  }
  const last = items[shown - 1];
  const next =
    items.length > shown && last
      ? { ...at, from: at.from + shown, after: after(last), back: backFrom(at) }
      : null;
  const previous = previousOf(at);
  const first = previous && previous.from > 0 ? { ...at, ...FIRST } : null;
  const row = [
    ...(first ? [pageButton(p, "firstPage", first)] : []),
    ...(previous ? [pageButton(p, "previousPage", previous)] : []),
    ...(next ? [pageButton(p, "nextPage", next)] : []),
  ];
  const isWhole = !previous && !next;
  return {
    blocks: [...blocks, ...actions(...row)],
    place: isWhole || shown === 0 ? [] : [p.words.lists.place(at.from + 1, at.from + shown, total)],
  };
}

const FIRST = { from: 0, after: undefined, back: undefined };

const backFrom = ({ from, after, back = [] }: PageValue): PageValue["back"] =>
  [...back, { from, after }].slice(-PAGES_BACK);

/** So many stand in each of a page's many buttons. */
const BACK_IN_LIST = 2;

/** For the buttons of what stands on a page; nothing on the first. */
export const placeIn = ({ from, after, back }: PageValue): InList | undefined =>
  from === 0 ? undefined : { page: { from, after, back: back?.slice(-BACK_IN_LIST) } };

/** Null on the first page. */
export function previousOf(at: PageValue): PageValue | null {
  if (at.from === 0) return null;
  const place = at.back?.at(-1);
  return place ? { ...at, after: undefined, ...place, back: at.back?.slice(0, -1) } : { ...at, ...FIRST };
}

const pageButton = (
  p: Renderer,
  action: "firstPage" | "previousPage" | "nextPage",
  to: PageValue,
): Button => ({
  ...button(p, action, p.words.lists.from(to.from + 1)),
  value: JSON.stringify(to),
});
