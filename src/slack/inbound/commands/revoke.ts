/** `revoke`, `revoke R-… [reason]`, `revoke @person [R-…] [reason]`, `revoke all …`: with a reason, or one's own, at once; else the modal asks for one. Several are offered. */

import { plainWord } from "../../../domain/amount.ts";
import { firstWord } from "../../../domain/command-words.ts";
import { type RequestId, readRequestId, type UserId } from "../../../domain/ids.ts";
import { type Refusal, Refused } from "../../../domain/refusal.ts";
import type { AccessRequest } from "../../../domain/request.ts";
import { assertMayRevoke, revocableGrants, revokeGrant } from "../../../flow/revoke.ts";
import { load } from "../../../flow/support/load.ts";
import { noteRefused } from "../../../flow/support/note-refused.ts";
import { aboutRequest } from "../../../log.ts";
import { doneReply, revokeChoiceReply } from "../../views/index.ts";
import type { HandlerContext } from "../context.ts";
import { openDecision } from "../forms/open-decision.ts";
import type { Reply } from "../reply.ts";
import { leadingMention, reasonTyped, typed } from "../typed.ts";
import type { Command, Turn } from "./index.ts";
import { afterAll, revokeAllOf } from "./revoke-all.ts";

export const revokeCommand: Command = {
  // One's own grants are found and ended without asking Slack who may.
  first: (rest) => rest === "",
  run(context, turn) {
    const { user, rest } = turn;
    const all = afterAll(rest);
    if (all !== null) return revokeAllOf(context, turn, all);
    const person = leadingMention(rest);
    if (!person) return rest === "" ? endFor(context, turn, { of: user, reason: "" }) : endOne(context, turn);
    const { user: of, rest: after } = person;
    // Also a slip of a number: taken for the reason, it would end whatever they have.
    if (wordIn(after).startsWith("r-")) return endTheirs(context, { ...turn, rest: after }, of);
    return endFor(context, turn, { of, reason: reasonTyped(after) });
  },
};

/** "R-…" is a slip of an id; any other word names a person, whom Slack has not recognized. */
const unknown = (word: string): Refusal =>
  /^r-/i.test(word) ? { kind: "unknown-request", id: word } : { kind: "unknown-target", word };

const wordIn = (rest: string): string => plainWord(firstWord(rest)[0]);
const idIn = (rest: string): RequestId | null => readRequestId(wordIn(rest));

async function endTheirs(context: HandlerContext, turn: Turn, of: UserId): Promise<Reply | undefined> {
  const id = idIn(turn.rest);
  if (id && (await load(context.ports, id)).requester.id !== of) throw new Refused({ kind: "not-yours", id });
  return endOne(context, turn);
}

function endOne(context: HandlerContext, turn: Turn): Promise<Reply | undefined> {
  const [word, reason] = firstWord(turn.rest);
  const id = idIn(turn.rest);
  if (!id) throw new Refused(unknown(typed(word).slice(0, 80)));
  return end(context, turn, { id, reason: reasonTyped(reason) });
}

async function endFor(
  context: HandlerContext,
  turn: Turn,
  { of, reason }: { of: UserId; reason: string },
): Promise<Reply | undefined> {
  const { user: by } = turn;
  const { ports } = context;
  const grants: AccessRequest[] = await noteRefused(ports, { attempt: "revoke", by, of }, () =>
    revocableGrants(ports, { of, by }),
  );
  const [only, another] = grants;
  if (!only) throw new Refused({ kind: "nothing-to-revoke", ...(of === by ? {} : { who: of }) });
  if (another) return (ctx) => revokeChoiceReply(grants, ctx, by, reason);
  return end(context, turn, { id: only.id, reason });
}

interface Ending {
  id: RequestId;
  reason: string;
}

const end = (context: HandlerContext, turn: Turn, ending: Ending): Promise<Reply | undefined> =>
  aboutRequest(ending.id, () => endThis(context, turn, ending));

async function endThis(context: HandlerContext, turn: Turn, { id, reason }: Ending) {
  if (reason === "" && (await isAskedFor(context, turn, id))) return undefined;
  const request = await revokeGrant(context.ports, { id, by: turn.user, reason });
  const reply: Reply = (ctx) => doneReply("ending", request, ctx);
  return reply;
}

/** Whether the modal asks for the reason. Not of a holder; and where Slack does not open it, access ends all the same. */
async function isAskedFor(context: HandlerContext, turn: Turn, id: RequestId): Promise<boolean> {
  const { user, triggerId, channel, responseUrl } = turn;
  if (!(await assertMayRevoke(context.ports, id, user))) return false;
  const request = await load(context.ports, id);
  const target = { id, terms: request.terms, channel, responseUrl };
  try {
    await openDecision(context, { kind: "revoke", request, user, triggerId, target });
    return true;
  } catch (error) {
    if (error instanceof Refused) throw error;
    context.log.warn({ id, err: error }, "Slack did not open the modal; access ends without a reason");
    return false;
  }
}
