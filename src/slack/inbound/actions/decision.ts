/** Deny…, Revoke…, Approve with a note…, Review…: each opens its modal. */
import { load } from "../../../flow/support/load.ts";
import type { DecisionKind } from "../../ids.ts";
import { openDecision } from "../forms/open-decision.ts";
import type { Action } from "./index.ts";
import { targetOf } from "./target.ts";

export const decisionAction =
  (kind: DecisionKind): Action =>
  async (context, click) => {
    const { id, terms, list } = targetOf(click);
    const request = await load(context.ports, id);
    const { user, triggerId, channel, responseUrl, ephemeral } = click;
    const target = { id, terms, list, channel, ...(ephemeral ? { responseUrl, replace: true } : {}) };
    await openDecision(context, { kind, request, user, triggerId, target });
    return undefined;
  };
