/** A decision is sent from its modal: a denial with its reason, an approval with a note, a revocation. */

import type { UserId } from "../../../domain/ids.ts";
import { decideRequest } from "../../../flow/decide.ts";
import { reviewEmergency } from "../../../flow/review.ts";
import { revocableGrants, revokeGrant } from "../../../flow/revoke.ts";
import { aboutRequest } from "../../../log.ts";
import type { DecisionKind } from "../../ids.ts";
import {
  type DecisionTarget,
  decisionBlank,
  decisionErrors,
  doneReply,
  NEEDS_WORDS,
  readDecision,
  revokeChoiceReply,
} from "../../views/index.ts";
import { type Decided, decidedInList, endedInList } from "../actions/list.ts";
import { answer } from "../answer.ts";
import { contextFor, type HandlerContext } from "../context.ts";
import { errorReply, type Reply } from "../reply.ts";
import { whileBusy } from "../while-busy.ts";
import type { Submit } from "./submit.ts";
import { takeOrKeep } from "./take-or-keep.ts";

/** Throws Refused, StoreDown, StoreUnsure, SlackBusy. */
type Decide = (
  context: HandlerContext,
  decision: { target: DecisionTarget; by: UserId; why: string },
) => Promise<Reply | undefined>;

const TABLE: Record<DecisionKind, Decide> = {
  approve: async (context, { target, by, why }) => {
    const { id, terms } = target;
    const request = await decideRequest(context.ports, {
      id,
      terms,
      by,
      verdict: { approve: true, note: why },
    });
    return inList(context, by, target, { kind: "approved", request });
  },
  deny: async (context, { target, by, why }) => {
    const { id, terms } = target;
    const request = await decideRequest(context.ports, { id, terms, by, verdict: { approve: false, why } });
    return inList(context, by, target, { kind: "denied", request });
  },
  review: async (context, { target, by, why }) => {
    const request = await reviewEmergency(context.ports, { id: target.id, by, comment: why });
    return inList(context, by, target, { kind: "reviewed", request });
  },
  revoke: async ({ ports }, { target: { id, replace = false, responseUrl }, by, why }) => {
    const request = await revokeGrant(ports, { id, by, reason: why });
    // Typed: nothing of it stands that could be redrawn.
    if (responseUrl && !replace) return (ctx) => doneReply("ending", request, ctx);
    const others = () => revocableGrants(ports, { of: request.requester.id, by });
    return endedInList(replace, request, others, (left, ctx) => revokeChoiceReply(left, ctx, by, why));
  },
};

/** What others see is redrawn from the record. */
const inList = async (
  context: HandlerContext,
  by: UserId,
  { replace = false, list }: DecisionTarget,
  decided: Omit<Decided, "list">,
): Promise<Reply | undefined> => (replace ? decidedInList(context, by, { ...decided, list }) : undefined);

export const submitDecision =
  (kind: DecisionKind): Submit =>
  async (context, { user, view, triggerId }, ack) => {
    const { target, why } = readDecision(view);
    if (NEEDS_WORDS.includes(kind) && why === "") {
      const ctx = contextFor(context, user);
      return ack({ response_action: "errors", errors: decisionBlank(ctx) });
    }
    const { channel, responseUrl, replace } = target;
    const reach = { user, channel, responseUrl, triggerId };
    const decide = () => TABLE[kind](context, { target, by: user, why });
    // Its own modal is still open: no other is opened over it.
    const waiting = { user, channel, responseUrl };
    const taken = await aboutRequest(target.id, () =>
      takeOrKeep(context, {
        work: whileBusy(context, waiting, decide),
        ack,
        errors: (refusal) => decisionErrors(refusal, contextFor(context, user)),
      }),
    );
    if (!taken) return;
    if ("error" in taken) await answer(context, reach, errorReply(context.log, taken.error, target.id));
    else if (taken.done) await answer(context, reach, taken.done, replace);
  };
