/** How each message of a request looks: drawn from its record alone, in the reader's language. */
import type { Request } from "../../request/record.ts";
import type { Message } from "../slack.ts";
import { drawAsker, drawCard, drawChannelNotice } from "./card.ts";
import type { DrawContext } from "./facts.ts";
import { drawHidden, drawNeeded, drawReminder, drawReveal, drawSettingUp, drawWaiting } from "./own.ts";
import { drawReceipt } from "./receipt.ts";

const FACES = {
  // in the approvals channel
  card: drawCard,
  notice: drawChannelNotice,
  // in the DM of whose access it is
  waiting: drawWaiting,
  token: drawSettingUp,
  hidden: drawHidden,
  reveal: drawReveal,
  reminder: drawReminder,
  needed: drawNeeded,
  receipt: drawReceipt,
  // in the DM of who asked for somebody else
  asker: drawAsker,
} satisfies Record<string, (context: DrawContext, request: Request) => Message>;
export type Face = keyof typeof FACES;

export const drawMessage = (context: DrawContext, request: Request, face: Face): Message =>
  FACES[face](context, request);
