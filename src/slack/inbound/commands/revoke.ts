/** `revoke`, `revoke R-… [reason]`, `revoke @person [reason]`: ends one grant at once, offers several. */

import { REASON_MAX } from "../../../domain/command.ts";
import { readRequestId, type UserId } from "../../../domain/ids.ts";
import { type Refusal, Refused } from "../../../domain/refusal.ts";
import type { AccessRequest } from "../../../domain/request.ts";
import { type RevokeGrant, revocableGrants, revokeGrant } from "../../../flow/revoke.ts";
import { doneReply, revokeChoiceReply } from "../../views/index.ts";
import type { HandlerContext } from "../context.ts";
import type { Reply } from "../reply.ts";
import { leadingMention, typed } from "../typed.ts";
import type { Command } from "./index.ts";

export const revokeCommand: Command = {
  // One's own grants are found and ended without asking Slack who may.
  first: (rest) => rest === "",
  run(context, { user: by, rest }) {
    const person = leadingMention(rest);
    if (person) return endFor(context, { of: person.user, by, reason: reasonIn(person.rest) });
    return rest === "" ? endFor(context, { of: by, by, reason: "" }) : endOne(context, by, rest);
  },
};

const reasonIn = (text: string): string => [...typed(text).trim()].slice(0, REASON_MAX).join("");

/** "R-…" is a slip of an id; any other word names a person, whom Slack has not recognized. */
const unknown = (word: string): Refusal =>
  /^r-/i.test(word) ? { kind: "unknown-request", id: word } : { kind: "unknown-target", word };

function endOne(context: HandlerContext, by: UserId, rest: string): Promise<Reply> {
  const [, word = "", reason = ""] = /^(\S+)\s*([\s\S]*)$/.exec(rest) ?? [];
  const id = readRequestId(word);
  if (!id) throw new Refused(unknown(typed(word).slice(0, 80)));
  return end(context, { id, by, reason: reasonIn(reason) });
}

async function endFor(
  context: HandlerContext,
  { of, by, reason }: { of: UserId; by: UserId; reason: string },
): Promise<Reply> {
  const grants: AccessRequest[] = await revocableGrants(context.ports, { of, by });
  const [only, another] = grants;
  if (!only) throw new Refused({ kind: "nothing-to-revoke", ...(of === by ? {} : { who: of }) });
  if (another) return (ctx) => revokeChoiceReply(grants, ctx, by);
  return end(context, { id: only.id, by, reason });
}

async function end({ ports }: HandlerContext, revoke: RevokeGrant): Promise<Reply> {
  const request = await revokeGrant(ports, revoke);
  return (ctx) => doneReply("ending", request, ctx);
}
