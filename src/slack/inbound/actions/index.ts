/** Every button of the bot. A new one: a file, and a line in the table. */

import type { ActionId } from "../../ids.ts";
import type { Desk } from "../context.ts";
import type { Click } from "../payload.ts";
import type { Words } from "../reply.ts";
import { again } from "./again.ts";
import { approve } from "./approve.ts";
import { deny } from "./deny.ts";
import { hide } from "./hide.ts";
import { open } from "./open.ts";
import { release } from "./release.ts";
import { revoke } from "./revoke.ts";
import { send } from "./send.ts";
import { withdraw } from "./withdraw.ts";

/** What only this person is told; nothing where the redrawn message says it all. */
export interface Told {
  words: Words;
  /** In place of the message with the button. */
  replace: boolean;
}

/** The click is acknowledged already. Throws Refused, StoreDown, StoreUnsure. */
export type Action = (desk: Desk, click: Click) => Promise<Told | undefined>;

const TABLE: Record<ActionId, Action> = {
  approve,
  deny,
  withdraw,
  release,
  revoke,
  hide,
  again,
  send,
  open,
};

export const actionFor = (id: string): Action | undefined =>
  Object.hasOwn(TABLE, id) ? TABLE[id as ActionId] : undefined;
