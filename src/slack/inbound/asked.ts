/** A request is stored first, and vetted after Slack has its acknowledgement; only then is anything said of it. */

import type { UserId } from "../../domain/ids.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { type MakeRequest, makeRequest } from "../../flow/request.ts";
import { vetRequest } from "../../flow/validate.ts";
import { aboutRequest } from "../../log.ts";
import { dmWith } from "../outbound/dm.ts";
import { vettedReply } from "../views/index.ts";
import type { HandlerContext } from "./context.ts";
import type { Reply } from "./reply.ts";

/** Throws Refused, StoreDown, StoreUnsure, SlackBusy. */
export const storeRequest = ({ ports }: HandlerContext, wish: MakeRequest): Promise<AccessRequest> =>
  makeRequest(ports, wish, { doing: "validate" });

/** Undefined where the DM says it all. Throws StoreDown, StoreUnsure, Refused. */
export const vettedAnswer = (
  context: HandlerContext,
  request: AccessRequest,
  where: Asked,
): Promise<Reply | undefined> => aboutRequest(request.id, () => vet(context, request, where));

interface Asked {
  channel: string | undefined;
  always?: boolean | undefined;
}

async function vet(
  context: HandlerContext,
  request: AccessRequest,
  { channel, always }: Asked,
): Promise<Reply | undefined> {
  const vetted = await vetRequest(context.ports, request);
  const { id } = request.askedBy ?? request.requester;
  // Of what is not vetted yet the DM says nothing.
  const saysAll = vetted.state !== "requested" && !always;
  if (saysAll && (!channel || (await isOurDm(context, id, channel)))) return undefined;
  return vettedReply(vetted);
}

/** Slack calls a DM with a colleague the same as ours. Where that cannot be told, one word too many is harmless. */
async function isOurDm(
  { client, memory, ports }: HandlerContext,
  user: UserId,
  channel: string,
): Promise<boolean> {
  if (!channel.startsWith("D")) return false;
  const ours = await dmWith({ memory, clock: ports.clock }, client, user).catch(() => null);
  return ours === channel;
}
