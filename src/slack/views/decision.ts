/** The modals in which somebody else's request is decided or access ended: who, what, how long and why, and what comes back. */
import type { ModalView } from "@slack/types";
import { z } from "zod";
import { REASON_MAX, reasonIn } from "../../domain/command.ts";
import { RequestId } from "../../domain/ids.ts";
import type { Refusal } from "../../domain/refusal.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { DECISION_VIEWS, type DecisionKind, InList } from "../ids.ts";
import { json } from "../json.ts";
import { context, quote, section } from "./blocks.ts";
import type { ViewContext } from "./context.ts";
import { FormOrigin } from "./form-draft.ts";
import { input, plain, textInput } from "./inputs.ts";
import { refusalAtInput, refusedReply } from "./refused.ts";
import { factsOf, rendererOf } from "./renderer.ts";

const INPUT = "why";

/** Those that nobody may leave blank. */
export const NEEDS_WORDS: readonly DecisionKind[] = ["deny", "review"];

/** The request, the terms its button was drawn for, and where that stands. */
export const DecisionTarget = FormOrigin.extend({
  id: RequestId,
  terms: z.number().int(),
  list: InList.optional(),
});
export type DecisionTarget = z.infer<typeof DecisionTarget>;

export function decisionModal(
  kind: DecisionKind,
  r: AccessRequest,
  target: DecisionTarget,
  ctx: ViewContext,
): ModalView {
  const p = rendererOf(ctx);
  const { decision } = p.words;
  const { title, head, label, hint, submit } = decision[kind];
  const typed = (kind === "revoke" && target.list?.why) || "";
  const element = textInput(INPUT, typed, { multiline: true, max_length: REASON_MAX, focus_on_load: true });
  return {
    type: "modal",
    callback_id: DECISION_VIEWS[kind],
    private_metadata: JSON.stringify(DecisionTarget.parse(target)),
    title: plain(title),
    submit: plain(submit),
    close: plain(decision.cancel),
    blocks: [
      section(head(factsOf(p, r), p.rich)),
      ...quote(r.reason, decision.asked),
      input(INPUT, label, element, { hint: plain(hint), optional: !NEEDS_WORDS.includes(kind) }),
      context([r.id]),
    ],
  };
}

/** For views.update: says why not, and takes nothing more. */
export function decisionRefused(kind: DecisionKind, refusal: Refusal, ctx: ViewContext): ModalView {
  const { decision } = rendererOf(ctx).words;
  const { blocks } = refusedReply(refusal, ctx);
  return { type: "modal", title: plain(decision[kind].title), close: plain(decision.close), blocks };
}

/** For `response_action: "errors"`, when the reason is blank. */
export const decisionBlank = (ctx: ViewContext): Record<string, string> => ({
  [INPUT]: rendererOf(ctx).words.decision.blank,
});

/** Likewise, where it is not taken now. */
export function decisionErrors(refusal: Refusal, ctx: ViewContext): Record<string, string> {
  return { [INPUT]: refusalAtInput(rendererOf(ctx), refusal) };
}

const Submitted = z.object({
  private_metadata: json.pipe(DecisionTarget),
  state: z.object({
    values: z.object({ [INPUT]: z.object({ [INPUT]: z.object({ value: z.string().nullish() }) }) }),
  }),
});

/** The `view` of a submission; `why` is empty when only spaces were typed. Throws on what is no view of ours. */
export function readDecision(view: unknown): { target: DecisionTarget; why: string } {
  const { private_metadata, state } = Submitted.parse(view);
  return { target: private_metadata, why: reasonIn(state.values[INPUT][INPUT].value ?? "") };
}
