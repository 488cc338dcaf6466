/** Every button of the bot. A new one: a file, and a line in the table. */

import type { ActionId } from "../../ids.ts";
import type { HandlerContext } from "../context.ts";
import type { Click } from "../payload.ts";
import type { Reply } from "../reply.ts";
import { againAction } from "./again.ts";
import { allowTooAction } from "./allow-too.ts";
import { approveAction } from "./approve.ts";
import { askAction } from "./ask.ts";
import { changeAction } from "./change.ts";
import { decisionAction } from "./decision.ts";
import { disallowAction } from "./disallow.ts";
import { editAction } from "./edit.ts";
import { endAction } from "./end.ts";
import { goOnAction } from "./go-on.ts";
import { hideAction } from "./hide.ts";
import { keepAction } from "./keep.ts";
import { lessAction } from "./less.ts";
import { lessenAction } from "./lessen.ts";
import { moreAction } from "./more.ts";
import { leakedAction, newTokenAction } from "./new-token.ts";
import { nudgeAction } from "./nudge.ts";
import { openAction } from "./open.ts";
import { pageAction } from "./page.ts";
import { releaseAction } from "./release.ts";
import { revealAction } from "./reveal.ts";
import { runAction } from "./run.ts";
import { sendAction } from "./send.ts";
import { storyAction } from "./story.ts";
import { withdrawAction } from "./withdraw.ts";

/** What only this person is told; nothing where the redrawn message says it all. */
export interface ActionReply {
  reply: Reply;
  /** In place of the message with the button. */
  replace: boolean;
}

/** The click is acknowledged already. Throws Refused, StoreDown, StoreUnsure. */
export type Action = (context: HandlerContext, click: Click) => Promise<ActionReply | undefined>;

const TABLE: Record<ActionId, Action> = {
  approve: approveAction,
  approveNote: decisionAction("approve"),
  less: lessAction,
  lessen: lessenAction,
  deny: decisionAction("deny"),
  withdraw: withdrawAction,
  nudge: nudgeAction,
  release: releaseAction,
  keep: keepAction,
  revoke: decisionAction("revoke"),
  review: decisionAction("review"),
  more: moreAction,
  hide: hideAction,
  reveal: revealAction,
  newToken: newTokenAction,
  leaked: leakedAction,
  again: againAction,
  edit: editAction,
  change: changeAction,
  send: sendAction,
  run: runAction,
  open: openAction,
  goOn: goOnAction,
  allowToo: allowTooAction,
  disallow: disallowAction,
  end: endAction,
  story: storyAction,
  nextPage: pageAction,
  previousPage: pageAction,
  firstPage: pageAction,
  ask: askAction,
};

export const actionFor = (id: string): Action | undefined =>
  Object.hasOwn(TABLE, id) ? TABLE[id as ActionId] : undefined;
