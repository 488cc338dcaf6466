/** A request is stored first, and vetted after Slack has its acknowledgement; only then is anything said of it. */

import type { AccessRequest } from "../../domain/request.ts";
import { type MakeRequest, makeRequest } from "../../flow/request.ts";
import { vetRequest } from "../../flow/validate.ts";
import { vettedReply } from "../views/index.ts";
import type { HandlerContext } from "./context.ts";
import type { Reply } from "./reply.ts";

/** Throws Refused, StoreDown, StoreUnsure. */
export const storeRequest = ({ ports }: HandlerContext, wish: MakeRequest): Promise<AccessRequest> =>
  makeRequest(ports, wish, { doing: "validate" });

/** Undefined where the DM says it all. Throws StoreDown, StoreUnsure, Refused. */
export async function vettedAnswer(
  context: HandlerContext,
  request: AccessRequest,
  { channel, always }: { channel: string | undefined; always?: boolean | undefined },
): Promise<Reply | undefined> {
  const vetted = await vetRequest(context.ports, request);
  // Chosen from nowhere, or in our DM. A DM with somebody else is left without a word, too: ours rings all the same.
  if ((!channel || channel.startsWith("D")) && !always) return undefined;
  return vettedReply(vetted);
}
