/** Every message and modal the bot shows, as pure functions of a record and a context. */
import type { ModalView } from "@slack/types";
import { z } from "zod";
import type { Face, Slot } from "../../domain/faces.ts";
import { RequestId, type UserId } from "../../domain/ids.ts";
import type { Refusal } from "../../domain/refusal.ts";
import type { AccessRequest } from "../../domain/request.ts";
import type { Message, ViewContext } from "./context.ts";

export type { Message, ViewContext };

const thin = (text: string): Message => ({ text, blocks: [{ type: "section", text: { type: "mrkdwn", text } }] });

/** `first`: a new message, not a redraw; only then a card mentions whom it pings. */
export const drawFace = (r: AccessRequest, slot: Slot, face: Face, _ctx: ViewContext, first: boolean): Message =>
  thin(`${r.id} ${slot} ${face} ${first}`);
export const drawToken = (r: AccessRequest, _token: string, _ctx: ViewContext): Message => thin(r.id);
export const asked = (r: AccessRequest, _ctx: ViewContext): Message => thin(r.id);
export const askedAgain = asked;
export const help = (_ctx: ViewContext, roleNames: readonly string[]): Message => thin(roleNames.join());
export const status = (requests: readonly AccessRequest[], _ctx: ViewContext): Message =>
  thin(requests.map((r) => r.id).join());
/** One's own grants get Release now, those of others (or of anyone, without `viewer`) Revoke. */
export const revokeChoice = (
  requests: readonly AccessRequest[],
  _ctx: ViewContext,
  _viewer?: UserId,
): Message => thin(requests.map((r) => r.id).join());
export const refused = (refusal: Refusal, _ctx: ViewContext): Message => thin(refusal.kind);
export type Done = "approved" | "denied" | "withdrawn" | "hidden" | "ending";
export const done = (kind: Done, r: AccessRequest, _ctx: ViewContext): Message => thin(`${kind} ${r.id}`);
export const trouble = (id: string | undefined, _ctx: ViewContext): Message => thin(id ?? "");

export interface DenyTarget {
  id: string;
  terms: number;
  role: string;
  /** The requester's name. */
  name: string;
  /** Where the card stands. */
  channel: string;
  ts?: string;
}
export const denyModal = (t: DenyTarget, _ctx: ViewContext): ModalView => ({
  type: "modal",
  title: { type: "plain_text", text: t.role },
  blocks: [],
});
/** For `response_action: "update"` or views.update: says why, and takes nothing more. */
export const denyModalRefused = (_refusal: Refusal, _ctx: ViewContext): ModalView => ({
  type: "modal",
  title: { type: "plain_text", text: "" },
  blocks: [],
});
/** For `response_action: "errors"`: a reason of spaces only. */
export const denyModalBlank = (_ctx: ViewContext): Record<string, string> => ({ why: "" });
/** The `view` of a submission; fails on a blank reason (path `why`). */
export const DenySubmission = z.object({
  id: RequestId,
  terms: z.number().int(),
  channel: z.string(),
  ts: z.string().optional(),
  why: z.string().trim().min(1).max(500),
});
export const readDeny = (_view: unknown): z.ZodSafeParseResult<z.infer<typeof DenySubmission>> =>
  DenySubmission.safeParse({});
