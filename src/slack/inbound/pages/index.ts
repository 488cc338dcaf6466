/** Lists, page by page, for their commands and for the buttons that lead on. A new one: a file, and a line in the table. */
import type { UserId } from "../../../domain/ids.ts";
import { Refused } from "../../../domain/refusal.ts";
import { type PagedList, PageValue } from "../../ids.ts";
import type { HandlerContext } from "../context.ts";
import type { Reply } from "../reply.ts";
import { activePage } from "./active.ts";
import { historyPage } from "./history.ts";
import { pendingPage } from "./pending.ts";
import { statusPage } from "./status.ts";
import { storyPage } from "./story.ts";

/** Throws Refused, StoreDown, StoreUnsure, ListsBehind, SlackBusy. */
export type ShowPage = (context: HandlerContext, user: UserId, at: PageValue) => Promise<Reply>;

const PAGES: Record<PagedList, ShowPage> = {
  status: statusPage,
  pending: pendingPage,
  active: activePage,
  history: historyPage,
  story: storyPage,
};

export const showPage: ShowPage = (context, user, at) => PAGES[at.list](context, user, at);

/** Of a button. Throws Refused(other) where another version made it. */
export function readPage(value: string): PageValue {
  const page = PageValue.safeParse(jsonIn(value)).data;
  if (!page) throw new Refused({ kind: "other" });
  return page;
}

function jsonIn(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
